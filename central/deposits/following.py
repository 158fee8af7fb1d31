"""What the facts of machines say about documents.

registered → held (the machine holds the PIN) → loading → stored → told (the message was accepted or the slip printed) → collected, or
taken_back by a clerk; stored, told → withdrawn (to be taken out) → taken_back. Only facts of the machine move a document on.
"""

from sqlalchemy import Connection

from central.deposits.pins import Pins
from central.deposits.registration import Registration
from central.deposits.terms import Terms
from central.order_desk import clean_code
from central.ports import Now
from central.settings import Settings
from central.sms.owed import owe, plan_reminders
from central.store import compartments, deposits, letters, machines, sms
from central.store.compartments import CompartmentRow
from central.store.deposits import DepositRow
from central.times import DAY_MS, MINUTE_MS, to_ms
from contracts import facts as f
from contracts.facts import Entry

COMPARTMENT_MAX = 9_999
AHEAD_MS_MAX = 5 * MINUTE_MS
"""So far two clocks that are both right may be apart."""

FOLLOWED = (
    f.OrderEnded, f.OrderRefused, f.DepositLoading, f.DepositMoving, f.DepositStored, f.DepositNotStored, f.DepositReported,
    f.DepositWithdrawn, f.DepositTakenBack, f.DocumentHandedOver, f.TermsExtended, f.CompartmentQuarantined, f.CompartmentReleased,
    f.AuditAnswered, f.AuditEnded, f.DepositForgotten,
)  # fmt: skip
"""The facts that say something here."""


