"""The part of the rules that clerk mode adds: what its facts make of doors and documents, and what doors make of its errands."""

from collections.abc import Iterator
from typing import Literal

from contracts import facts as f
from contracts.clerk_facts import Contents
from controller import rules
from controller.clock import Now
from controller.live import Live
from controller.locker.decide import expired
from controller.settings import Settings
from controller.state import State


def clerk_refusal(state: State) -> str | None:
    """Why nothing of a clerk can begin now; None when it can."""
    if not state.clerk.actor:
        return "no_clerk"
    return "busy" if state.at or state.clerk.audit is not None else None


def open_refusal(state: State, live: Live, settings: Settings, number: int) -> str | None:
    """Why the door of this compartment cannot be opened for a clerk now; None when it can."""
    return clerk_refusal(state) or (None if ready(state, live, settings, number) else "door_not_ready")


def ready(state: State, live: Live, settings: Settings, number: int) -> bool:
    """Whether a lock may be driven: its board answers, its door is seen closed, and nobody else waits for it."""
    door = state.doors.door(number)
    seen = live.seen_closed(number) and door.position == "closed" and door.lock is None
    return seen and rules.board_boot(live, settings, number) is not None


def take_back_refusal(state: State, now: Now, deposit: str, compartment: int) -> str | None:
    """Why this document is not to be taken back from there; None when it is."""
    return None if (deposit, compartment) in to_take_back(state, now) else "not_to_be_taken_back"


def answer_refusal(state: State, code: str) -> str | None:
    """Why the clerk's word about a document taken back does not count now."""
    if state.clerk.takeback is None:
        return None
    door = state.doors.door(state.clerk.at)
    if door.lock is not None and door.lock.opening:
        return "lock_busy"
    return "door_open" if (door.position == "open") != (code == "no_close") else None


def audit_refusal(state: State, same: bool, contents: Contents) -> str | None:
    """Why the clerk's word about the contents does not count: the door was not open yet, or the books changed meanwhile."""
    audit = state.clerk.audit
    if audit is None:
        return None
    lock = state.doors.door(audit.at).lock
    if lock is None or lock.phase not in ("opened", "closed"):
        return "door_not_opened"
    return None if same == (contents == expected(state, audit.at)) else "books_changed"


def not_put_in(state: State) -> tuple[f.Fact, ...]:
    """The loading ends without the clerk who began it: no door opens for whoever answers, and somebody must look inside."""
    loading = state.locker.loading
    if loading is None:
        return ()
    ended = f.DepositNotStored(deposit=loading.deposit, compartment=loading.compartment, reason="not_put_in")
    return (ended, f.CompartmentQuarantined(compartment=loading.compartment, reason="unconfirmed"))


def elsewhere_refusal(state: State, settings: Settings, compartment: int) -> str | None:
    """Why the document cannot lie in this other compartment; None when it can."""
    loading = state.locker.loading
    if loading is None:
        return "nobody_loads"
    if not state.clerk.actor:
        return "no_clerk"
    return None if compartment in settings.cabinet.compartments() and compartment != loading.compartment else "compartment_unknown"


def to_take_back(state: State, now: Now) -> list[tuple[str, int]]:
    """Documents that a clerk is to take out, with their compartments: expired by a trusted clock, or withdrawn.

    Those that somebody has looked for in vain come last, so that nobody is led to the same empty compartment again and again.
    """
    found = [
        (key, one.compartment)
        for key, one in state.locker.deposits.items()
        if one.phase == "withdrawn" or (one.phase == "stored" and expired(one, now))
    ]
    return sorted(found, key=lambda each: (state.doors.door(each[1]).quarantine == "not_there", each[1]))


def expected(state: State, number: int) -> Contents:
    """What the books say of a compartment."""
    return "empty" if state.locker.occupant(number) is None else "document"


def left(state: State, settings: Settings) -> int:
    """How many compartments the audit has not come to."""
    audit = state.clerk.audit
    seen = set[int]() if audit is None else {*audit.answers, *audit.skipped}
    return len(set(settings.cabinet.compartments()) - seen)


