"""The life of one document, from the clerk's registration to its collection.

registered → held (the machine holds the PIN) → loading → stored → told (the provider accepted the SMS) → collected or withdrawn;
registered or held → cancelled, by a clerk, while there is no document in it.

But for that only facts of the machine move it on. A text message is owed after two facts: the document was stored, and the machine
then took the PIN with its final deadline. The PIN is sealed here until the provider accepted the message and is erased with that
acceptance.
"""

import re

import msgspec
from sqlalchemy import Connection

from central.order_desk import OrderDesk, clean_code
from central.phones import mobile
from central.ports import Now, Randomness
from central.settings import Settings
from central.signer import Signer
from central.store import deposits, letters, orders, sms
from central.store.deposits import DepositRow
from central.store.sms import SmsRow
from central.times import DAY_MS, HOUR_MS, from_ms, to_ms, up_to_quarter
from contracts.facts import (
    DepositLoading,
    DepositMoving,
    DepositNotStored,
    DepositReported,
    DepositStored,
    DepositWithdrawn,
    DocumentHandedOver,
    Entry,
    OrderEnded,
    OrderRefused,
)
from contracts.orders import AnyAsk, Load, SetPin

KEY_BYTES = 8
PIN_DIGITS = 6
DRAWS_MAX = 1_000
REFUSED_WAIT_MS = 5_000
REFUSED_WAIT_MAX_MS = 3_600_000
COMPARTMENT_MAX = 9_999

CASE = re.compile(r"[0-9A-Za-z][0-9A-Za-z./-]{0,31}")
ACTOR = re.compile(r"[0-9A-Za-z][0-9A-Za-z ._@-]{0,63}")
LANGUAGES = ("pl", "en", "uk", "de")


