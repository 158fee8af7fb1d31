"""The resident at the screen: which screen it is, and what a key does there."""

from typing import Literal

from contracts.pin_facts import Told
from contracts.topics import Service
from controller.clock import Now
from controller.doors.state import Door
from controller.live import UNNAMED, Live, Visit
from controller.locker.collection import ASKED_MAX, LeftOpen, OfficeAsked, OpenAsked, Reported, VisitLeft, expired, reopens_until_ms
from controller.locker.pins import PinEntered
from controller.rules import is_forced
from controller.secret import Secret
from controller.settings import Settings
from controller.state import State
from controller.visit.screen_table import LAST
from controller.visit.visiting import Pressed, changed

ANSWER_AFTER_MS = 5_000
"""A wrong entry with a number is told so late, whatever was wrong: nobody learns by the clock which numbers wait here."""

DIGITS = 6
PHONE_DIGITS = 9
TYPED_MAX = 15
"""A number with its country's code; what is typed beyond pushes the first digits out, because the last nine count."""

NOT_SAFE = frozenset(("door_forced", "door_in_doubt", "door_left_open", "contents_reported"))
"""While one of these is known, no screen says that the documents are safe."""

ATTRACT: dict[Service, str] = {"open": "l.attract", "out": "l.oos", "forced": "l.oos.forced"}


def where(state: State, live: Live, settings: Settings, now: Now) -> str:
    """The screen of the collection in progress, or of the step that the visit is at."""
    if state.locker.collection is not None:
        return _collection(state, live, settings, now)
    visit = live.visit
    match visit.step:
        case "attract":
            return ATTRACT[service(state, live)]
        case "pin" | "wrong":
            return _typing(state, visit)
        case "found" if is_forced(state.doors.door(visit.compartment)):
            return "l.unsure"
        case "done":
            return "l.done" if visit.receipt else "l.done.late"
        case step:
            return f"l.{step}"


def service(state: State, live: Live) -> Service:
    """Whether documents can be given out at all."""
    if any(board.fits for board in live.boards.values()):
        return "open"
    return "forced" if any(fault.fault in NOT_SAFE for fault in state.faults.active) else "out"


def _typing(state: State, visit: Visit) -> str:
    """What is asked for: the PIN, or the number first."""
    pins = state.locker.pins
    if pins.step_up is None:
        return f"l.{visit.step}"
    if pins.step_up.asks == "nothing":
        return "l.spent"
    if pins.paused(visit.named):
        return "l.locked"
    if visit.step == "wrong":
        return "l.wrong.phone" if visit.named else f"l.phone{LAST}"
    return "l.pin" if visit.named else "l.phone"


def _collection(state: State, live: Live, settings: Settings, now: Now) -> str:
    collection = state.locker.collection
    assert collection is not None
    door = state.doors.door(collection.compartment)
    if collection.handed_over:
        if live.visit.step == "reported":
            return "l.reported"
        return "l.close" if now.mono_ms >= opened_ms(door, now) + settings.close_after_ms else "l.open"
    if door.lock is not None and door.lock.opening:
        return "l.opening"
    seen = live.seen_closed(collection.compartment)
    if not seen and (door.lock is None or door.lock.phase != "refused"):  # a lock that was certainly not driven opened nothing
        return "l.unseen"
    return "l.jam" if seen and collection.asked < ASKED_MAX else f"l.jam{LAST}"


def opened_ms(door: Door, now: Now) -> int:
    """When the door was seen to open, in mono_ms of this boot; for an earlier boot, its start."""
    return door.moved_ms if door.moved_boot == now.boot else 0


def reopens_ms(state: State, visit: Visit, now: Now) -> int | None:
    """Until when whoever is here may open the compartment once more."""
    return reopens_until_ms(state.locker.deposits.get(visit.again or visit.deposit), now)


def told(state: State, visit: Visit) -> Told:
    """How the resident of the visit's document hears of things."""
    deposit = state.locker.deposits.get(visit.deposit)
    return "slip" if deposit is None else deposit.told


def keys(name: str, state: State, live: Live, now: Now, active: tuple[str, ...]) -> tuple[str, ...]:
    """The active keys of a screen, of those that its row has."""
    visit = live.visit
    match name:
        case "l.pin" | "l.wrong" | "l.grace":
            return (*active, *(("ok",) if len(visit.digits) == DIGITS else ()), "lang")
        case "l.phone" | "l.phone.last":
            return (*active, *(("ok",) if len(visit.phone) >= PHONE_DIGITS else ()), "lang")
        case "l.done" | "l.done.late" if reopens_ms(state, visit, now) is not None:
            return ("1", "ok")  # three targets do not fit in a row, and what was left behind is in more of a hurry than a language
        case "l.reported" if state.locker.collection is not None:
            return ("lang",)  # the door must be closed first
        case _:
            return active


