"""The resident at the screen (screens.md B, l.*): which screen, what a key does there, and the values on it."""

from typing import Any, Literal
from zoneinfo import ZoneInfo

from controller.clock import Now
from controller.doors.state import Door
from controller.live import Live, Visit
from controller.locker.decide import ASKED_MAX, LeftOpen, OfficeAsked, OpenAsked, PinEntered, Reported, VisitLeft, expired
from controller.settings import Settings
from controller.state import State
from controller.visit.screen_table import LAST
from controller.visit.visiting import Pressed, changed

CLOSE_AFTER_MS = 60_000
LEFT_OPEN_AFTER_MS = 180_000
DIGITS = 6


def where(state: State, live: Live, now: Now) -> str:
    """The screen of the collection in progress, or of the step that the visit is at."""
    if state.locker.collection is not None:
        return _collection(state, live, now)
    step = live.visit.step
    if step == "attract":
        return "l.attract" if any(board.fits for board in live.boards.values()) else "l.oos"
    if step in ("pin", "wrong") and state.locker.pause is not None:
        return "l.paused"
    return f"l.{step}"


def _collection(state: State, live: Live, now: Now) -> str:
    collection = state.locker.collection
    assert collection is not None
    door = state.doors.door(collection.compartment)
    if collection.handed_over:
        if live.visit.step == "reported":
            return "l.reported"
        return "l.close" if now.mono_ms >= opened_ms(door, now) + CLOSE_AFTER_MS else "l.open"
    if door.lock is not None and door.lock.opening:
        return "l.opening"
    again = collection.asked < ASKED_MAX and live.seen_closed(collection.compartment)
    return "l.jam" if again else f"l.jam{LAST}"


def opened_ms(door: Door, now: Now) -> int:
    """When the door was seen to open, in mono_ms of this boot; for an earlier boot, its start."""
    return door.moved_ms if door.moved_boot == now.boot else 0


def press(name: str, state: State, visit: Visit, key: str, now: Now) -> Pressed:
    """What a key does on a screen of the resident."""
    match name:
        case "l.attract":
            return Visit(step="login" if key == "0" else "pin", lang=visit.lang), None
        case "l.pin" | "l.wrong":
            return _pin(visit, key)
        case "l.stop":
            return (Visit(), None) if key == "ok" else (changed(visit, over=""), None)
        case "l.found":
            return _found(state, visit, key, now)
        case "l.jam" | "l.jam.last":
            return _jam(state, visit, key)
        case _:
            return _at_open_door(name, visit, key)


def _pin(visit: Visit, key: str) -> Pressed:
    if key == "ok":
        return changed(visit, step="checking"), PinEntered()
    if key != "cancel":
        full = len(visit.digits) >= DIGITS
        return changed(visit, step="pin", digits=visit.digits if full else visit.digits.typed(key)), None
    if len(visit.digits):
        return changed(visit, step="pin", digits=visit.digits.erased()), None
    return (Visit(), None) if visit.step == "wrong" else (changed(visit, over="stop"), None)


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
            return visit, OfficeAsked(state.locker.collection.deposit, "jam")
        case _:
            return Visit(), VisitLeft()


def _at_open_door(name: str, visit: Visit, key: str) -> Pressed:
    match name, key:
        case "l.open", "1":
            return changed(visit, over="report"), None
        case "l.close", "1":
            return visit, LeftOpen()
        case "l.report", _:
            contents: dict[str, Literal["empty", "foreign"]] = {"1": "empty", "2": "foreign"}
            return changed(visit, over=""), Reported(contents[key]) if key in contents else None
        case _:
            return Visit(), None


def data(name: str, state: State, live: Live, settings: Settings) -> dict[str, Any]:
    """The values of a screen beside those that every screen has."""
    zone = ZoneInfo(settings.time_zone)
    match name:
        case "l.jam" | "l.jam.last":
            return {"tries_left": ASKED_MAX - state.locker.collection.asked if state.locker.collection else 0}
        case "l.done" | "l.used":
            deposit = state.locker.deposits.get(live.visit.deposit)
            local = deposit.ended.astimezone(zone) if deposit is not None and deposit.ended is not None and deposit.sure else None
            return {"collected_at": local.strftime("%H:%M") if local else "", "when": local.strftime("%d.%m %H:%M") if local else ""}
        case _:
            return {}
