"""What lies over any screen and goes back to it: the language, and whether somebody needs more time."""

from typing import Literal

from contracts.screen_messages import LANGUAGES
from controller.clerk.decide import LeaveAsked, TakeBackAnswered
from controller.live import Visit
from controller.locker.decide import LoadAnswered, VisitLeft
from controller.state import State
from controller.visit.screen_table import SCREENS
from controller.visit.visiting import Pressed, changed

WITHOUT_CHOICES = frozenset(("l.opening", "k.opening", "l.checking"))
"""Screens that are over before anybody could choose."""


def waits(name: str, state: State) -> Literal["idle", "ending", "device", "first"]:
    """How a screen ends; while a clerk's door is open no time runs out, whatever is asked meanwhile."""
    open_door = state.clerk.at and state.doors.door(state.clerk.at).position == "open"
    return "device" if open_door else SCREENS[name].wait


def over(visit: Visit, name: str, state: State) -> str:
    """The screen that lies over `name`, or `name` itself."""
    match visit.over:
        case "more_time" if waits(name, state) == "idle":
            return "more_time"
        case "report" if name in ("l.open", "l.close"):
            return "l.report"
        case "lang" if name not in WITHOUT_CHOICES:
            return "lang"
        case "stop" if name in ("l.pin", "l.phone"):
            return "l.stop"
        case _:
            return name


def press(name: str, state: State, visit: Visit, key: str) -> Pressed:
    """What a key does on a choice."""
    if name == "lang":
        return (changed(visit, over="") if key == "cancel" else changed(visit, over="", lang=LANGUAGES[int(key) - 1])), None
    return (changed(visit, over=""), None) if key != "cancel" else gone(state, changed(visit, over=""))


def gone(state: State, visit: Visit) -> Pressed:
    """Nobody is there any more."""
    if state.clerk.actor:
        return visit, LeaveAsked("idle")
    if state.clerk.takeback is not None:
        return visit, TakeBackAnswered("unconfirmed")
    if state.locker.loading is not None:
        return visit, LoadAnswered("unconfirmed")
    if state.locker.collection is not None:
        return Visit(), VisitLeft()
    return Visit(), None