def follow(state: State, live: Live, settings: Settings, fact: f.Fact) -> Iterator[f.Fact]:
    """The facts that this one makes; `state` has seen it already."""
    match fact:
        case f.TakeBackBegun():
            yield _unlock(live, settings, fact.compartment, "takeback")
        case f.TakeBackEnded():
            yield from _taken_back(state, fact)
        case f.AuditBegun():
            yield from _next(state, live, settings)
        case f.AuditAsked():
            yield _unlock(live, settings, fact.compartment, "audit")
        case f.AuditAnswered():
            if not fact.same and not state.doors.door(fact.compartment).quarantine:
                yield f.CompartmentQuarantined(compartment=fact.compartment, reason="audit")
            yield from _closed(state, live, settings)
        case f.AuditTurnedBack():
            yield from _closed(state, live, settings)
        case f.AuditSkipped():
            yield from _skipped(state, live, settings, fact)
        case f.AuditEnded():
            yield from _audit_over(state)
        case f.ClerkLeft():
            yield from _left(state, settings, fact)
        case f.CompartmentReleased():
            where = f"door {fact.compartment}"
            yield from (f.FaultCleared(fault=fault, where=where) for fault in rules.CLEARED_BY_RELEASE if state.faults.has(fault, where))
        case _:
            yield from _door(state, live, settings, fact)


def _door(state: State, live: Live, settings: Settings, fact: f.Fact) -> Iterator[f.Fact]:
    match fact:
        case f.DoorClosed() if fact.compartment == state.clerk.at:
            yield from _closed(state, live, settings)
        case f.DoorJammed() if fact.compartment == state.clerk.at:
            yield from _not_opened(state, "jam")
        case f.DoorInDoubt() if fact.compartment == state.clerk.at:
            yield from _not_opened(state, "in_doubt")
        case f.DoorRefused() if fact.compartment == state.clerk.at:
            lock = state.doors.door(fact.compartment).lock
            if lock is None or not lock.waits:
                yield from _not_opened(state, "refused")
        case f.FaultRaised(fault="door_left_open") if state.clerk.actor and fact.where == f"door {state.at}":
            # Whoever stands at a door that was open for so long need not be the clerk; one that was given up is a clerk's own word.
            if state.doors.door(state.at).lock is not None:
                yield f.ClerkLeft(reason="door_left_open")
        case _:
            return


def _unlock(live: Live, settings: Settings, number: int, cause: f.DoorCause) -> f.DoorUnlockDue:
    return rules.unlock_due(live, settings, number, cause, settings.cabinet.file.lock.pulse_ms)


def _taken_back(state: State, fact: f.TakeBackEnded) -> Iterator[f.Fact]:
    yield f.DoorGivenUp(compartment=fact.compartment)
    match fact.code:
        case "ok":
            yield f.DepositTakenBack(deposit=fact.deposit, compartment=fact.compartment)
            if not state.clerk.actor:  # whoever said so need not be the clerk, and the document may lie there still
                yield f.CompartmentQuarantined(compartment=fact.compartment, reason="unconfirmed")
        case "refused":
            return
        case "no_close":
            yield f.CompartmentQuarantined(compartment=fact.compartment, reason="no_close")
            yield from _left_open(state, fact.compartment)
        case _:
            yield f.CompartmentQuarantined(compartment=fact.compartment, reason=fact.code)


def _not_opened(state: State, why: Literal["jam", "refused", "in_doubt"]) -> Iterator[f.Fact]:
    taken, audit = state.clerk.takeback, state.clerk.audit
    if taken is not None:
        yield f.TakeBackEnded(deposit=taken.deposit, compartment=taken.compartment, code=why)
    elif audit is not None:
        yield f.AuditSkipped(compartments=(audit.at,), reason=why)


