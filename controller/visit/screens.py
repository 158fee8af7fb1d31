"""Which screen a person at the locker sees: a pure view of State and Live (screens.md B)."""

from typing import Any
from zoneinfo import ZoneInfo

from contracts.screen_messages import KEYS, Deadline, ScreenMessage
from controller.clock import Now
from controller.doors.state import Door
from controller.live import Live
from controller.locker.decide import ASKED_MAX
from controller.settings import Settings
from controller.state import State

CLOSE_AFTER_MS = 60_000
LEFT_OPEN_AFTER_MS = 180_000
DIGITS = 6

LAST = ".last"
"""A screen that is shown under its plain name, with fewer keys."""

CABINET_SCREENS = frozenset(("l.found", "l.opening", "l.open", "l.close", "k.opening", "k.load"))
MENUS: dict[str, tuple[str, ...]] = {
    "l.jam": ("1", "2"),
    "l.jam.last": ("2",),
    "l.report": ("1", "2", "3"),
    "k.check": ("1", "2", "3"),
    "lang": ("1", "2", "3", "4"),
}
OTHER_KEYS: dict[str, tuple[str, ...]] = {
    "l.attract": ("ok", "lang"),
    "l.paused": ("cancel", "lang"),
    "l.found": ("ok", "1", "cancel"),
    "l.open": ("1", "lang"),
    "l.close": ("1", "lang"),
    "k.load": ("1", "2"),
    "l.stop": ("ok", "cancel"),
    "more_time": KEYS,
    "l.oos": ("lang",),
    "l.checking": (),
    "l.opening": (),
    "k.opening": (),
}


def where(state: State, live: Live, now: Now) -> str:
    """The name of the screen."""
    visit = live.visit
    if state.locker.loading is not None:
        name = _loading(state.doors.door(state.locker.loading.compartment))
    elif state.locker.collection is not None:
        name = _collection(state, live, now)
    else:
        name = _step(state, live)
    if visit.over == "more_time" and name in IDLE_SCREENS:
        return "more_time"
    if visit.over == "report" and name in ("l.open", "l.close"):
        return "l.report"
    if visit.over == "lang" and name not in ("l.opening", "k.opening", "l.checking"):
        return "lang"
    return "l.stop" if visit.over == "stop" and name == "l.pin" else name


def _loading(door: Door) -> str:
    if door.position == "open":
        return "k.load"
    return "k.opening" if door.lock is None or door.lock.opening else "k.check"


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


def _step(state: State, live: Live) -> str:
    step = live.visit.step
    if step == "attract":
        return "l.attract" if any(board.fits for board in live.boards.values()) else "l.oos"
    if step in ("pin", "wrong") and state.locker.pause is not None:
        return "l.paused"
    return f"k.{step}" if step in ("loaded", "failed") else f"l.{step}"


IDLE_SCREENS = frozenset(("l.pin", "l.wrong", "l.found", "l.jam", "l.jam.last", "k.check", "lang", "l.stop"))
"""Screens that ask whether anybody is still there before they go."""

FIRST_SCREENS = frozenset(("l.attract", "l.oos"))
TIMELESS_SCREENS = frozenset(("k.load", "k.opening", "l.opening", "l.checking")) | FIRST_SCREENS
"""Screens that wait for a door or a device, not for a key."""

ENDING_MS: dict[str, int] = {
    "l.done": 60_000, "l.reported": 60_000, "l.office": 30_000, "l.noclose": 30_000, "l.paused": 30_000,
    "l.expired": 30_000, "l.notready": 30_000, "l.used": 30_000, "k.loaded": 30_000, "k.failed": 60_000,
}  # fmt: skip
"""Screens that go back to the start by themselves, because nothing is lost by it."""


def keys(name: str, state: State, live: Live) -> tuple[str, ...]:
    """The active keys of a screen."""
    if name in MENUS:
        leave = () if name in ("l.report", "k.check") else ("cancel",)
        return (*MENUS[name], "up", "down", "ok", *leave)
    if name in ("l.pin", "l.wrong"):
        confirm = ("ok",) if len(live.visit.digits) == DIGITS else ()
        return (*"1234567890", "cancel", *confirm, "lang")
    if name == "k.load" and state.locker.loading is not None and state.locker.loading.moving:
        return ()  # the next compartment opens once this door is closed
    if name == "l.reported" and state.locker.collection is not None:
        return ("lang",)  # the door must be closed first
    return OTHER_KEYS.get(name, ("ok", "lang"))


