"""Text messages that are due, were accepted or refused; neither text nor phone is kept here."""

import msgspec
from sqlalchemy import Connection, func, select, update

from central.store.database import insert_new
from central.store.schema import sms


class SmsRow(msgspec.Struct, frozen=True):
    """One message: its `idx` is the key under which the provider sends it once. `until_ms` is the deadline its text named.

    It is not sent before `due_ms`; `first_ms` is when it was tried first.
    """

    idx: str
    deposit: str
    purpose: str
    state: str
    created_ms: int
    tries: int = 0
    answered_ms: int = 0
    until_ms: int = 0
    code: str = ""
    provider_id: str = ""
    delivery: str = ""
    delivery_ms: int = 0
    due_ms: int = 0
    first_ms: int = 0


def owe(t: Connection, row: SmsRow) -> bool:
    """Note that a message is due; false when this one was due before."""
    return insert_new(t, sms, **msgspec.structs.asdict(row))


def read(t: Connection, idx: str) -> SmsRow | None:
    """The message, if it is ours."""
    row = t.execute(select(sms).where(sms.c.idx == idx)).mappings().one_or_none()
    return SmsRow(**row) if row else None


def due(t: Connection, at_ms: int) -> list[SmsRow]:
    """Messages that may go at this moment and are not yet answered for good, oldest first."""
    found = select(sms).where(sms.c.state == "due", sms.c.due_ms <= at_ms).order_by(sms.c.created_ms, sms.c.idx)
    return [SmsRow(**row) for row in t.execute(found).mappings()]


def next_due_ms(t: Connection, at_ms: int) -> int | None:
    """When the next of the messages that still wait for their time may go."""
    return t.execute(select(func.min(sms.c.due_ms)).where(sms.c.state == "due", sms.c.due_ms > at_ms)).scalar_one()


def of_deposit(t: Connection, key: str) -> list[SmsRow]:
    """Every message of a deposit, oldest first."""
    found = select(sms).where(sms.c.deposit == key).order_by(sms.c.created_ms, sms.c.idx)
    return [SmsRow(**row) for row in t.execute(found).mappings()]


def of_deposits(t: Connection, keys: list[str]) -> dict[str, SmsRow]:
    """The newest message of each deposit that told its PIN."""
    found = select(sms).where(sms.c.deposit.in_(keys), sms.c.purpose.in_(("ready", "pin_reissued"))).order_by(sms.c.created_ms, sms.c.idx)
    return {str(row["deposit"]): SmsRow(**row) for row in t.execute(found).mappings()}


def answered_for(t: Connection, keys: list[str]) -> dict[str, list[SmsRow]]:
    """Every message of these deposits that the provider accepted or refused, oldest first."""
    where = (sms.c.deposit.in_(keys), sms.c.state.in_(("accepted", "refused")))
    rows: dict[str, list[SmsRow]] = {}
    for row in t.execute(select(sms).where(*where).order_by(sms.c.created_ms, sms.c.idx)).mappings():
        rows.setdefault(str(row["deposit"]), []).append(SmsRow(**row))
    return rows


def change(t: Connection, idx: str, **values: object) -> None:
    """Set columns of a message."""
    t.execute(update(sms).where(sms.c.idx == idx).values(**values))


def cancel_due(t: Connection, key: str, at_ms: int, purposes: tuple[str, ...] | None = None) -> None:
    """Messages of this deposit that have not gone yet (None: of any purpose) are not needed any more."""
    where = [sms.c.deposit == key, sms.c.state == "due"]
    if purposes is not None:
        where.append(sms.c.purpose.in_(purposes))
    t.execute(update(sms).where(*where).values(state="cancelled", answered_ms=at_ms))
