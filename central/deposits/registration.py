"""What a clerk does with a document: register, load, correct, give a new PIN or a slip, extend, withdraw."""

import msgspec
from sqlalchemy import Connection

from central.deposits.pins import PIN_PURPOSES, Pins
from central.deposits.rules import CASE, DeskRefused, checked_actor, inside, known
from central.deposits.terms import Terms
from central.order_desk import OrderDesk
from central.phones import masked, mobile
from central.ports import Now, Randomness
from central.settings import Settings
from central.signer import Signer
from central.sms import texts
from central.sms.purposes import REMINDERS
from central.store import acts, deposits, orders, sms
from central.store.acts import Act, Deed
from central.store.deposits import DepositRow
from central.times import DAY_MS, HOUR_MS, to_ms
from contracts.orders import Forget, Load, Withdraw

KEY_BYTES = 8
SLIP_DIGITS = 9
PLACE_ORDER_VALID_S = 86_400


class NewDocument(msgspec.Struct, frozen=True):
    """What is registered. Without a phone a slip is printed; `kind` empty: the first type of the settings."""

    case: str
    phone: str
    machine: str
    language: str = "pl"
    low: bool = False
    kind: str = ""
    slip: bool = False

    def __repr__(self) -> str:
        return "NewDocument(…)"


class Slip:
    """What is printed for a resident without a phone; holds a PIN, so it has no repr."""

    __slots__ = ("deposit", "number", "pin")

    def __init__(self, deposit: DepositRow, pin: str, number: str) -> None:
        self.deposit = deposit
        self.pin = pin
        self.number = number

    def __repr__(self) -> str:
        return "Slip(…)"


