"""What becomes of the eight digits of a case, typed or scanned: the document to load, or the one that was taken out."""

import msgspec

from controller import order_rules
from controller.clerk.decide import TakeBackAnswered
from controller.live import Live
from controller.machine import LoadAsked, Request
from controller.secret import Secret
from controller.settings import Settings
from controller.state import State
from controller.visit.visiting import changed

SCANNED_ON = ("k.scan", "k.loaded", "k.taken", "k.sheet")
"""Screens on which a scanned code means something."""


def found(
    state: State, live: Live, settings: Settings, case: Secret, deposits: tuple[str, ...]
) -> tuple[Live, Request | None]:  # fmt: skip
    """Live after the vault said which deposits have these digits, and the request it makes."""
    taken = state.clerk.takeback
    known = [deposit for deposit in deposits if deposit in state.locker.deposits]
    if taken is not None:
        if taken.deposit in known:
            return live, TakeBackAnswered("ok")
        return _again(live, "sheet", "other_case"), None
    phases = {state.locker.deposits[deposit].phase: deposit for deposit in known}
    if "waiting" in phases:
        problem = order_rules.deposit_refusal(state, live, settings, phases["waiting"])
        return (_again(live, "scan", "full"), None) if problem else (live, LoadAsked(phases["waiting"], case))
    lying = phases.get("stored") or phases.get("withdrawn")
    if lying is not None:
        return _again(live, "scan", "dup", state.locker.deposits[lying].compartment), None
    return _again(live, "scan", "ended" if known else "unknown"), None


def _again(live: Live, step: str, problem: str, compartment: int = 0) -> Live:
    visit = changed(live.visit, step=step, digits=Secret(), problem=problem, compartment=compartment)
    return msgspec.structs.replace(live, visit=visit)
