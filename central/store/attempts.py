"""Payments by BLIK that machines asked for. No code is kept here, and nothing of the customer."""

from typing import Literal

import msgspec
from sqlalchemy import Connection, select, update

from central.store.database import insert_new
from central.store.schema import attempts

State = Literal["registering", "charging", "verifying", "paid", "declined", "refunding", "refunded", "manual"]
OPEN: tuple[State, ...] = ("registering", "charging", "verifying", "refunding")
"""Something is still to be asked of the gateway."""


class AttemptRow(msgspec.Struct, frozen=True):
    """One attempt. `charged_ms` is when the gateway was given the code, written before it was; `order_no` and `taken` are what it says.

    `amount` and `taken` in grosz; `reason` is one of the words of contracts.topics.BlikWord.
    """

    attempt: str
    machine: str
    amount: int
    state: State
    created_ms: int
    changed_ms: int
    reason: str = ""
    order_no: int = 0
    taken: int = 0
    charged_ms: int = 0


def begin(t: Connection, row: AttemptRow) -> bool:
    """Note a new attempt; false when it was known before."""
    return insert_new(t, attempts, **msgspec.structs.asdict(row))


def read(t: Connection, attempt: str) -> AttemptRow | None:
    """The attempt, if it is known."""
    row = t.execute(select(attempts).where(attempts.c.attempt == attempt)).mappings().one_or_none()
    return AttemptRow(**row) if row else None


def unsettled(t: Connection) -> list[AttemptRow]:
    """Attempts about which the gateway is still to be asked something, oldest first."""
    found = select(attempts).where(attempts.c.state.in_(OPEN)).order_by(attempts.c.created_ms, attempts.c.attempt)
    return [AttemptRow(**row) for row in t.execute(found).mappings()]


def of_state(t: Connection, state: State) -> list[AttemptRow]:
    """Attempts in this state, oldest first."""
    found = select(attempts).where(attempts.c.state == state).order_by(attempts.c.created_ms, attempts.c.attempt)
    return [AttemptRow(**row) for row in t.execute(found).mappings()]


def read_all(t: Connection) -> list[AttemptRow]:
    """Every attempt, oldest first."""
    return [AttemptRow(**row) for row in t.execute(select(attempts).order_by(attempts.c.created_ms, attempts.c.attempt)).mappings()]


def change(t: Connection, attempt: str, at_ms: int, **values: object) -> None:
    """Set columns of an attempt."""
    t.execute(update(attempts).where(attempts.c.attempt == attempt).values(changed_ms=at_ms, **values))