class Following:
    """Folds facts into deposits and compartments, inside the transaction that stores them."""

    def __init__(self, settings: Settings, pins: Pins, terms: Terms, registration: Registration) -> None:
        self._settings = settings
        self._pins = pins
        self._terms = terms
        self._registration = registration

    def fold(self, t: Connection, machine: str, entry: Entry, now: Now) -> None:
        """What a fact says about deposits and compartments."""
        match entry.fact:
            case f.OrderEnded(order=order, state=state, code=code):
                self._order_over(t, machine, order, "" if state == "done" else clean_code(code) or "failed", now)
            case f.OrderRefused(order=order, code=code):
                self._order_over(t, machine, order, clean_code(code) or "refused", now)
            case f.TermsExtended(until=until):
                self._terms.all_extended(t, machine, to_ms(until), now)
            case f.CompartmentQuarantined() | f.CompartmentReleased() | f.AuditAnswered() | f.AuditEnded():
                _compartment(t, machine, entry, now)
            case f.DepositForgotten(deposit=key):
                deposit = deposits.read(t, key) if _is_key(key) else None
                if deposit is not None and deposit.machine == machine:
                    self._registration.forgotten(t, deposit, now)
            case _:
                self._document(t, machine, entry, now)

    def _document(self, t: Connection, machine: str, entry: Entry, now: Now) -> None:
        before = ("held", "loading", "registered")
        match entry.fact:
            case f.DepositLoading(deposit=key, compartment=n):
                self._move(t, machine, key, before, now, state="loading", compartment=_number(n), reason="")
            case f.DepositMoving(deposit=key):
                # It names the compartment that is left; the next one has no number yet.
                self._move(t, machine, key, before, now, state="loading", compartment=0, reason="")
            case f.DepositStored(deposit=key, compartment=n):
                self._stored(t, machine, key, n, now)
            case f.DepositNotStored(deposit=key, compartment=n, reason=reason):
                self._move(t, machine, key, ("held", "loading"), now, state="held", compartment=_number(n), reason=reason)
            case f.DepositReported(deposit=key, contents=contents):
                self._reported(t, machine, key, contents, now)
            case f.DepositWithdrawn(deposit=key, reason=reason):
                if self._end(t, machine, key, "withdrawn", reason, now):
                    owe(t, key, "office" if reason == "jam" else "reach", to_ms(now.wall))
            case f.DepositTakenBack(deposit=key):
                self._taken_back(t, machine, key, now)
            case f.DocumentHandedOver(deposit=key):
                if self._end(t, machine, key, "collected", "", now, entry):
                    owe(t, key, "collected", to_ms(now.wall))
            case _:
                pass

    def told(self, t: Connection, key: str, now: Now) -> None:
        """The provider accepted the message that names the PIN: the PIN is erased, reminders are planned."""
        deposit, at_ms = deposits.read(t, key), to_ms(now.wall)
        if deposit is None:
            return
        state = "told" if deposit.state == "stored" else deposit.state
        deposits.change(t, key, at_ms, pin=None, state=state, reason="")
        plan_reminders(t, self._settings, key, at_ms)

    def _order_over(self, t: Connection, machine: str, order: str, code: str, now: Now) -> None:
        """An order of ours ended; `code` is empty when it was done."""
        deposit = deposits.of_order(t, order) if order else None
        if deposit is None or deposit.machine != machine:
            return
        at_ms = to_ms(now.wall)
        if deposit.set_order == order:
            self._pin_over(t, deposit, order, code, now)
        elif code == "deposit_unknown" and deposit.state == "loading":
            # The machine has lost its storage: it gets the PIN again before the clerk can load.
            deposits.change(t, deposit.key, at_ms, state="registered", load_order="", reason=code)
            self._pins.want(t, deposit.key, now, at_ms + self._settings.terms.hold_days * DAY_MS)
        elif code and deposit.state == "loading":
            deposits.change(t, deposit.key, at_ms, state="held", load_order="", reason=code)
        else:
            deposits.change(t, deposit.key, at_ms, load_order="")

    def _pin_over(self, t: Connection, deposit: DepositRow, order: str, code: str, now: Now) -> None:
        key, at_ms = deposit.key, to_ms(now.wall)
        purpose = self._pins.over(t, deposit, order, code, now)
        if deposit.state == "cancelled":
            deposits.change(t, key, at_ms, state="cancelled")
            self._registration.forget(t, deposit, now)
            return
        after = deposits.read(t, key)
        if after is None or not after.inside or code or after.set_order:
            return
        if after.slip:
            deposits.change(t, key, at_ms, state="told" if after.printed_ms else after.state)
        elif purpose == "extended":
            self._terms.extended(t, key, at_ms)
        elif purpose or (after.state == "stored" and sms.read(t, f"{key}-ready") is None):
            owe(t, key, purpose or "ready", at_ms)
        elif after.state == "told":
            plan_reminders(t, self._settings, key, at_ms)

    def _stored(self, t: Connection, machine: str, key: str, compartment: int, now: Now) -> None:
        at_ms = to_ms(now.wall)
        deposit = deposits.read(t, key) if _is_key(key) else None
        if deposit is not None and deposit.machine == machine and deposit.state == "cancelled":
            # A centre restored from a backup had forgotten that it was being loaded: its PIN opens nothing more, a person takes it out.
            deposits.change(t, key, at_ms, state="withdrawn", reason="cancelled", compartment=_number(compartment))
            self._registration.take_out(t, deposit, now)
            return
        before = ("registered", "held", "loading")
        if self._move(t, machine, key, before, now, state="stored", compartment=_number(compartment), stored_ms=at_ms, reason=""):
            stored = deposits.read(t, key)
            if stored is not None:
                self._pins.want(t, key, now, self._terms.due_until(stored.kind, now))

    def _taken_back(self, t: Connection, machine: str, key: str, now: Now) -> None:
        """A clerk has the document in hand: the resident is told where it is now."""
        deposit, at_ms = deposits.read(t, key) if _is_key(key) else None, to_ms(now.wall)
        if deposit is None or deposit.machine != machine or deposit.state != "withdrawn":
            expired = deposit is not None and deposit.until_ms <= at_ms
            if self._end(t, machine, key, "taken_back", "", now):
                owe(t, key, "expired" if expired else "at_office", at_ms)
            return
        cancelled = deposit.reason == "cancelled"
        deposits.change(t, key, at_ms, state="taken_back", ended_ms=at_ms)
        sms.cancel_due(t, key, at_ms)
        if not cancelled:
            owe(t, key, "at_office", at_ms)

    def _reported(self, t: Connection, machine: str, key: str, contents: str, now: Now) -> None:
        """The resident says what lies in the compartment: this comes after the hand-over, too."""
        deposit = deposits.read(t, key) if _is_key(key) else None
        if deposit is None or deposit.machine != machine:
            letters.count(t, machine, "facts_of_unknown_deposit")
        else:
            deposits.change(t, key, to_ms(now.wall), reported=contents)

    def _end(self, t: Connection, machine: str, key: str, state: str, reason: str, now: Now, entry: Entry | None = None) -> bool:
        ended = {"ended_ms": self._ended_ms(t, key, entry, to_ms(now.wall)), "pin": None, "set_order": "", "load_order": "", "purpose": ""}
        if not self._move(t, machine, key, None, now, state=state, reason=reason, **ended):
            return False
        deposits.end_marks(t, key, to_ms(now.wall))
        sms.cancel_due(t, key, to_ms(now.wall))
        return True

    def _ended_ms(self, t: Connection, key: str, entry: Entry | None, at_ms: int) -> int:
        """The moment that the text names: the machine's while its clock is trusted, unless nothing can have ended then."""
        deposit = deposits.read(t, key) if _is_key(key) else None
        if deposit is None or entry is None or not entry.trusted:
            return at_ms
        said_ms = to_ms(entry.wall)
        return said_ms if deposit.created_ms - AHEAD_MS_MAX <= said_ms <= at_ms + AHEAD_MS_MAX else at_ms

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


def _compartment(t: Connection, machine: str, entry: Entry, now: Now) -> None:
    at_ms = to_ms(now.wall)
    match entry.fact:
        case f.CompartmentQuarantined(compartment=n, reason=reason):
            compartments.quarantine(t, CompartmentRow(machine, _number(n), reason, at_ms))
        case f.CompartmentReleased(compartment=n):
            compartments.release(t, machine, _number(n))
        case f.AuditAnswered(compartment=n, contents=found, same=same):
            expected = "document" if deposits.in_compartment(t, machine, _number(n)) else "empty"
            if not same:
                compartments.quarantine(t, CompartmentRow(machine, _number(n), "audit", at_ms))
            compartments.change(t, machine, _number(n), found="" if same else found, expected="" if same else expected)
        case f.AuditEnded(same=same, diff=diff):
            machines.change(t, machine, audit_ms=at_ms, audit_same=_number(same), audit_diff=_number(diff))
        case _:
            pass


def _number(compartment: int) -> int:
    return compartment if 0 <= compartment <= COMPARTMENT_MAX else 0


def _is_key(key: str) -> bool:
    return 1 <= len(key) <= 64 and key.isascii() and key.replace("-", "").isalnum()