def _skipped(state: State, live: Live, settings: Settings, fact: f.AuditSkipped) -> Iterator[f.Fact]:
    if fact.reason == "not_ready":
        return  # passed over on the way to another one
    for number in fact.compartments:
        yield f.DoorGivenUp(compartment=number)
        if fact.reason != "refused" and not state.doors.door(number).quarantine:
            yield f.CompartmentQuarantined(compartment=number, reason=fact.reason)
        if fact.reason == "no_close":
            yield from _left_open(state, number)
    yield from _next(state, live, settings)


def _left_open(state: State, number: int) -> Iterator[f.Fact]:
    if not state.faults.has("door_left_open", f"door {number}"):
        yield f.FaultRaised(fault="door_left_open", where=f"door {number}")


def _closed(state: State, live: Live, settings: Settings) -> Iterator[f.Fact]:
    """The audit goes on once the door at hand is closed: two are never open at once."""
    audit = state.clerk.audit
    if audit is None or not audit.then or state.doors.door(audit.at).position == "open":
        return
    yield f.DoorGivenUp(compartment=audit.at)
    if audit.then == "next":
        yield from _next(state, live, settings)
    else:
        before = audit.before()
        yield f.AuditAsked(compartment=before if ready(state, live, settings, before) else audit.at)


def _next(state: State, live: Live, settings: Settings) -> Iterator[f.Fact]:
    """The next compartment whose door can be opened; those before it are passed over in one fact."""
    audit = state.clerk.audit
    assert audit is not None
    done = {*audit.answers, *audit.skipped}
    coming = [number for number in sorted(settings.cabinet.compartments()) if number > audit.at and number not in done]
    following = next((number for number in coming if ready(state, live, settings, number)), None)
    passed = tuple(number for number in coming if following is None or number < following)
    if passed:
        yield f.AuditSkipped(compartments=passed, reason="not_ready")
    if following is not None:
        yield f.AuditAsked(compartment=following)
        return
    skipped = {*audit.skipped, *passed} - set(audit.answers)
    left_over = len(set(settings.cabinet.compartments()) - {*audit.answers, *skipped})
    yield f.AuditEnded(same=audit.same, diff=audit.diff, skipped=len(skipped), left=left_over)


def _audit_over(state: State) -> Iterator[f.Fact]:
    """Whoever comes by may reach into what still stands open, and push it shut: somebody must look inside."""
    for number in _driven_for_audit(state):
        door = state.doors.door(number)
        if door.position != "closed" and not door.quarantine:
            yield f.CompartmentQuarantined(compartment=number, reason="unconfirmed")
        yield f.DoorGivenUp(compartment=number)


def _was_opened(state: State, number: int) -> bool:
    door = state.doors.door(number)
    return door.lock is not None and door.lock.phase == "closed" and not door.quarantine


def _driven_for_audit(state: State) -> list[int]:
    return [
        number for number, door in state.doors.doors.items() if door.lock is not None and door.lock.wanted and door.lock.cause == "audit"
    ]


def _left(state: State, settings: Settings, fact: f.ClerkLeft) -> Iterator[f.Fact]:
    audit, taken, loading = state.clerk.audit, state.clerk.takeback, state.locker.loading
    if audit is not None:
        looked = fact.reason != "finished" and not audit.then and _was_opened(state, audit.at)
        yield f.AuditEnded(same=audit.same, diff=audit.diff, skipped=audit.passed, left=left(state, settings))
        if looked:  # the door was shut by nobody knows whom, before anybody said what is inside
            yield f.CompartmentQuarantined(compartment=audit.at, reason="unconfirmed")
    if fact.reason != "idle":
        return  # a question about a door that was opened stays, so that it is answered and not assumed
    if taken is not None:
        yield f.TakeBackEnded(deposit=taken.deposit, compartment=taken.compartment, code="unconfirmed")
    if loading is not None and not loading.order:
        yield f.DepositNotStored(deposit=loading.deposit, compartment=loading.compartment, reason="unconfirmed")
