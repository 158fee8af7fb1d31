"""What a key does on a screen of the clerk."""

from typing import Literal

from contracts.clerk_facts import Contents
from contracts.facts import QuarantineReason
from controller import clerk_rules
from controller.clerk.decide import (
    AuditBack,
    AuditSaid,
    AuditStarted,
    AuditStopped,
    AuditStuck,
    CodeEntered,
    LeaveAsked,
    QuarantineAsked,
    TakeBackAnswered,
    TakeBackAsked,
)
from controller.clock import Now
from controller.live import Live, Visit
from controller.locker.decide import LoadAnswered, OtherAsked
from controller.machine import ElsewhereSaid
from controller.settings import Settings
from controller.state import State
from controller.visit.screen_table import CASE_DIGITS, LAST
from controller.visit.visiting import CaseRead, Pressed, VisitRequest, changed

NUMBER_MAX = 999
CONTENTS: dict[str, Contents] = {"1": "empty", "2": "document", "3": "other"}
REASONS: dict[str, QuarantineReason] = {"1": "no_close", "2": "damaged", "3": "dirty", "4": "wrong_contents"}
ANSWERS: dict[str, Literal["in", "not_put_in", "elsewhere"]] = {"1": "in", "2": "not_put_in", "3": "elsewhere"}


def press(name: str, state: State, live: Live, settings: Settings, key: str, now: Now) -> Pressed:
    """The visit after a key that is active on this screen, and the request it makes."""
    visit = live.visit
    match name.removesuffix(LAST):
        case "k.login" | "k.scan" | "k.sheet":
            return _digits(name, visit, key)
        case "k.which" | "k.other":
            return _number(name, state, settings, visit, key)
        case "k.menu":
            return _menu(visit, key)
        case "k.load":
            return visit, OtherAsked("not_empty" if key == "1" else "lower")
        case "k.check":
            asks = key == "3" and state.clerk.actor != ""
            return (_step(visit, "other"), None) if asks else (visit, LoadAnswered(ANSWERS[key]))
        case "k.expired" | "k.take" | "k.taken":
            return _take_back(name, state, live, settings, key, now)
        case "k.audit" | "k.close":
            return visit, _audit(name, state, settings, key)
        case "k.quar":
            return (_step(visit, "which"), None) if key == "cancel" else (visit, QuarantineAsked(visit.compartment, REASONS[key]))
        case _:
            return _onward(name, visit, key), None


def _step(visit: Visit, step: str, **changes: object) -> Visit:
    return changed(Visit(lang=visit.lang, compartment=visit.compartment), step=step, **changes)


def _onward(name: str, visit: Visit, key: str) -> Visit:
    """Screens that say what has become of something: green goes on with the same, red back to the menu."""
    if name.endswith(LAST) or name == "k.nocode":
        return Visit()
    following = {"k.loaded": "scan", "k.failed": "scan", "k.untaken": "takeback"}
    return _step(visit, following.get(name, "menu") if key == "ok" else "menu")


def _menu(visit: Visit, key: str) -> Pressed:
    match key:
        case "1":
            return _step(visit, "scan"), None
        case "2":
            return _step(visit, "takeback"), None
        case "3":
            return visit, AuditStarted()
        case "4":
            return _step(visit, "which"), None
        case _:
            return visit, LeaveAsked("finished")


def _digits(name: str, visit: Visit, key: str) -> Pressed:
    if key == "ok":
        return (visit, CodeEntered()) if name == "k.login" else (visit, CaseRead(visit.digits))
    if key != "cancel":
        full = len(visit.digits) >= CASE_DIGITS
        return changed(visit, problem="", digits=visit.digits if full else visit.digits.typed(key)), None
    if len(visit.digits):
        return changed(visit, digits=visit.digits.erased()), None
    back = {"k.scan": "menu", "k.sheet": "takeback"}
    return (_step(visit, back[name]) if name in back else Visit()), None


def _number(name: str, state: State, settings: Settings, visit: Visit, key: str) -> Pressed:
    if key == "cancel":
        shorter = changed(visit, number=visit.number // 10, problem="")
        return (shorter if visit.number else _step(visit, "menu")), None
    if key != "ok":
        longer = visit.number * 10 + int(key)
        return changed(visit, number=longer if longer <= NUMBER_MAX else visit.number, problem=""), None
    loading = state.locker.loading
    if visit.number not in settings.cabinet.compartments() or (loading is not None and visit.number == loading.compartment):
        return changed(visit, number=0, problem="unknown"), None
    if name == "k.other":
        return visit, ElsewhereSaid(visit.number)
    return _step(visit, "quar", compartment=visit.number), None


def _take_back(name: str, state: State, live: Live, settings: Settings, key: str, now: Now) -> Pressed:
    visit = live.visit
    match name, key:
        case "k.take", _:
            return visit, TakeBackAnswered("no_close")
        case "k.taken", "3":
            return _step(visit, "sheet"), None
        case "k.taken", _:
            return visit, TakeBackAnswered("ok" if key == "1" else "not_there")
        case _, "cancel":
            return _step(visit, "menu"), None
        case _, "ok":
            deposit, compartment = _listed(state, visit, now)
            if clerk_rules.open_refusal(state, live, settings, compartment):
                return changed(visit, problem="not_ready"), None
            return visit, TakeBackAsked(deposit, compartment)
        case _:
            moved = (visit.focus + (1 if key == "down" else -1)) % len(clerk_rules.to_take_back(state, now))
            return changed(visit, focus=moved, problem=""), None


def _listed(state: State, visit: Visit, now: Now) -> tuple[str, int]:
    listed = clerk_rules.to_take_back(state, now)
    return listed[visit.focus % len(listed)]


def _audit(name: str, state: State, settings: Settings, key: str) -> VisitRequest:
    if name == "k.close":
        return AuditStuck()
    match key:
        case "4":
            return AuditBack()
        case "cancel":
            return AuditStopped(clerk_rules.left(state, settings))
        case _:
            return AuditSaid(CONTENTS[key], CONTENTS[key] == clerk_rules.expected(state, state.at))
