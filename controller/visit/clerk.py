"""The clerk at the screen (screens.md B, k.*): which screen, what a key does there, and the values on it."""

from typing import Any, Literal

from controller.live import Live, Visit
from controller.locker.decide import LoadAnswered, OtherAsked
from controller.state import State
from controller.visit.visiting import Pressed

STEPS = ("loaded", "failed")
"""Steps of the visit that belong to the clerk."""


def here(state: State, live: Live) -> bool:
    """Whether the person at the screen is a clerk."""
    return state.locker.loading is not None or (state.locker.collection is None and live.visit.step in STEPS)


def where(state: State, live: Live) -> str:
    """The screen of the loading in progress, or of the step that the visit is at."""
    if state.locker.loading is None:
        return f"k.{live.visit.step}"
    door = state.doors.door(state.locker.loading.compartment)
    if door.position == "open":
        return "k.load"
    return "k.opening" if door.lock is None or door.lock.opening else "k.check"


def press(name: str, visit: Visit, key: str) -> Pressed:
    """What a key does on a screen of the clerk."""
    match name:
        case "k.load":
            return visit, OtherAsked("not_empty" if key == "1" else "lower")
        case "k.check":
            answers: dict[str, Literal["in", "not_put_in", "elsewhere"]] = {"1": "in", "2": "not_put_in", "3": "elsewhere"}
            return visit, LoadAnswered(answers[key])
        case _:
            return Visit(), None


def data(name: str, state: State, live: Live) -> dict[str, Any]:
    """The values of a screen beside those that every screen has."""
    loading = state.locker.loading
    match name:
        case "k.load":
            return {
                "case": live.cases.get(loading.deposit, "") if loading is not None else "",
                "moving": loading is not None and loading.moving != "",
            }
        case "k.failed":
            return {"reason": live.visit.code}
        case _:
            return {}
