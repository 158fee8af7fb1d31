"""What a key does on each screen of the locker: most change the visit only, some become a request."""

from typing import Literal

import msgspec

from contracts.screen_messages import LANGUAGES
from controller.clock import Now
from controller.live import Live, Visit
from controller.locker.decide import (
    LeftOpen,
    LoadAnswered,
    LockerRequest,
    OfficeAsked,
    OpenAsked,
    OtherAsked,
    PinEntered,
    Reported,
    VisitLeft,
    expired,
)
from controller.settings import Settings
from controller.state import State
from controller.visit import screens

Pressed = tuple[Visit, LockerRequest | None]


def absorb(state: State, live: Live, settings: Settings, key: str, now: Now) -> tuple[Live, LockerRequest | None]:
    """Live after a key that is active on the present screen, and the request it makes."""
    name = screens.where(state, live, now)
    visit, request = _press(name, state, live.visit, key, now)
    if visit.step != "attract" or visit.over or request is not None:
        visit = msgspec.structs.replace(visit, idle_ms=now.mono_ms + idle_ms(name_after(state, live, visit, now), settings))
    if name_after(state, live, visit, now) != name:
        visit = msgspec.structs.replace(visit, focus=0, since_ms=now.mono_ms)
    return msgspec.structs.replace(live, visit=visit), request


def name_after(state: State, live: Live, visit: Visit, now: Now) -> str:
    """The screen that this visit would show."""
    return screens.where(state, msgspec.structs.replace(live, visit=visit), now)


def idle_ms(name: str, settings: Settings) -> int:
    """How long a screen waits for a key."""
    if name == "more_time":
        return settings.more_time_ms
    if name == "k.check":
        return 180_000
    return screens.ENDING_MS.get(name, settings.idle_ms)


def _press(name: str, state: State, visit: Visit, key: str, now: Now) -> Pressed:
    if key == "lang" and name not in ("lang", "more_time"):
        return _with(visit, over="lang"), None
    if name in screens.MENUS and key in ("up", "down"):
        return _with(visit, focus=(visit.focus + (1 if key == "down" else -1)) % len(screens.MENUS[name])), None
    if name in screens.MENUS and key == "ok":
        key = screens.MENUS[name][min(visit.focus, len(screens.MENUS[name]) - 1)]
    match name:
        case "l.attract":
            return Visit(step="pin", lang=visit.lang), None
        case "l.pin" | "l.wrong":
            return _pin(visit, key)
        case "lang":
            return _lang(visit, key), None
        case "l.stop" | "more_time":
            return _asked_whether(name, state, visit, key)
        case "l.found":
            return _found(state, visit, key, now)
        case "l.jam" | "l.jam.last":
            return _jam(state, visit, key)
        case _:
            return _others(name, visit, key)


def _pin(visit: Visit, key: str) -> Pressed:
    if key == "ok":
        return _with(visit, step="checking"), PinEntered()
    if key != "cancel":
        full = len(visit.digits) >= screens.DIGITS
        return _with(visit, step="pin", digits=visit.digits if full else visit.digits.typed(key)), None
    if len(visit.digits):
        return _with(visit, step="pin", digits=visit.digits.erased()), None
    return (Visit(), None) if visit.step == "wrong" else (_with(visit, over="stop"), None)


def _lang(visit: Visit, key: str) -> Visit:
    if key == "cancel":
        return _with(visit, over="")
    return _with(visit, over="", lang=LANGUAGES[int(key) - 1])


def _asked_whether(name: str, state: State, visit: Visit, key: str) -> Pressed:
    if name == "l.stop":
        return (Visit(), None) if key == "ok" else (_with(visit, over=""), None)
    return (_with(visit, over=""), None) if key != "cancel" else gone(state, _with(visit, over=""))


def gone(state: State, visit: Visit) -> Pressed:
    """Nobody is there any more."""
    if state.locker.loading is not None:
        return visit, LoadAnswered("unconfirmed")
    if state.locker.collection is not None:
        return Visit(), VisitLeft()
    return Visit(), None


def _found(state: State, visit: Visit, key: str, now: Now) -> Pressed:
    deposit = state.locker.deposits.get(visit.deposit)
    match key:
        case "ok" if deposit is not None and expired(deposit, now):
            return _with(visit, step="expired"), None  # the time ran out while the person was looking for the compartment
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


def _others(name: str, visit: Visit, key: str) -> Pressed:
    match name, key:
        case "l.open", "1":
            return _with(visit, over="report"), None
        case "l.close", "1":
            return visit, LeftOpen()
        case "l.report", _:
            contents: dict[str, Literal["empty", "foreign"]] = {"1": "empty", "2": "foreign"}
            return _with(visit, over=""), Reported(contents[key]) if key in contents else None
        case "l.reported", _:
            return Visit(), None
        case "k.load", _:
            return visit, OtherAsked("not_empty" if key == "1" else "lower")
        case "k.check", _:
            answers: dict[str, Literal["in", "not_put_in", "elsewhere"]] = {"1": "in", "2": "not_put_in", "3": "elsewhere"}
            return visit, LoadAnswered(answers[key])
        case _:
            return Visit(), None


def _with(visit: Visit, **changes: object) -> Visit:
    return msgspec.structs.replace(visit, **changes)
