"""The clerk at the screen (screens.md B, k.*): which screen it is, which keys are active there, and the values on it."""

from typing import Any

from controller import clerk_rules
from controller.clerk.decide import TRIES_MAX
from controller.clerk.state import Audit
from controller.clock import Now
from controller.live import Live
from controller.settings import Settings
from controller.state import State
from controller.visit import resident
from controller.visit.screen_table import CASE_DIGITS, LAST

STEPS = (
    "loaded", "failed", "login", "nocode", "menu", "scan", "takeback", "untaken", "sheet", "other", "audited", "which", "quar",
    "quarantined",
)  # fmt: skip
"""Steps of the visit that belong to the clerk."""

IN_ERRANDS = ("sheet", "other")
"""Steps that are nothing without the errand they belong to."""


def here(state: State, live: Live) -> bool:
    """Whether the person at the screen is a clerk."""
    asked = state.locker.loading is not None or state.clerk.takeback is not None
    return bool(state.clerk.actor) or asked or (state.locker.collection is None and live.visit.step in STEPS)


def where(state: State, live: Live, now: Now) -> str:
    """The screen of the errand in progress, or of the step that the visit is at."""
    if state.locker.loading is not None or state.clerk.takeback is not None:
        return _at_door(state, live)
    if state.clerk.audit is not None and state.clerk.audit.at:
        return _audit(state, state.clerk.audit)
    step = live.visit.step
    if step not in STEPS or step in IN_ERRANDS:
        return "k.menu"
    if step == "takeback":
        return "k.expired" if clerk_rules.to_take_back(state, now) else "k.none"
    return f"k.{step}{'' if state.clerk.actor or step not in ('loaded', 'failed') else LAST}"


def _at_door(state: State, live: Live) -> str:
    loads, door, step = state.locker.loading is not None, state.doors.door(state.at), live.visit.step
    if door.position == "open":
        return "k.load" if loads else "k.take"
    if door.lock is None or door.lock.opening:
        return "k.opening"
    if loads:
        return "k.other" if step == "other" and state.clerk.actor else "k.check"
    return "k.sheet" if step == "sheet" else "k.taken"


def _audit(state: State, audit: Audit) -> str:
    door = state.doors.door(audit.at)
    if audit.then:
        return "k.close"
    if door.lock is None or door.lock.opening:
        return "k.opening"
    return "k.audit" if audit.before() else f"k.audit{LAST}"


def keys(name: str, active: tuple[str, ...], state: State, live: Live, now: Now) -> tuple[str, ...]:
    """The active keys of a screen, of those that it can have."""
    visit = live.visit
    match name:
        case "k.login" if state.clerk.trying is not None:
            return ()
        case "k.login" | "k.scan" | "k.sheet":
            return (*active, *(("ok",) if len(visit.digits) == CASE_DIGITS else ()), "lang")
        case "k.which" | "k.other":
            return (*active, *(("ok",) if visit.number else ()), "lang")
        case "k.load":
            return active if _may_move(state) else ()
        case "k.expired" if len(clerk_rules.to_take_back(state, now)) < 2:
            return tuple(key for key in active if key not in ("up", "down"))
        case "k.audit" | "k.audit.last" if state.doors.door(state.at).position == "open":
            return tuple(key for key in active if key != "cancel")
        case _:
            return active


def _may_move(state: State) -> bool:
    # Without the clerk no door opens; with one asked for already the next opens once this is closed.
    loading = state.locker.loading
    return loading is not None and not loading.moving and bool(loading.order or state.clerk.actor)


def chosen(name: str, state: State, live: Live, now: Now) -> int:
    """The compartment that a screen without a door at hand is about; 0 for none."""
    listed = clerk_rules.to_take_back(state, now) if name == "k.expired" else []
    return listed[live.visit.focus % len(listed)][1] if listed else live.visit.compartment


def data(name: str, state: State, live: Live, settings: Settings, now: Now) -> dict[str, Any]:
    """The values of a screen beside those that every screen has."""
    common: dict[str, Any] = {"clerk": state.clerk.actor}
    visit, loading, expected = live.visit, state.locker.loading, state.clerk.expected
    match name:
        case "k.login":
            tries = TRIES_MAX - expected.tries if expected is not None else 0
            return common | {"length": CASE_DIGITS, "problem": visit.problem, "tries_left": tries, "method": "code"}
        case "k.scan" | "k.sheet":
            return common | {"length": CASE_DIGITS, "problem": visit.problem}
        case "k.which" | "k.other":
            return common | {"typed": visit.number or "", "problem": visit.problem}
        case "k.menu":
            return common | {"name": state.clerk.actor, "expired": len(clerk_rules.to_take_back(state, now))}
        case "k.load":
            case = live.cases.get(loading.deposit, "") if loading is not None else ""
            may_move = _may_move(state)
            return common | {"case": case, "moving": loading is not None and loading.moving != "", "only": not may_move}
        case "k.opening":
            lock = state.doors.door(state.at).lock
            return common | {"rests": lock is not None and lock.rests}
        case "k.loaded" | "k.loaded.last":
            return common | {"told": resident.told(state, visit)}
        case "k.failed" | "k.failed.last":
            return common | {"reason": visit.code}
        case "k.untaken":
            return common | {"reason": visit.problem}
        case "k.expired":
            return common | {"left": len(clerk_rules.to_take_back(state, now)), "problem": visit.problem}
        case _:
            return common | _audited(name, state, live, settings)


def _audited(name: str, state: State, live: Live, settings: Settings) -> dict[str, Any]:
    match name:
        case "k.audit" | "k.audit.last":
            numbers = sorted(settings.cabinet.compartments())
            quarantined = "quarantined_" if state.doors.door(state.at).quarantine else ""
            books = f"{quarantined}{clerk_rules.expected(state, state.at)}"
            is_open = state.doors.door(state.at).position == "open"
            return {"index": numbers.index(state.at) + 1, "all": len(numbers), "state": books, "open": is_open}
        case "k.audited":
            same, diff, skipped = live.visit.audited
            return {"same": same, "diff": diff, "skipped": skipped}
        case _:
            return {}