def message(state: State, live: Live, settings: Settings, now: Now) -> ScreenMessage:
    """The whole screen, with `rev` as Live has it."""
    name = where(state, live, now)
    deadline = _deadline(name, state, live, now)
    data = _data(name, state, live, settings, now)
    if deadline.kind != "none":
        data["left_ms"] = deadline.left_ms
    return ScreenMessage(
        rev=live.rev,
        screen=name.removesuffix(LAST),
        lang=live.visit.lang,
        keys=keys(name, state, live),
        data=data,
        deadline=deadline,
        cue=CUES.get(name, ""),
        say=name,
        banner=None if live.centre else "l.offline",
    )


CUES = {"l.found": "door", "l.open": "door", "l.close": "door", "l.wrong": "error", "l.jam": "error", "more_time": "attention"}


def _deadline(name: str, state: State, live: Live, now: Now) -> Deadline:
    pause = state.locker.pause
    if name == "l.paused" and pause is not None:
        return Deadline("fact", max(0, pause.mono_ms + pause.pause_ms - now.mono_ms))
    if live.visit.idle_ms is None or name in FIRST_SCREENS:
        return Deadline()
    return Deadline("idle", max(0, live.visit.idle_ms - now.mono_ms))


def _data(name: str, state: State, live: Live, settings: Settings, now: Now) -> dict[str, Any]:
    zone = ZoneInfo(settings.time_zone)
    data: dict[str, Any] = {"machine": settings.number, "place": settings.place, "hotline": settings.hotline}
    data["time"] = now.wall.astimezone(zone).strftime("%H:%M") if now.trusted else ""
    data |= {"filled": len(live.visit.digits), "focus": live.visit.focus, "code": live.visit.code}
    visit = state.locker.collection or state.locker.loading
    compartment = visit.compartment if visit is not None else live.visit.compartment
    if compartment:
        place = settings.cabinet.compartments()[compartment]
        data |= {"compartment": compartment, "row": place.row, "col": place.column}
    if name in CABINET_SCREENS:
        data |= cabinet(state, settings, compartment)
    match name:
        case "k.load":
            loading = state.locker.loading
            data["case"] = live.cases.get(loading.deposit, "") if loading is not None else ""
            data["moving"] = loading is not None and loading.moving != ""
        case "l.jam" | "l.jam.last":
            data["tries_left"] = ASKED_MAX - state.locker.collection.asked if state.locker.collection else 0
        case "k.loaded" | "l.attract":
            data |= _counted(state, settings)
        case "l.done" | "l.used":
            deposit = state.locker.deposits.get(live.visit.deposit)
            local = deposit.ended.astimezone(zone) if deposit is not None and deposit.ended is not None and deposit.sure else None
            data |= {"collected_at": local.strftime("%H:%M") if local else "", "when": local.strftime("%d.%m %H:%M") if local else ""}
        case "k.failed":
            data["reason"] = live.visit.code
        case _:
            pass
    return data


def cabinet(state: State, settings: Settings, lit: int) -> dict[str, Any]:
    """The picture of the cabinet with the compartment in question lit or open."""
    grid = settings.cabinet.grid()
    cells = [
        {"n": cell.number, "row": cell.row, "col": cell.column, "state": _cell(state.doors.door(cell.number), cell.number == lit)}
        for cell in grid.cells
    ]
    sizes = {"columns_mm": list(grid.columns_mm), "rows_mm": list(grid.rows_mm)}
    return {
        "rows": grid.rows,
        "cols": grid.columns,
        "hinge": grid.hinge,
        "cells": cells,
        "low": bool(lit) and settings.cabinet.is_low(lit),
        **sizes,
    }


def _cell(door: Door, lit: bool) -> str:
    if door.position == "open":
        return "open"
    return "lit" if lit else "closed"


def _counted(state: State, settings: Settings) -> dict[str, int]:
    numbers = settings.cabinet.compartments()
    busy = sum(1 for number in numbers if state.locker.occupant(number) is not None)
    free = sum(1 for number in numbers if state.locker.occupant(number) is None and not state.doors.door(number).quarantine)
    return {"all": len(numbers), "busy": busy, "free": free}
