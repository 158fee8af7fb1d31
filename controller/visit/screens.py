"""Which screen a person at the locker sees: a pure view of State and Live (screens.md B)."""

from typing import Any
from zoneinfo import ZoneInfo

from contracts.screen_messages import Deadline, ScreenMessage
from controller.clock import Now
from controller.doors.state import Door
from controller.live import Live
from controller.settings import Settings
from controller.state import State
from controller.visit import choices, clerk, resident, resident_data
from controller.visit.screen_table import CLERK, LAST, SCREENS

QUIET_CUES_TIMES = 3
"""In quiet hours a cue that repeats comes so many times more seldom."""


def where(state: State, live: Live, settings: Settings, now: Now) -> str:
    """The name of the screen."""
    name = clerk.where(state, live, now) if clerk.here(state, live) else resident.where(state, live, settings, now)
    return choices.over(live.visit, name, state)


def compartment(name: str, state: State, live: Live, now: Now) -> int:
    """The compartment that a screen is about; 0 when it is about none."""
    return state.at or (live.visit.compartment if name == "l.report" else clerk.chosen(name, state, live, now))


def keys(name: str, state: State, live: Live, settings: Settings, now: Now) -> tuple[str, ...]:
    """The active keys of a screen."""
    idle = set(SCREENS[name].menu) - set(choices.lines(name, settings))
    own = tuple(key for key in _own_keys(name, state, live, now) if key not in idle)
    return choices.keys(name, own, live.choices)


def _own_keys(name: str, state: State, live: Live, now: Now) -> tuple[str, ...]:
    active = SCREENS[name].keys
    match name:
        case "l.attract" if state.clerk.expected is not None:
            return (*active, "0")
        case _ if name in CLERK:
            return clerk.keys(name, active, state, live, now)
        case _:
            return resident.keys(name, state, live, now, active)


def message(state: State, live: Live, settings: Settings, now: Now) -> ScreenMessage:
    """The whole screen, with `rev` as Live has it."""
    name, quiet = where(state, live, settings, now), choices.quiet(settings, now)
    rule = SCREENS[name]
    deadline = _deadline(name, state, live, now)
    data = _data(name, state, live, settings, now)
    if deadline.kind != "none":
        data["left_ms"] = deadline.left_ms
    return ScreenMessage(
        rev=live.rev,
        screen=name.removesuffix(LAST),
        lang=live.visit.lang,
        keys=keys(name, state, live, settings, now),
        data=data,
        deadline=deadline,
        cue="error" if live.visit.problem else rule.cue,
        say=name,
        banner=None if live.centre else "l.offline",
        theme=choices.theme(live.choices, settings, now),
        size=live.choices.size,
        audio=choices.audio(live),
        page=live.visit.page if live.visit.page_of == name else 0,
        slow_keys=live.choices.slow_keys,
        quiet=quiet,
        cue_every_s=rule.cue_every_s * (QUIET_CUES_TIMES if quiet else 1),
    )


def _deadline(name: str, state: State, live: Live, now: Now) -> Deadline:
    outside = resident_data.deadline(name, state, live, now)
    if outside is not None:
        return outside
    asked_at_open_door = name == "l.report" and state.locker.collection is not None  # while a door is open no time runs out
    if live.visit.idle_ms is None or SCREENS[name].wait == "first" or asked_at_open_door:
        return Deadline()
    return Deadline("idle", max(0, live.visit.idle_ms - now.mono_ms))


def _data(name: str, state: State, live: Live, settings: Settings, now: Now) -> dict[str, Any]:
    zone = ZoneInfo(settings.time_zone)
    data: dict[str, Any] = {"machine": settings.number, "place": settings.place, "hotline": settings.hotline}
    if not settings.hours.open_at(now.wall.astimezone(zone), now.trusted):
        data["hours"] = settings.hours.told()
    data["time"] = now.wall.astimezone(zone).strftime("%H:%M") if now.trusted else ""
    data |= {"filled": len(live.visit.digits), "focus": live.visit.focus, "code": live.visit.code}
    number = compartment(name, state, live, now)
    if number:
        place = settings.cabinet.compartments()[number]
        data |= {"compartment": number, "row": place.row, "col": place.column}
    if SCREENS[name].cabinet:
        data |= cabinet(state, settings, number)
    if name in ("k.loaded", "k.loaded.last", "k.menu", "k.scan", "l.attract"):
        data |= _counted(state, settings)
    data |= clerk.data(name, state, live, settings, now) if name in CLERK else resident_data.data(name, state, live, settings, now)
    data |= choices.data(name, live, settings)
    return data


def cabinet(state: State, settings: Settings, lit: int) -> dict[str, Any]:
    """The picture of the cabinet with the compartment in question lit or open."""
    grid = settings.cabinet.grid()
    cells = [
        {
            "n": cell.number,
            "row": cell.row,
            "col": cell.column,
            "span": cell.span,
            "state": _cell(state.doors.door(cell.number), cell.number == lit),
        }
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