class Registration:
    """The clerk's deeds, each one refused in one word or done."""

    def __init__(
        self, settings: Settings, signer: Signer, randomness: Randomness, desk: OrderDesk, pins: Pins, terms: Terms
    ) -> None:  # fmt: skip
        self._settings = settings
        self._signer = signer
        self._randomness = randomness
        self._desk = desk
        self._pins = pins
        self._terms = terms

    def register(self, t: Connection, new: NewDocument, actor: str, now: Now) -> str:
        """A new deposit with a PIN on its way to the machine; its key. Raises DeskRefused."""
        number = self._checked(t, new, actor)
        key, at_ms = self._randomness.token(KEY_BYTES), to_ms(now.wall)
        kind = new.kind or next(iter(self._settings.documents), "")
        deposits.add(
            t,
            DepositRow(
                key=key,
                machine=new.machine,
                case_no=new.case,
                phone=self._signer.seal(number, f"phone/{key}", self._randomness),
                phone_mask="" if new.slip else masked(number),
                language=new.language,
                low=new.low,
                actor=actor,
                created_ms=at_ms,
                changed_ms=at_ms,
                state="registered",
                kind=kind,
                slip=new.slip,
            ),
        )
        self._act(t, "register", deposits.read(t, key), actor, now)
        self._pins.draw(t, key, new.machine, at_ms)
        self._pins.want(t, key, now, at_ms + self._settings.terms.hold_days * DAY_MS)
        return key

    def load(self, t: Connection, key: str, actor: str, now: Now) -> str:
        """Have a compartment opened for the clerk at the machine; the order's id. Raises DeskRefused."""
        deposit = known(t, key)
        checked_actor(actor)
        if deposit.state != "held":
            codes = {"registered": "pin_not_held", "loading": "loading_already", "cancelled": "cancelled_already"}
            raise DeskRefused(codes.get(deposit.state, "loaded_already"))
        ask = Load(deposit=key, case=deposit.case_no, low=deposit.low)
        order = self._desk.draft(t, deposit.machine, ask, actor, "load", self._settings.terms.load_valid_s, now)
        deposits.change(t, key, to_ms(now.wall), state="loading", load_order=order, compartment=0, reason="")
        return order

    def cancel(self, t: Connection, key: str, actor: str, now: Now) -> None:
        """End a deposit without a document, so that its case can be registered again; the machine forgets it. Raises DeskRefused."""
        deposit, at_ms = known(t, key), to_ms(now.wall)
        checked_actor(actor)
        if deposit.state not in ("registered", "held"):
            codes = {"loading": "loading_already", "cancelled": "cancelled_already"}
            raise DeskRefused(codes.get(deposit.state, "loaded_already"))
        self._cancelled(t, key, at_ms)
        self._act(t, "cancel", deposit, actor, now)
        if not deposit.set_order:
            self.forget(t, deposit, now)
        elif orders.drop_unsent(t, deposit.set_order):
            deposits.change(t, key, at_ms, set_order="")

    def forgotten(self, t: Connection, deposit: DepositRow, now: Now) -> None:
        """The machine has erased a registration: one that a restored database does not know to be withdrawn is so from now on."""
        if deposit.state in ("registered", "held"):
            self._cancelled(t, deposit.key, to_ms(now.wall))

    def _cancelled(self, t: Connection, key: str, at_ms: int) -> None:
        erased = {"pin": None, "phone": b"", "phone_mask": "", "purpose": ""}
        deposits.change(t, key, at_ms, state="cancelled", reason="", ended_ms=at_ms, load_order="", **erased)
        deposits.end_marks(t, key, at_ms)

    def forget(self, t: Connection, deposit: DepositRow, now: Now) -> None:
        """The machine erases what it holds of a registration that was withdrawn; while a PIN is on its way that comes first."""
        self._desk.draft(t, deposit.machine, Forget(deposit=deposit.key), "centre", "cancelled", PLACE_ORDER_VALID_S, now)

    def take_out(self, t: Connection, deposit: DepositRow, now: Now) -> None:
        """A document that was put in although its registration had been withdrawn: the machine hands it to a clerk only."""
        self._desk.draft(t, deposit.machine, Withdraw(deposit=deposit.key), "centre", "cancelled", PLACE_ORDER_VALID_S, now)

    def extend(self, t: Connection, key: str, until_ms: int, actor: str, now: Now) -> None:
        """More time for a document in its compartment, also when its time was over. Raises DeskRefused."""
        deposit = inside(t, key)
        checked_actor(actor)
        self._terms.extend(t, deposit, until_ms, now)
        self._act(t, "extend", deposit, actor, now)

    def reissue(self, t: Connection, key: str, actor: str, now: Now) -> None:
        """Another PIN with a full term; the old one is dead when the machine holds the new, and the text goes then. Raises DeskRefused."""
        deposit = inside(t, key)
        checked_actor(actor)
        self._act(t, "reissue", deposit, actor, now)
        self._new_pin(t, deposit, now)

    def correct_phone(self, t: Connection, key: str, phone: str, actor: str, now: Now) -> None:
        """Another phone (empty: the same); what the resident must know goes out again. Raises DeskRefused."""
        deposit, number = known(t, key), mobile(phone)
        checked_actor(actor)
        if deposit.ended_ms:
            raise DeskRefused("ended_already")
        if (phone and number is None) or (not phone and (deposit.slip or not deposit.phone)):
            raise DeskRefused("phone_wrong")
        self._act(t, "correct_phone" if number else "send_again", deposit, actor, now)
        if number is not None:
            sealed = self._signer.seal(number, f"phone/{key}", self._randomness)
            deposits.change(t, key, to_ms(now.wall), phone=sealed, phone_mask=masked(number), slip=False)
        # Whoever has the wrong number may have been told the PIN.
        self._tell_again(t, deposit, number is not None and _tried(t, key), now)

    def to_slip(self, t: Connection, key: str, actor: str, now: Now) -> None:
        """From now on a printed slip tells the resident what the messages told. Raises DeskRefused."""
        deposit, at_ms = known(t, key), to_ms(now.wall)
        checked_actor(actor)
        if deposit.ended_ms:
            raise DeskRefused("ended_already")
        self._act(t, "to_slip", deposit, actor, now)
        sealed = self._signer.seal(self._slip_number(), f"phone/{key}", self._randomness)
        deposits.change(t, key, at_ms, phone=sealed, phone_mask="", slip=True, purpose="")
        # Whoever has the phone may have been told the PIN, and it is not the resident any more.
        self._tell_again(t, deposit, not deposit.slip and _tried(t, key), now)

    def freshen(self, t: Connection, key: str, now: Now) -> bool:
        """Before a slip is printed: a deadline that is no whole term away is moved; says whether it was."""
        deposit = known(t, key)
        short = deposit.until_ms - to_ms(now.wall) < self._settings.hours(deposit.kind) * HOUR_MS
        if not (deposit.inside and deposit.slip and deposit.pin is not None and not deposit.set_order and short):
            return False
        self._terms.renew(t, deposit, now)
        return True

    def print_slip(self, t: Connection, key: str, actor: str, now: Now) -> Slip:
        """The slip, once: its PIN is erased with this. Raises DeskRefused."""
        deposit, at_ms = known(t, key), to_ms(now.wall)
        checked_actor(actor)
        if deposit.ended_ms or not deposit.slip:
            raise DeskRefused("no_slip")
        if deposit.pin is None:
            raise DeskRefused("printed_already")
        if deposit.set_order or not deposit.until_ms:
            raise DeskRefused("pin_not_held")
        pin = self._signer.unseal(deposit.pin, f"pin/{key}")
        number = self._signer.unseal(deposit.phone, f"phone/{key}")
        state = "told" if deposit.state == "stored" else deposit.state
        deposits.change(t, key, at_ms, pin=None, printed_ms=at_ms, state=state)
        self._act(t, "print_slip", deposit, actor, now)
        return Slip(deposit, pin, number)

    def withdraw(self, t: Connection, key: str, actor: str, now: Now) -> str:
        """The document is to be taken out and collected at the office; the order's id. Raises DeskRefused."""
        deposit = inside(t, key)
        checked_actor(actor)
        self._act(t, "withdraw", deposit, actor, now)
        return self._desk.draft(t, deposit.machine, Withdraw(deposit=key), actor, "desk", PLACE_ORDER_VALID_S, now)

    def _tell_again(self, t: Connection, before: DepositRow, compromised: bool, now: Now) -> None:
        """The machine learns the marks that changed; a resident who may know no PIN that works gets one."""
        key = before.key
        # A message under way goes to the old number under its own key: it must not answer for the new one.
        sms.cancel_due(t, key, to_ms(now.wall))
        if not before.inside:
            self._pins.want(t, key, now)
        elif before.pin is None or compromised:
            self._new_pin(t, before, now)
        else:
            until_ms = max(before.want_until_ms, self._terms.due_until(before.kind, now))
            self._pins.want(t, key, now, until_ms, "pin_reissued" if before.state == "told" else "ready")

    def _new_pin(self, t: Connection, deposit: DepositRow, now: Now) -> None:
        at_ms = to_ms(now.wall)
        sms.cancel_due(t, deposit.key, at_ms, ("ready", "pin_reissued", "extended", *REMINDERS))
        self._pins.draw(t, deposit.key, deposit.machine, at_ms)
        until_ms = max(deposit.until_ms, deposit.want_until_ms, self._terms.due_until(deposit.kind, now))
        self._pins.want(t, deposit.key, now, until_ms, "pin_reissued")

    def _checked(self, t: Connection, new: NewDocument, actor: str) -> str:
        """The number under which the resident is known: of the phone, or one drawn for the slip."""
        number = self._slip_number() if new.slip else mobile(new.phone)
        if new.machine not in self._settings.machines or not self._signer.has_machine(new.machine):
            raise DeskRefused("machine_unknown")
        if not CASE.fullmatch(new.case):
            raise DeskRefused("case_wrong")
        if number is None or (new.slip and new.phone):
            raise DeskRefused("phone_wrong")
        if new.language not in texts.own_names():
            raise DeskRefused("language_wrong")
        if new.kind and new.kind not in self._settings.documents:
            raise DeskRefused("kind_unknown")
        checked_actor(actor)
        if deposits.live_with_case(t, new.case):
            raise DeskRefused("case_known")
        return number

    def _slip_number(self) -> str:
        # A first digit that no Polish number has: nobody's phone is drawn.
        return "0" + f"{self._randomness.below(10 ** (SLIP_DIGITS - 1)):0{SLIP_DIGITS - 1}}"

    def _act(self, t: Connection, act: Deed, deposit: DepositRow | None, actor: str, now: Now) -> None:
        if deposit is not None:
            acts.write(t, Act(to_ms(now.wall), actor, act, deposit.machine, deposit.key))


def _tried(t: Connection, key: str) -> bool:
    """Whether a message with a PIN of this deposit was ever given away to be sent."""
    return any(row.tries for row in sms.of_deposit(t, key) if row.purpose in PIN_PURPOSES)
