"""What lies over any screen and goes back to it: the language, and whether somebody needs more time."""

from contracts.screen_messages import LANGUAGES
from controller.live import Visit
from controller.locker.decide import LoadAnswered, VisitLeft
from controller.state import State
from controller.visit.screen_table import SCREENS
from controller.visit.visiting import Pressed, changed

WITHOUT_CHOICES = frozenset(("l.opening", "k.opening", "l.checking"))
"""Screens that are over before anybody could choose."""


def over(visit: Visit, name: str) -> str:
    """The screen that lies over `name`, or `name` itself."""
    match visit.over:
        case "more_time" if SCREENS[name].wait == "idle":
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
    if state.locker.loading is not None:
        return visit, LoadAnswered("unconfirmed")
    if state.locker.collection is not None:
        return Visit(), VisitLeft()
    return Visit(), None
