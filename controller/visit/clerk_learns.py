"""What the clerk's visit learns from facts that were written."""

from contracts import facts as f
from controller.live import Visit
from controller.state import State
from controller.visit.visiting import changed


def learned(visit: Visit, state: State, fact: f.Fact) -> Visit:
    """The visit after this fact; the same one when it says nothing to a clerk."""
    lang = visit.lang
    match fact:
        case f.DepositLoading():
            return Visit(lang=lang) if state.clerk.actor else Visit()
        case f.DepositStored():
            return Visit(step="loaded", lang=lang, deposit=fact.deposit)
        case f.DepositNotStored():
            return Visit(step="failed", lang=lang, code=fact.reason, compartment=fact.compartment)
        case f.ClerkRejected():
            return Visit(step="login", lang=lang, problem="wrong")
        case f.ClerkCodeEnded() if visit.step == "login":
            return Visit(step="nocode", lang=lang)
        case f.ClerkEntered():
            return Visit(step="menu", lang=lang)
        case f.ClerkLeft():
            return Visit()
        case _:
            return _errand(visit, state, fact) if state.clerk.actor else visit


def _errand(visit: Visit, state: State, fact: f.Fact) -> Visit:
    lang = visit.lang
    match fact:
        case f.TakeBackBegun():
            return Visit(step="takeback", lang=lang)
        case f.TakeBackEnded() if fact.code == "ok":
            return Visit(step="takeback", lang=lang)
        case f.TakeBackEnded():
            return Visit(step="untaken", lang=lang, problem=fact.code, compartment=fact.compartment)
        case f.AuditAsked():
            return Visit(step="menu", lang=lang)
        case f.AuditEnded():
            return Visit(step="audited", lang=lang, audited=(fact.same, fact.diff, fact.skipped + fact.left))
        case f.CompartmentQuarantined() if visit.step == "quar":
            return changed(Visit(step="quarantined", lang=lang), compartment=fact.compartment)
        case _:
            return visit
