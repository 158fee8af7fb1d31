"""What becomes of a document: PIN, loading, collection, and the times that run out."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from contracts.facts import (
    CollectionAbandoned,
    CollectionBegun,
    CollectionEnded,
    DepositForgotten,
    DepositLoading,
    DepositMoving,
    DepositNotStored,
    DepositReported,
    DepositStored,
    DepositWithdrawn,
    Fact,
    PinAccepted,
    PinPaused,
    PinRejected,
    PinResumed,
    PinTrySpent,
    PinUnanswered,
)
from controller.clock import Now
from controller.locker.state import Collection, Deposit, Loading, Locker
from controller.refused import Refused
from controller.wishes import RECOVERY, MatchPin, Wish

ASKED_MAX = 3
"""The resident may ask for a jammed door twice more (screens.md l.jam)."""

FORGOTTEN_AFTER = timedelta(days=30)
"""A PIN is not drawn again for 30 days, so the machine must know it that long (screens.md, PIN policy)."""

TERMS_MS = 3_600_000
"""How often terms are looked at while nothing else happens: one hour."""


class PinPolicy(msgspec.Struct, frozen=True):
    """Wrong tries before a pause, and how long the first, second, … pause lasts."""

    tries: int = 5
    pauses_ms: tuple[int, ...] = (60_000, 300_000, 900_000, 3_600_000)


class PinEntered(msgspec.Struct, frozen=True):
    """Six digits were confirmed; they stay in the visit."""


class PinMatched(msgspec.Struct, frozen=True):
    """The vault compared the digits of try `match`."""

    match: int
    deposit: str | None


class OpenAsked(msgspec.Struct, frozen=True):
    """The resident stands in front of the compartment and asks for its door, for the first time or again."""

    deposit: str


class OfficeAsked(msgspec.Struct, frozen=True):
    """The resident wants to collect at the office instead."""

    deposit: str
    reason: Literal["jam", "reach"]


class Reported(msgspec.Struct, frozen=True):
    """The resident says that the contents are wrong."""

    contents: Literal["empty", "foreign"]


class LeftOpen(msgspec.Struct, frozen=True):
    """The door does not close; the resident may go."""


class VisitLeft(msgspec.Struct, frozen=True):
    """The resident went away before the door opened."""


class LoadAnswered(msgspec.Struct, frozen=True):
    """The clerk says where the document is, or has gone without saying."""

    answer: Literal["in", "not_put_in", "elsewhere", "unconfirmed"]


class OtherAsked(msgspec.Struct, frozen=True):
    """The clerk wants another compartment."""

    reason: Literal["not_empty", "lower"]


LockerRequest = PinEntered | PinMatched | OpenAsked | OfficeAsked | Reported | LeftOpen | VisitLeft | LoadAnswered | OtherAsked


def decide(locker: Locker, request: LockerRequest, policy: PinPolicy, now: Now) -> tuple[Fact, ...]:
    """The facts of a request; raises Refused when it is not legal in this state."""
    match request:
        case PinEntered():
            return _entered(locker)
        case PinMatched():
            return _matched(locker, request, policy)
        case OpenAsked():
            return _open(locker, request.deposit, now)
        case OfficeAsked():
            return _office(locker, request)
        case LoadAnswered():
            return _load_answered(_loading(locker), request)
        case OtherAsked():
            loading = _loading(locker)
            return (DepositMoving(deposit=loading.deposit, compartment=loading.compartment, reason=request.reason),)
        case _:
            return _visit(locker, request)


def _entered(locker: Locker) -> tuple[Fact, ...]:
    if locker.pause is not None:
        raise Refused("pin_paused")
    if locker.trying is not None:
        raise Refused("pin_being_compared")
    if locker.collection is not None or locker.loading is not None:
        raise Refused("busy")
    return (PinTrySpent(),)


def _matched(locker: Locker, request: PinMatched, policy: PinPolicy) -> tuple[Fact, ...]:
    if locker.trying is None or locker.trying.seq != request.match:
        raise Refused("late_outcome")
    if request.deposit is not None and request.deposit in locker.deposits:
        return (PinAccepted(match=request.match, deposit=request.deposit),)
    return (PinRejected(match=request.match), *_pause(locker, policy))


def _pause(locker: Locker, policy: PinPolicy) -> tuple[Fact, ...]:
    if locker.wrong < policy.tries:
        return ()
    level = locker.level + 1
    return (PinPaused(level=level, pause_ms=policy.pauses_ms[min(level, len(policy.pauses_ms)) - 1]),)


def _open(locker: Locker, key: str, now: Now) -> tuple[Fact, ...]:
    deposit = locker.deposits.get(key)
    collection = locker.collection
    if locker.loading is not None or (collection is not None and (collection.deposit != key or collection.handed_over)):
        raise Refused("busy")
    if deposit is None or deposit.phase != "stored" or expired(deposit, now):
        raise Refused("not_to_be_collected")
    if collection is not None and collection.asked >= ASKED_MAX:
        raise Refused("asked_too_often")
    return (CollectionBegun(deposit=key, compartment=deposit.compartment),)


def _office(locker: Locker, request: OfficeAsked) -> tuple[Fact, ...]:
    deposit = locker.deposits.get(request.deposit)
    if deposit is None or deposit.phase != "stored" or locker.loading is not None:
        raise Refused("not_to_be_withdrawn")
    if locker.collection is not None and locker.collection.deposit != request.deposit:
        raise Refused("busy")
    return (DepositWithdrawn(deposit=request.deposit, compartment=deposit.compartment, reason=request.reason),)


def _visit(locker: Locker, request: Reported | LeftOpen | VisitLeft) -> tuple[Fact, ...]:
    visit = locker.collection
    if visit is None:
        raise Refused("nobody_here")
    match request:
        case VisitLeft():
            return (_over(visit, not visit.handed_over, CollectionAbandoned(deposit=visit.deposit, compartment=visit.compartment)),)
        case LeftOpen():
            ended = CollectionEnded(deposit=visit.deposit, compartment=visit.compartment, closed=False)
            return (_over(visit, visit.handed_over, ended),)
        case Reported():
            reported = DepositReported(deposit=visit.deposit, compartment=visit.compartment, contents=request.contents)
            return (_over(visit, visit.handed_over, reported),)


def _over(visit: Collection, legal: bool, fact: Fact) -> Fact:
    if not legal:
        raise Refused("door_opened" if visit.handed_over else "door_not_opened")
    return fact


def _loading(locker: Locker) -> Loading:
    if locker.loading is None:
        raise Refused("nobody_loads")
    if locker.loading.moving:
        raise Refused("moving")
    return locker.loading


def _load_answered(loading: Loading, request: LoadAnswered) -> tuple[Fact, ...]:
    match request.answer:
        case "in":
            return (DepositStored(deposit=loading.deposit, compartment=loading.compartment),)
        case "not_put_in":
            return (DepositLoading(deposit=loading.deposit, compartment=loading.compartment, order=loading.order),)
        case "elsewhere" | "unconfirmed":
            return (DepositNotStored(deposit=loading.deposit, compartment=loading.compartment, reason=request.answer),)


def expired(deposit: Deposit, now: Now) -> bool:
    """Whether the collection time is over; a term ends only while the clock is trusted."""
    return now.trusted and now.wall >= deposit.until


def restarted(locker: Locker, policy: PinPolicy) -> tuple[Fact, ...]:
    """What a restart settles at once: a try without an answer stays spent, a pause starts again."""
    facts: tuple[Fact, ...] = ()
    if locker.trying is not None:
        facts = (PinUnanswered(match=locker.trying.seq), *(() if locker.pause else _pause(locker, policy)))
    if locker.pause is not None:
        facts += (PinPaused(level=locker.pause.level, pause_ms=locker.pause.pause_ms),)
    return facts


def overdue(locker: Locker, now: Now) -> tuple[Fact, ...]:
    """A pause that ran out, and deposits whose story ended thirty days ago."""
    facts: tuple[Fact, ...] = ()
    resumes = _resumes_at(locker, now.boot)
    if resumes is not None and now.mono_ms >= resumes:
        facts = (PinResumed(),)
    if not now.trusted:
        return facts
    old = [key for key, one in locker.deposits.items() if one.ended is not None and now.wall >= _forgotten_at(one, one.ended)]
    return (*facts, *(DepositForgotten(deposit=key) for key in old[:8]))


def _forgotten_at(deposit: Deposit, ended: datetime) -> datetime:
    """When the thirty days are over: a clock that stood in 1970 at the hand-over cannot say, the centre's deadline can."""
    return FORGOTTEN_AFTER + (ended if deposit.sure else max(ended, deposit.until))


