"""What machines say that they have sold: one row for each attempt to pay."""

from typing import Literal

import msgspec
from sqlalchemy import Connection, select, update

from central.store.database import insert_new
from central.store.schema import sales

State = Literal["open", "doubt", "paid", "declined", "reversed", "refunding", "manual"]
ENDED: tuple[State, ...] = ("paid", "declined", "reversed", "refunding", "manual")


class SaleRow(msgspec.Struct, frozen=True):
    """One attempt as its machine tells it; `amount` in grosz, `trace` and `receipt` are the card terminal's numbers."""

    attempt: str
    machine: str
    state: State
    made_ms: int
    zone: str = ""
    method: str = ""
    amount: int = 0
    reason: str = ""
    ended_ms: int = 0
    trace: str = ""
    receipt: str = ""


def begin(t: Connection, row: SaleRow) -> bool:
    """Note a new attempt; false when it was known before."""
    return insert_new(t, sales, **msgspec.structs.asdict(row))


def read(t: Connection, attempt: str) -> SaleRow | None:
    """The attempt, if a machine told of it."""
    row = t.execute(select(sales).where(sales.c.attempt == attempt)).mappings().one_or_none()
    return SaleRow(**row) if row else None


def change(t: Connection, attempt: str, **values: object) -> None:
    """Set columns of an attempt."""
    t.execute(update(sales).where(sales.c.attempt == attempt).values(**values))


def ended_between(t: Connection, from_ms: int, until_ms: int) -> list[SaleRow]:
    """Attempts that ended in this time, `until_ms` not in it; oldest first."""
    found = select(sales).where(sales.c.ended_ms >= from_ms, sales.c.ended_ms < until_ms).order_by(sales.c.ended_ms, sales.c.attempt)
    return [SaleRow(**row) for row in t.execute(found).mappings()]


def read_all(t: Connection) -> list[SaleRow]:
    """Every attempt, oldest first."""
    return [SaleRow(**row) for row in t.execute(select(sales).order_by(sales.c.made_ms, sales.c.attempt)).mappings()]
