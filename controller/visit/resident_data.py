"""The values on a resident's screen, and what it counts down to. A pure view."""

from typing import Any
from zoneinfo import ZoneInfo

from contracts.screen_messages import Deadline
from controller.clock import Now
from controller.live import Live
from controller.locker.collection import ASKED_MAX
from controller.locker.pins import left, pause_left_ms
from controller.settings import Settings
from controller.state import State
from controller.visit import resident

TOLD = frozenset(("l.jam", "l.jam.last", "l.unseen", "l.noclose", "l.office", "l.reported", "l.unsure"))
"""Screens of a trouble that say when somebody knows of it."""

OUT_OF_SERVICE = frozenset(("l.oos", "l.oos.forced"))


def data(name: str, state: State, live: Live, settings: Settings, now: Now) -> dict[str, Any]:
    """The values of a screen beside those that every screen has."""
    values: dict[str, Any] = {"sent": True} if _sent(name, state, live) else {}
    match name:
        case "l.found":
            return values | {"lit": _lit(live, settings)}
        case "l.jam" | "l.jam.last":
            return values | {"tries_left": ASKED_MAX - state.locker.collection.asked if state.locker.collection else 0}
        case "l.done" | "l.done.late" | "l.used":
            return values | _taken(name, state, live, settings, now)
        case "l.opening":
            return values | {"phase": "pulse" if _rests_ms(state, now) is None else "waiting"}
        case "l.phone" | "l.phone.last" | "l.wrong.phone" | "l.pin":
            return values | _typing(state, live)
        case "l.locked":
            return values | {"reason": "number"}
        case "l.reported":
            return values | {"open": state.doors.door(live.visit.compartment).position == "open"}
        case "l.office":
            return values | {"told": resident.told(state, live.visit)}
        case "l.expired.office" | "l.moved":
            return values | {"office": settings.office}
        case _:
            return values


def _lit(live: Live, settings: Settings) -> bool:
    """Whether a lamp shows the compartment: its board answers and has lamps."""
    board = live.boards.get(settings.cabinet.compartments()[live.visit.compartment].board)
    return board is not None and board.lamps


def _taken(name: str, state: State, live: Live, settings: Settings, now: Now) -> dict[str, Any]:
    deposit = state.locker.deposits.get(live.visit.deposit)
    zone = ZoneInfo(settings.time_zone)
    local = deposit.ended.astimezone(zone) if deposit is not None and deposit.ended is not None and deposit.sure else None
    values: dict[str, Any] = {
        "collected_at": local.strftime("%H:%M") if local else "",
        "when": local.strftime("%d.%m %H:%M") if local else "",
    }
    if name == "l.used":
        return values
    values["reopens"] = resident.reopens_ms(state, live.visit, now) is not None
    return values | ({"receipt": live.visit.receipt, "domain": settings.domain} if live.visit.receipt else {})


def _typing(state: State, live: Live) -> dict[str, Any]:
    visit = live.visit
    typed = visit.phone.last(1).reveal()  # the digit typed last, and no other, is shown
    if visit.named:
        return {"left": left(state.locker.pins, visit.named), "back": visit.step != "wrong"}
    if state.locker.pins.step_up is None:
        return {}
    return {"filled": min(len(visit.phone), resident.PHONE_DIGITS), "last": typed, "length": resident.PHONE_DIGITS}


def _sent(name: str, state: State, live: Live) -> bool:
    """Whether the centre's database has the fact that this screen is about."""
    if name in OUT_OF_SERVICE:
        newest = max((fault.seq for fault in state.faults.active), default=0)
        return 0 < newest <= live.acknowledged
    return name in TOLD and 0 < live.visit.seq <= live.acknowledged


def _rests_ms(state: State, now: Now) -> int | None:
    """When a coil or board that rests takes the next pulse, in mono_ms of this boot."""
    visit = state.locker.collection
    lock = state.doors.door(visit.compartment).lock if visit is not None else None
    return lock.mono_ms + lock.wait_ms if lock is not None and lock.rests and lock.boot == now.boot else None


def deadline(name: str, state: State, live: Live, now: Now) -> Deadline | None:
    """What a screen counts down to that no key puts off; None when it has no such end."""
    match name:
        case "l.locked":
            left_ms = pause_left_ms(state.locker.pins, live.visit.named, now)
            return Deadline() if left_ms is None else Deadline("fact", left_ms)
        case "l.done" | "l.done.late" | "l.grace":
            until_ms = resident.reopens_ms(state, live.visit, now)
        case "l.opening":
            until_ms = _rests_ms(state, now)
        case _:
            return None
    return None if until_ms is None else Deadline("fact", max(0, until_ms - now.mono_ms))
