"""The way of a text message through the machine's own modem: an order to that machine, with phone and text sealed for it alone.

An order that goes out says what became of it in facts. One that failed is asked for again like a provider that gave no answer; where the
city has a provider as well, that one takes over after a doubt or a few failures, so that no resident waits for a broken modem.
"""

from typing import Protocol

import msgspec
from sqlalchemy import Connection

from central.order_desk import ENDS, OrderDesk
from central.ports import Now, Randomness, Sms, SmsResult
from central.settings import Settings
from central.signer import Signer
from central.sms import gsm7
from central.store import deposits, letters, orders, sms
from central.store.orders import OrderRow
from central.store.sms import SmsRow
from central.times import to_ms
from contracts.facts import Entry, OrderEnded, OrderRefused, SmsDelivered, SmsFailed, SmsInDoubt, SmsSent
from contracts.orders import SendSms
from contracts.sealed import Letter, SealedWrong

VALID_S = 1800
"""Older than this the machine does not send it: the text names a deadline, and it is written anew."""
LOST_MS = 1_800_000
MODEM_TRIES = 3
IN_DOUBT = "in_doubt"
ERASED = "erased"


class Outbox(Protocol):
    """Who owes the messages and is told what became of them."""

    def answered(self, t: Connection, idx: str, result: SmsResult, now: Now) -> None:
        """What was said to a message submitted."""
        ...

    def delivered(self, t: Connection, idx: str, status: str, now: Now) -> None:
        """What the network said later."""
        ...


class ModemLine:
    """Orders to the machines whose messages go through their own modem. Nothing is its own: all is in the store."""

    def __init__(self, settings: Settings, signer: Signer, randomness: Randomness, desk: OrderDesk, outbox: Outbox) -> None:
        self._settings = settings
        self._signer = signer
        self._randomness = randomness
        self._desk = desk
        self._outbox = outbox

    def takes(self, t: Connection, message: Sms, now: Now) -> bool:
        """Order the message of its machine; false when it goes by the provider."""
        row = sms.read(t, message.idx)
        machine = _machine_of(t, row)
        if row is None or machine not in self._settings.machines or self._settings.machines[machine].sms != "modem":
            return False
        going = orders.read(t, row.provider_id) if row.provider_id else None
        if going is not None and _is_going(going, now):
            return True
        at_it = row.code == "sms_known"  # the machine is sending it for an order that this centre knows no more
        if self._settings.sms.url and (row.code == IN_DOUBT or (row.tries > MODEM_TRIES and not at_it)):
            return False
        try:
            letter = Letter(message.phone, message.text, wide=not _is_gsm7(message.text))
        except SealedWrong:
            self._outbox.answered(t, message.idx, SmsResult("refused", code="letter_wrong"), now)
            return True
        ask = SendSms(idx=message.idx, sealed=self._signer.seal_letter(machine, message.idx, letter, self._randomness))
        order = self._desk.draft(t, machine, ask, "centre", "sms", VALID_S, now)
        sms.change(t, message.idx, provider_id=order)
        return True

    def fold(self, t: Connection, machine: str, entry: Entry, now: Now) -> None:
        """What a fact says about a message; whatever it is, the sealed copy in its order is erased with it."""
        match entry.fact:
            case SmsSent(idx=idx):
                self._ended(t, machine, idx, "accepted", "", now)
            case SmsFailed(idx=idx, code=code):
                self._ended(t, machine, idx, "unknown", code, now)
            case SmsInDoubt(idx=idx):
                self._ended(t, machine, idx, "unknown", IN_DOUBT, now)
            case OrderRefused(order=order, verb="send_sms", code=code):
                self._order_over(t, machine, order, "unknown", code, now)
            case OrderEnded(order=order, state=state):
                self._order_over(t, machine, order, "accepted" if state == "done" else "", "", now)
            case SmsDelivered(idx=idx, status=status):
                if self._row(t, machine, idx, now) is not None:
                    self._outbox.delivered(t, idx, status, now)
            case _:
                pass

    def _order_over(self, t: Connection, machine: str, order: str, kind: str, code: str, now: Now) -> None:
        """An order of ours has its end, with a fact about its message before it or, when that was settled long ago, without."""
        row = orders.read(t, order)
        if row is None or row.machine != machine or row.verb != "send_sms":
            return
        idx = msgspec.json.decode(row.ask, type=SendSms).idx
        self._erase(t, order, idx)
        message = sms.read(t, idx)
        if kind and message is not None and message.state == "due" and message.provider_id == order:
            self._ended(t, machine, idx, kind, code, now)

    def _erase(self, t: Connection, order: str, idx: str) -> None:
        if order and orders.read(t, order) is not None:
            orders.change(t, order, ask=msgspec.json.encode(SendSms(idx=idx, sealed=ERASED)))

    def _ended(self, t: Connection, machine: str, idx: str, kind: str, code: str, now: Now) -> None:
        row = self._row(t, machine, idx, now)
        if row is None:
            return
        self._erase(t, row.provider_id, idx)
        result = SmsResult("accepted" if kind == "accepted" else "unknown", code=code, provider_id=row.provider_id)
        self._outbox.answered(t, idx, result, now)

    def _row(self, t: Connection, machine: str, idx: str, now: Now) -> SmsRow | None:
        row = sms.read(t, idx)
        if row is None:
            letters.count(t, machine, "sms_answers_unknown")
        elif _machine_of(t, row) != machine:
            letters.security(t, machine, "sms_of_another_machine", f"sms {idx[:64]}", to_ms(now.wall))
            return None
        return row


def _is_going(order: OrderRow, now: Now) -> bool:
    """Whether the machine still owes a word; one that took the order and lost its storage says nothing any more."""
    lost = not order.open and to_ms(now.wall) > order.expires_ms + LOST_MS
    return order.state not in ENDS and not lost


def _machine_of(t: Connection, row: SmsRow | None) -> str:
    deposit = deposits.read(t, row.deposit) if row is not None else None
    return deposit.machine if deposit is not None else ""


def _is_gsm7(text: str) -> bool:
    try:
        gsm7.septets(text)
    except gsm7.NotGsm7:
        return False
    return True
