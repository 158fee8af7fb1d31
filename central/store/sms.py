"""Text messages that are due, were accepted or refused; neither text nor phone is kept here."""

import msgspec
from sqlalchemy import Connection, select, update

from central.store.database import insert_new
from central.store.schema import sms


class SmsRow(msgspec.Struct, frozen=True):
    """One message: its `idx` is the key under which the provider sends it once. `until_ms` is the deadline its text named."""

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


def owe(t: Connection, row: SmsRow) -> bool:
    """Note that a message is due; false when this one was due before."""
    return insert_new(t, sms, **msgspec.structs.asdict(row))


def read(t: Connection, idx: str) -> SmsRow | None:
    """The message, if it is ours."""
    row = t.execute(select(sms).where(sms.c.idx == idx)).mappings().one_or_none()
    return SmsRow(**row) if row else None


def due(t: Connection) -> list[SmsRow]:
    """Messages not yet answered for good, oldest first."""
    found = select(sms).where(sms.c.state == "due").order_by(sms.c.created_ms, sms.c.idx)
    return [SmsRow(**row) for row in t.execute(found).mappings()]


def of_deposits(t: Connection, keys: list[str]) -> dict[str, SmsRow]:
    """The ready message of each deposit that has one."""
    found = select(sms).where(sms.c.deposit.in_(keys), sms.c.purpose == "ready")
    return {str(row["deposit"]): SmsRow(**row) for row in t.execute(found).mappings()}


def change(t: Connection, idx: str, **values: object) -> None:
    """Set columns of a message."""
    t.execute(update(sms).where(sms.c.idx == idx).values(**values))