def press(name: str, state: State, visit: Visit, key: str, now: Now) -> Pressed:
    """What a key does on a screen of the resident."""
    match name:
        case "l.attract":
            return Visit(step="login" if key == "0" else "pin", lang=visit.lang), None
        case "l.phone":
            return _phone(visit, key)
        case "l.pin" | "l.wrong":
            return _pin(visit, key)
        case "l.wrong.phone" | "l.phone.last":
            return (Visit(), None) if key == "cancel" else _phone(Visit(step="pin", lang=visit.lang), key)
        case "l.grace":
            return _grace(visit, key)
        case "l.done" | "l.done.late" if key == "1":
            return Visit(step="grace", lang=visit.lang, again=visit.deposit, compartment=visit.compartment), None
        case "l.stop":
            return (Visit(), None) if key == "ok" else (changed(visit, over=""), None)
        case "l.found":
            return _found(state, visit, key, now)
        case "l.jam" | "l.jam.last" | "l.unseen":
            return _jam(state, visit, key)
        case "l.report":
            return _reported(state, visit, key)
        case _:
            return _at_open_door(name, visit, key)


def _phone(visit: Visit, key: str) -> Pressed:
    match key:
        case "ok":
            return changed(visit, named=UNNAMED), None
        case "cancel" if len(visit.phone):
            return changed(visit, phone=visit.phone.erased()), None
        case "cancel":
            return changed(visit, over="stop"), None
        case _:
            return changed(visit, phone=visit.phone.typed(key).last(TYPED_MAX)), None


def _pin(visit: Visit, key: str) -> Pressed:
    if key == "ok":
        return changed(visit, step="checking"), PinEntered(visit.named)
    if key != "cancel":
        return changed(visit, step="pin", digits=_typed(visit, key)), None
    if len(visit.digits):
        return changed(visit, step="pin", digits=visit.digits.erased()), None
    if visit.step == "wrong":
        return Visit(), None
    return (Visit(step="pin", lang=visit.lang) if visit.named else changed(visit, over="stop")), None


def _typed(visit: Visit, key: str) -> Secret:
    return visit.digits if len(visit.digits) >= DIGITS else visit.digits.typed(key)


def _grace(visit: Visit, key: str) -> Pressed:
    if key == "ok":
        return changed(visit, step="checking"), PinEntered(again=visit.again)
    if key != "cancel":
        return changed(visit, digits=_typed(visit, key)), None
    return (changed(visit, digits=visit.digits.erased()), None) if len(visit.digits) else (Visit(), None)


def _found(state: State, visit: Visit, key: str, now: Now) -> Pressed:
    deposit = state.locker.deposits.get(visit.deposit)
    match key:
        case "ok" if deposit is not None and expired(deposit, now):
            return changed(visit, step="expired"), None  # the time ran out while the person was looking for the compartment
        case "ok":
            return visit, OpenAsked(visit.deposit)
        case "1":
            return visit, OfficeAsked(visit.deposit, "reach")
        case _:
            return Visit(step="pin", lang=visit.lang), None


def _jam(state: State, visit: Visit, key: str) -> Pressed:
    assert state.locker.collection is not None
    match key:
        case "1":
            return visit, OpenAsked(state.locker.collection.deposit)
        case "2":
            asks = OfficeAsked(state.locker.collection.deposit, "jam")
            return (changed(visit, step="reported") if state.locker.collection.again else visit), asks
        case _:
            return Visit(), VisitLeft()


def _at_open_door(name: str, visit: Visit, key: str) -> Pressed:
    match name, key:
        case "l.open", "1":
            return changed(visit, asking=True), None
        case "l.close", "1":
            return visit, LeftOpen()
        case _:
            return Visit(), None


def _reported(state: State, visit: Visit, key: str) -> Pressed:
    contents: dict[str, Literal["empty", "foreign"]] = {"1": "empty", "2": "foreign"}
    collection = state.locker.collection
    deposit = visit.deposit if collection is None else collection.deposit  # after a restart nobody's visit names it
    return changed(visit, asking=False), Reported(deposit, contents[key]) if key in contents else None