class DeskRefused(ValueError):
    """The desk cannot do this; `code` is the reason in one word, for pages and API."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Deposits:
    """Registers documents, has them loaded and follows what the facts say."""

    def __init__(self, settings: Settings, signer: Signer, randomness: Randomness, desk: OrderDesk) -> None:
        self._settings = settings
        self._signer = signer
        self._randomness = randomness
        self._desk = desk

    def register(
        self, t: Connection, case: str, phone: str, machine: str, language: str, low: bool, actor: str, now: Now
    ) -> str:  # fmt: skip
        """A new deposit with a PIN on its way to the machine; its key. Raises DeskRefused."""
        number = self._checked(t, case, phone, machine, language, actor)
        key, at_ms = self._randomness.token(KEY_BYTES), to_ms(now.wall)
        deposit = DepositRow(
            key=key,
            machine=machine,
            case_no=case,
            phone=self._signer.seal(number, f"phone/{key}", self._randomness),
            phone_mask=f"{number[:3]} *** {number[-3:]}",
            language=language,
            low=low,
            actor=actor,
            created_ms=at_ms,
            changed_ms=at_ms,
            state="registered",
        )
        deposits.add(t, deposit)
        self._draw(t, deposit, at_ms)
        self._order_pin(t, key, at_ms + self._settings.terms.hold_days * DAY_MS, now)
        return key

    def load(self, t: Connection, key: str, actor: str, now: Now) -> str:
        """Have a compartment opened for the clerk at the machine; the order's id. Raises DeskRefused."""
        deposit = deposits.read(t, key)
        if deposit is None:
            raise DeskRefused("deposit_unknown")
        if not ACTOR.fullmatch(actor):
            raise DeskRefused("actor_wrong")
        if deposit.state != "held":
            known = {"registered": "pin_not_held", "loading": "loading_already", "cancelled": "cancelled_already"}
            raise DeskRefused(known.get(deposit.state, "loaded_already"))
        ask = Load(deposit=key, case=deposit.case_no, low=deposit.low)
        order = self._desk.draft(t, deposit.machine, ask, actor, "load", self._settings.terms.load_valid_s, now)
        deposits.change(t, key, to_ms(now.wall), state="loading", load_order=order, compartment=0, reason="")
        return order

    def cancel(self, t: Connection, key: str, actor: str, now: Now) -> None:
        """End a deposit without a document, so that its case can be registered again; phone and PIN are erased. Raises DeskRefused."""
        deposit, at_ms = deposits.read(t, key), to_ms(now.wall)
        if deposit is None:
            raise DeskRefused("deposit_unknown")
        if not ACTOR.fullmatch(actor):
            raise DeskRefused("actor_wrong")
        if deposit.state not in ("registered", "held"):
            known = {"loading": "loading_already", "cancelled": "cancelled_already"}
            raise DeskRefused(known.get(deposit.state, "loaded_already"))
        erased = {"pin": None, "phone": b"", "phone_mask": ""}
        deposits.change(t, key, at_ms, state="cancelled", reason="", ended_ms=at_ms, set_order="", load_order="", **erased)
        deposits.end_marks(t, key, at_ms)

    def _checked(self, t: Connection, case: str, phone: str, machine: str, language: str, actor: str) -> str:
        number = mobile(phone)
        if machine not in self._settings.machines or not self._signer.has_machine(machine):
            raise DeskRefused("machine_unknown")
        if not CASE.fullmatch(case):
            raise DeskRefused("case_wrong")
        if number is None:
            raise DeskRefused("phone_wrong")
        if language not in LANGUAGES:
            raise DeskRefused("language_wrong")
        if not ACTOR.fullmatch(actor):
            raise DeskRefused("actor_wrong")
        if deposits.live_with_case(t, case):
            raise DeskRefused("case_known")
        return number

    def renew(self, t: Connection, deposit: DepositRow, now: Now) -> None:
        """Ask for the deadline that a message accepted now may name."""
        self._order_pin(t, deposit.key, self.due_until(now), now)

    def due_until(self, now: Now) -> int:
        """The deadline of a document stored now: its term and a margin for the SMS, up to the full quarter."""
        terms = self._settings.terms
        return up_to_quarter(to_ms(now.wall) + (terms.collect_h + terms.margin_h) * HOUR_MS)

    def told(self, t: Connection, key: str, now: Now) -> None:
        """The provider accepted the message: the PIN is erased."""
        deposit = deposits.read(t, key)
        if deposit is not None:
            state = "told" if deposit.state == "stored" else deposit.state
            deposits.change(t, key, to_ms(now.wall), pin=None, state=state, reason="")

    def _draw(self, t: Connection, deposit: DepositRow, at_ms: int) -> None:
        """Give the deposit a PIN that no other of its machine holds or held lately."""
        rested_ms = at_ms - self._settings.terms.pin_rest_days * DAY_MS
        for _ in range(DRAWS_MAX):
            pin = f"{self._randomness.below(10**PIN_DIGITS):0{PIN_DIGITS}}"
            mark = self._signer.pin_mark(deposit.machine, pin)
            if not deposits.mark_taken(t, deposit.machine, mark, rested_ms):
                break
        else:
            raise DeskRefused("no_pin_free")
        deposits.keep_mark(t, deposit.machine, mark, deposit.key)
        sealed = self._signer.seal(pin, f"pin/{deposit.key}", self._randomness)
        deposits.change(t, deposit.key, at_ms, pin=sealed, mark=mark)

    def _order_pin(self, t: Connection, key: str, until_ms: int, now: Now, wait_ms: int = 0) -> None:
        deposit = deposits.read(t, key)
        if deposit is None or deposit.pin is None:
            return
        signer, machine = self._signer, deposit.machine
        phone = signer.phone_mark(machine, signer.unseal(deposit.phone, f"phone/{key}")) if deposit.phone else ""
        case = signer.case_mark(machine, deposit.case_no)
        ask = SetPin(deposit=key, hmac=deposit.mark, until=from_ms(until_ms), phone=phone, case=case, low=deposit.low)
        order = self._desk.draft(t, deposit.machine, ask, "centre", "pin", self._settings.terms.set_pin_valid_s, now, wait_ms)
        deposits.change(t, key, to_ms(now.wall), set_order=order)

    def fold(self, t: Connection, machine: str, entry: Entry, now: Now) -> None:
        """What a fact says about a deposit."""
        match entry.fact:
            case OrderEnded(order=order, state=state, code=code):
                self._order_over(t, machine, order, "" if state == "done" else clean_code(code) or "failed", now)
            case OrderRefused(order=order, code=code):
                self._order_over(t, machine, order, clean_code(code) or "refused", now)
            case DepositLoading(deposit=key, compartment=n):
                self._move(t, machine, key, ("held", "loading", "registered"), now, state="loading", compartment=_number(n), reason="")
            case DepositMoving(deposit=key):
                # It names the compartment that is left; the next one has no number yet.
                self._move(t, machine, key, ("held", "loading", "registered"), now, state="loading", compartment=0, reason="")
            case DepositStored(deposit=key, compartment=n):
                self._stored(t, machine, key, n, now)
            case DepositNotStored(deposit=key, compartment=n, reason=reason):
                self._move(t, machine, key, ("held", "loading"), now, state="held", compartment=_number(n), reason=reason)
            case DepositReported(deposit=key, contents=contents):
                self._reported(t, machine, key, contents, now)
            case DepositWithdrawn(deposit=key, reason=reason):
                self._end(t, machine, key, "withdrawn", reason, now)
            case DocumentHandedOver(deposit=key):
                self._end(t, machine, key, "collected", "", now)
            case _:
                pass

    def _order_over(self, t: Connection, machine: str, order: str, code: str, now: Now) -> None:
        """An order of ours ended; `code` is empty when it was done."""
        deposit = deposits.of_order(t, order) if order else None
        if deposit is None or deposit.machine != machine:
            return
        if deposit.set_order == order:
            self._pin_over(t, deposit, order, code, now)
        elif code == "deposit_unknown" and deposit.state == "loading":
            # The machine has lost its storage: it gets the PIN again before the clerk can load.
            deposits.change(t, deposit.key, to_ms(now.wall), state="registered", load_order="", reason=code)
            self._order_pin(t, deposit.key, to_ms(now.wall) + self._settings.terms.hold_days * DAY_MS, now)
        elif code and deposit.state == "loading":
            deposits.change(t, deposit.key, to_ms(now.wall), state="held", load_order="", reason=code)
        else:
            deposits.change(t, deposit.key, to_ms(now.wall), load_order="")

    def _pin_over(self, t: Connection, deposit: DepositRow, order: str, code: str, now: Now) -> None:
        asked, at_ms = _asked(t, order), to_ms(now.wall)
        if not isinstance(asked, SetPin):
            return
        until_ms = to_ms(asked.until)
        if not code:
            state = "held" if deposit.state == "registered" else deposit.state
            deposits.change(t, deposit.key, at_ms, set_order="", until_ms=until_ms, refusals=0, state=state, reason="")
            if deposit.state == "stored":
                owed = SmsRow(idx=f"{deposit.key}-ready", deposit=deposit.key, purpose="ready", state="due", created_ms=at_ms)
                sms.owe(t, owed)
            return
        wait_ms = 0 if code == "pin_taken" else min(REFUSED_WAIT_MS * 2 ** min(deposit.refusals, 10), REFUSED_WAIT_MAX_MS)
        deposits.change(t, deposit.key, at_ms, set_order="", refusals=deposit.refusals + 1, reason=code)
        if deposit.ended_ms or deposit.pin is None or code == "deposit_ended":
            return
        owed = sms.read(t, f"{deposit.key}-ready")
        if code == "pin_taken" and (owed is None or owed.tries == 0):
            # Once a message may have reached the resident its PIN is the only one there is.
            self._draw(t, deposit, at_ms)
        self._order_pin(t, deposit.key, until_ms, now, wait_ms)

    def _stored(self, t: Connection, machine: str, key: str, compartment: int, now: Now) -> None:
        deposit = deposits.read(t, key) if _is_key(key) else None
        if deposit is not None and deposit.machine == machine and deposit.state == "cancelled":
            # A centre restored from a backup had forgotten that it was being loaded: a person takes the document out.
            deposits.change(t, key, to_ms(now.wall), state="withdrawn", reason="cancelled", compartment=_number(compartment))
            return
        before = ("registered", "held", "loading")
        if self._move(t, machine, key, before, now, state="stored", compartment=_number(compartment), stored_ms=to_ms(now.wall), reason=""):
            self._order_pin(t, key, self.due_until(now), now)

    def _reported(self, t: Connection, machine: str, key: str, contents: str, now: Now) -> None:
        """The resident says what lies in the compartment: this comes after the hand-over, too."""
        deposit = deposits.read(t, key) if _is_key(key) else None
        if deposit is None or deposit.machine != machine:
            letters.count(t, machine, "facts_of_unknown_deposit")
        else:
            deposits.change(t, key, to_ms(now.wall), reported=contents)

    def _end(self, t: Connection, machine: str, key: str, state: str, reason: str, now: Now) -> None:
        at_ms = to_ms(now.wall)
        if self._move(t, machine, key, None, now, state=state, reason=reason, ended_ms=at_ms, pin=None, set_order="", load_order=""):
            deposits.end_marks(t, key, at_ms)
            owed = sms.read(t, f"{key}-ready")
            if owed is not None and owed.state == "due":
                sms.change(t, owed.idx, state="cancelled", answered_ms=at_ms)

    def _move(self, t: Connection, machine: str, key: str, states: tuple[str, ...] | None, now: Now, **values: object) -> bool:
        """Change a deposit of this machine that has not ended and is in one of `states` (None: any); says whether it was."""
        deposit = deposits.read(t, key) if _is_key(key) else None
        if deposit is None:
            letters.count(t, machine, "facts_of_unknown_deposit")
            return False
        if deposit.machine != machine:
            letters.security(t, machine, "deposit_of_another_machine", f"deposit {key}", to_ms(now.wall))
            return False
        if deposit.ended_ms or (states is not None and deposit.state not in states):
            letters.count(t, machine, "facts_out_of_turn")
            return False
        deposits.change(t, key, to_ms(now.wall), **values)
        return True


def _asked(t: Connection, order: str) -> AnyAsk | None:
    row = orders.read(t, order)
    return msgspec.json.decode(row.ask, type=AnyAsk) if row else None


def _number(compartment: int) -> int:
    return compartment if 0 <= compartment <= COMPARTMENT_MAX else 0


def _is_key(key: str) -> bool:
    return 1 <= len(key) <= 64 and key.isascii() and key.replace("-", "").isalnum()
