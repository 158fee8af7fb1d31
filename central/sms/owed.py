"""Which messages are owed: one row each, made by what happened, sent by the outbox."""

from sqlalchemy import Connection

from central.settings import Settings
from central.sms.purposes import PURPOSES, REMINDERS
from central.sms.quiet import before_quiet_ms
from central.store import deposits, sms
from central.store.sms import SmsRow
from central.times import HOUR_MS


def owe(t: Connection, key: str, purpose: str, at_ms: int, due_ms: int = 0) -> None:
    """A message of this purpose is owed; one that has not gone yet stays the only one. With a slip or without a phone none is."""
    deposit = deposits.read(t, key)
    if deposit is None or deposit.slip or not deposit.phone:
        return
    rows = [row for row in sms.of_deposit(t, key) if row.purpose == purpose]
    if any(row.state == "due" for row in rows):
        return
    # The key under which the provider sends a message once: a message that is sent again is another one.
    idx = f"{key}-{purpose}-{len(rows) + 1}" if rows else f"{key}-{purpose}"
    sms.owe(t, SmsRow(idx=idx, deposit=key, purpose=purpose, state="due", created_ms=at_ms, due_ms=due_ms))


def plan_reminders(t: Connection, settings: Settings, key: str, at_ms: int) -> None:
    """Reminders for the deadline that the machine holds now take the place of those not gone; what would be too late is left out."""
    sms.cancel_due(t, key, at_ms, REMINDERS)
    deposit = deposits.read(t, key)
    if deposit is None or deposit.state != "told":
        return
    for purpose in REMINDERS:
        due_ms = before_quiet_ms(settings, deposit.until_ms - PURPOSES[purpose].before_h * HOUR_MS)
        if due_ms > at_ms:
            owe(t, key, purpose, at_ms, due_ms)
