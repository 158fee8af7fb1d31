"""Why the machine cannot do an order now: what the modules must know of each other to say no."""

from contracts.orders import AdmitClerk, ExtendAll, Forget, Load, Release, SendSms, SetPin, Withdraw
from controller.clock import Now
from controller.inputs import OrderSeen
from controller.live import Live
from controller.locker.state import Deposit
from controller.rules import CLEARED_BY_RELEASE, choose
from controller.settings import Settings
from controller.state import State

FREE_STEPS = ("attract", "loaded", "failed", "menu", "scan")
"""Where a visit stands when a compartment may be opened for a clerk without disturbing anybody."""

LETTERS_MAX = 200
"""Text messages that may wait; the centre sends no more than a few at a time."""


def order_refusal(state: State, live: Live, settings: Settings, request: OrderSeen, now: Now) -> str | None:
    """Why this machine cannot do the order now; None when it can."""
    order = request.order
    match order.ask:
        case SetPin():
            deposit = state.locker.deposits.get(order.ask.deposit)
            if deposit is not None and deposit.phase not in ("waiting", "stored"):
                return "deposit_ended"
            return "pin_taken" if request.pin_held else None
        case Load():
            other = state.clerk.actor not in ("", order.actor)
            return "busy" if other else _load_refusal(state, live, settings, order.ask)
        case AdmitClerk():
            return "code_too_old" if order.ask.until <= now.wall else None
        case Release():
            return _release_refusal(state, settings, order.ask)
        case SendSms():
            return _sms_refusal(state, settings, order.ask, order.counter, request.sealed_wrong)
        case ExtendAll():
            return None
        case Withdraw():
            taken = state.clerk.takeback
            return "busy" if taken is not None and taken.deposit == order.ask.deposit else _withdraw_refusal(state, order.ask)
        case Forget():
            return _forget_refusal(state, order.ask)
        case _:
            return "verb_unknown"


def _sms_refusal(state: State, settings: Settings, ask: SendSms, counter: int, sealed_wrong: bool) -> str | None:
    if not settings.modem:
        return "no_modem"
    if sealed_wrong:
        return "seal_wrong"
    if state.sms.order_of(ask.idx) is not None:
        return "sms_known"
    if state.orders.overtaken(ask.idx, counter):
        return "overtaken"
    return "busy" if len(state.sms.sending) >= LETTERS_MAX else None


def _release_refusal(state: State, settings: Settings, ask: Release) -> str | None:
    number = ask.compartment
    if number not in settings.cabinet.compartments():
        return "compartment_unknown"
    if number == state.at:
        return "busy"
    door = state.doors.door(number)
    if door.position == "open":
        return "door_open"
    if not door.quarantine and not any(state.faults.has(fault, f"door {number}") for fault in CLEARED_BY_RELEASE):
        return "not_quarantined"
    # Nobody has seen what has not happened yet.
    return "changed_since" if door.marked > ask.seen or ask.seen > state.seq else None


def deposit_refusal(state: State, live: Live, settings: Settings, key: str) -> str | None:
    """Why this document cannot be loaded by the clerk at the machine; None when it can."""
    deposit = state.locker.deposits.get(key)
    chosen = deposit and choose(state, live, settings, deposit.low, deposit.size)
    return _phase_refusal(deposit) or (None if chosen else "no_compartment")


def _phase_refusal(deposit: Deposit | None) -> str | None:
    if deposit is None:
        return "deposit_unknown"
    if deposit.phase == "waiting":
        return None
    return "deposit_stored" if deposit.phase == "stored" else "deposit_ended"


def _load_refusal(state: State, live: Live, settings: Settings, ask: Load) -> str | None:
    deposit = state.locker.deposits.get(ask.deposit)
    if deposit is None or deposit.phase != "waiting":
        return _phase_refusal(deposit)
    if state.at or state.locker.trying or live.visit.step not in FREE_STEPS or state.clerk.trying or state.clerk.audit:
        return "busy"
    return None if choose(state, live, settings, ask.low, deposit.size) else "no_compartment"


def _withdraw_refusal(state: State, ask: Withdraw) -> str | None:
    deposit, visit = state.locker.deposits.get(ask.deposit), state.locker.collection
    if deposit is None:
        return "deposit_unknown"
    if deposit.phase != "stored":
        return "deposit_waiting" if deposit.phase == "waiting" else "deposit_ended"
    return "busy" if visit is not None and visit.deposit == ask.deposit else None


def _forget_refusal(state: State, ask: Forget) -> str | None:
    deposit, loading = state.locker.deposits.get(ask.deposit), state.locker.loading
    if deposit is None:
        return "deposit_unknown"
    if deposit.phase != "waiting":
        return "deposit_stored" if deposit.phase == "stored" else "deposit_ended"
    return "busy" if loading is not None and loading.deposit == ask.deposit else None
