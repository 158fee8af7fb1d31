"""The PIN of a deposit and what its machine is to hold of it.

A deposit's row says what the machine shall hold: the mark of its PIN, phone and case, and a deadline. One order `set_pin` is under way at a
time; when it ends and the row wants another thing, the next one goes. So whatever was asked meanwhile, the machine comes to hold the last.
"""

import msgspec
from sqlalchemy import Connection

from central.deposits.rules import DeskRefused
from central.order_desk import OrderDesk
from central.ports import Now, Randomness
from central.settings import Settings
from central.signer import Signer
from central.store import deposits, orders, sms
from central.store.deposits import DepositRow
from central.times import DAY_MS, from_ms, to_ms
from contracts.orders import AnyAsk, SetPin

PIN_DIGITS = 6
DRAWS_MAX = 1_000
REFUSED_WAIT_MS = 5_000
REFUSED_WAIT_MAX_MS = 3_600_000
PIN_PURPOSES = ("ready", "pin_reissued")
STRONGER = ("", "extended", *PIN_PURPOSES)
"""A message later in this row says what those before it would say."""


class Pins:
    """Draws PINs and has machines hold them."""

    def __init__(self, settings: Settings, signer: Signer, randomness: Randomness, desk: OrderDesk) -> None:
        self._settings = settings
        self._signer = signer
        self._randomness = randomness
        self._desk = desk

    def draw(self, t: Connection, key: str, machine: str, at_ms: int) -> None:
        """Give the deposit a PIN that no other of its machine holds or held lately. Raises DeskRefused."""
        rested_ms = at_ms - self._settings.terms.pin_rest_days * DAY_MS
        for _ in range(DRAWS_MAX):
            pin = f"{self._randomness.below(10**PIN_DIGITS):0{PIN_DIGITS}}"
            mark = self._signer.pin_mark(machine, pin)
            if not deposits.mark_taken(t, machine, mark, rested_ms):
                break
        else:
            raise DeskRefused("no_pin_free")
        deposits.keep_mark(t, machine, mark, key)
        sealed = self._signer.seal(pin, f"pin/{key}", self._randomness)
        deposits.change(t, key, at_ms, pin=sealed, mark=mark, pin_ms=at_ms, printed_ms=0)

    def want(self, t: Connection, key: str, now: Now, until_ms: int = 0, purpose: str = "", wait_ms: int = 0) -> None:
        """The machine shall hold what the row says, until `until_ms` (0: as before); then the message of this purpose is owed."""
        deposit = deposits.read(t, key)
        if deposit is None or deposit.ended_ms:
            return
        stronger = max(purpose, deposit.purpose, key=STRONGER.index)
        wanted_ms = until_ms or deposit.want_until_ms or deposit.until_ms
        deposits.change(t, key, to_ms(now.wall), want_until_ms=wanted_ms, purpose=stronger)
        if not deposit.set_order:
            self._order(t, key, now, wait_ms)

    def over(self, t: Connection, deposit: DepositRow, order: str, code: str, now: Now) -> str:
        """A `set_pin` of this deposit ended, `code` is empty when it was done; the purpose of the message that is owed now, or empty."""
        asked, at_ms = asked_by(t, order), to_ms(now.wall)
        if not isinstance(asked, SetPin):
            deposits.change(t, deposit.key, at_ms, set_order="")
            return ""
        if code:
            self._again(t, deposit, code, now)
            return ""
        # Only what the machine holds now is the deadline; what is wanted beyond it goes in the next order.
        held = asked == self._ask(deposit)
        state = "held" if deposit.state == "registered" else deposit.state
        until_ms, purpose = to_ms(asked.until), deposit.purpose if held else ""
        left = "" if held else deposit.purpose
        deposits.change(t, deposit.key, at_ms, set_order="", until_ms=until_ms, refusals=0, state=state, reason="", purpose=left)
        if not held and not deposit.ended_ms:
            self._order(t, deposit.key, now)
        return purpose

    def _again(self, t: Connection, deposit: DepositRow, code: str, now: Now) -> None:
        at_ms = to_ms(now.wall)
        deposits.change(t, deposit.key, at_ms, set_order="", refusals=deposit.refusals + 1, reason=code)
        if deposit.ended_ms or code == "deposit_ended":
            return
        # Once a message or a slip may have told the resident a PIN, it is the only one there is.
        draws = code == "pin_taken" and not self._told(t, deposit)
        if draws:
            self.draw(t, deposit.key, deposit.machine, at_ms)
        wait_ms = 0 if draws else min(REFUSED_WAIT_MS * 2 ** min(deposit.refusals, 10), REFUSED_WAIT_MAX_MS)
        self._order(t, deposit.key, now, wait_ms)

    def _told(self, t: Connection, deposit: DepositRow) -> bool:
        rows = sms.of_deposit(t, deposit.key)
        tried = any(row.tries and row.created_ms > deposit.pin_ms for row in rows if row.purpose in PIN_PURPOSES)
        return tried or deposit.printed_ms > 0 or deposit.pin is None

    def _order(self, t: Connection, key: str, now: Now, wait_ms: int = 0) -> None:
        deposit = deposits.read(t, key)
        if deposit is None:
            return
        valid_s = self._settings.terms.set_pin_valid_s
        order = self._desk.draft(t, deposit.machine, self._ask(deposit), "centre", "pin", valid_s, now, wait_ms)
        deposits.change(t, key, to_ms(now.wall), set_order=order)

    def _ask(self, deposit: DepositRow) -> SetPin:
        signer, machine, key = self._signer, deposit.machine, deposit.key
        phone = signer.phone_mark(machine, signer.unseal(deposit.phone, f"phone/{key}")) if deposit.phone else ""
        case = signer.case_mark(machine, deposit.case_no)
        until = from_ms(deposit.want_until_ms or deposit.until_ms)
        size, told = self._settings.size(deposit.kind), "slip" if deposit.slip else "sms"
        return SetPin(deposit=key, hmac=deposit.mark, until=until, phone=phone, case=case, low=deposit.low, size=size, told=told)


def asked_by(t: Connection, order: str) -> AnyAsk | None:
    """What an order asked; None when it is not ours or its content was erased."""
    row = orders.read(t, order)
    return msgspec.json.decode(row.ask, type=AnyAsk) if row and row.ask else None