def deadline(locker: Locker, now: Now) -> int | None:
    """When a pause runs out or a deposit is to be forgotten, in mono_ms of this boot."""
    times = [time for time in (_resumes_at(locker, now.boot), _terms_at(locker, now)) if time is not None]
    return min(times, default=None)


def _terms_at(locker: Locker, now: Now) -> int | None:
    ends = [_forgotten_at(one, one.ended) for one in locker.deposits.values() if one.ended is not None]
    if not ends:
        return None
    look_again_ms = (now.mono_ms // TERMS_MS + 1) * TERMS_MS  # somebody may have set the clock
    if not now.trusted:
        return look_again_ms
    left_ms = -((now.wall - min(ends)) // timedelta(milliseconds=1))
    return min(now.mono_ms + max(0, left_ms), look_again_ms)


def _resumes_at(locker: Locker, boot: str) -> int | None:
    if locker.pause is None or locker.pause.boot != boot:
        return None
    return locker.pause.mono_ms + locker.pause.pause_ms


def due(locker: Locker, boot: str) -> tuple[Wish, ...]:
    """The comparison of the digits of a spent try; digits of an earlier boot are gone."""
    if locker.trying is None or (locker.trying.boot != boot and RECOVERY[MatchPin] == "mute"):
        return ()
    return (Wish(locker.trying.seq, MatchPin()),)
