"""What becomes of a document that waits: its door, the end of the visit, the way back into it, and the end of its time."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from contracts.facts import (
    CollectionAbandoned,
    CollectionBegun,
    CollectionEnded,
    CollectionResumed,
    DepositForgotten,
    DepositReported,
    DepositWithdrawn,
    Fact,
)
from controller.clock import Now
from controller.locker.state import Collection, Deposit, Locker, Taken
from controller.refused import Refused

ASKED_MAX = 3
"""The resident may ask for a jammed door twice more."""

GRACE_MS = 120_000
"""So long after the door was closed the same PIN opens it once more."""

RECEIPT_MS = 60_000
"""A door that stood open for longer may have been anybody's: nothing is certified then."""

FORGOTTEN_AFTER = timedelta(days=30)
"""A PIN is not drawn again for 30 days, so the machine must know it that long."""

TERMS_MS = 3_600_000
"""How often terms are looked at while nothing else happens: one hour."""


class OpenAsked(msgspec.Struct, frozen=True):
    """The resident stands in front of the compartment and asks for its door, for the first time or again."""

    deposit: str


class OfficeAsked(msgspec.Struct, frozen=True):
    """The resident wants to collect at the office instead."""

    deposit: str
    reason: Literal["jam", "reach"]


class Reported(msgspec.Struct, frozen=True):
    """The resident says that the contents are wrong, before the open door or when it has just been closed."""

    deposit: str
    contents: Literal["empty", "foreign"]


class LeftOpen(msgspec.Struct, frozen=True):
    """The door does not close; the resident may go."""


class VisitLeft(msgspec.Struct, frozen=True):
    """The resident went away before the door opened."""


def expired(deposit: Deposit, now: Now) -> bool:
    """Whether the collection time is over; a term ends only while the clock is trusted."""
    return now.trusted and now.wall >= deposit.until


def reopens_until_ms(deposit: Deposit | None, now: Now) -> int | None:
    """Until when the same PIN opens this door once more, in mono_ms of this boot; None when it does not."""
    if deposit is None or deposit.phase != "collected" or deposit.taken is None:
        return None
    taken = deposit.taken
    until_ms = taken.closed_ms + GRACE_MS
    return until_ms if taken.reopens and taken.boot == now.boot and now.mono_ms < until_ms else None


def is_prompt(taken: Taken | None) -> bool:
    """Whether the door was closed soon enough after it opened, by a clock that was known to be right, to certify who took what.

    Both edges in one reading tell that the door was open some time before, and not when.
    """
    return taken is not None and taken.sure and taken.opened_ms is not None and 0 < taken.closed_ms - taken.opened_ms <= RECEIPT_MS


def opened(locker: Locker, key: str, now: Now) -> tuple[Fact, ...]:
    """The door is asked for; raises Refused."""
    deposit, visit = locker.deposits.get(key), locker.collection
    if locker.loading is not None or (visit is not None and (visit.deposit != key or visit.handed_over)):
        raise Refused("busy")
    again = visit is not None and visit.again
    if deposit is None or (not again and (deposit.phase != "stored" or expired(deposit, now))):
        raise Refused("not_to_be_collected")
    if visit is not None and visit.asked >= ASKED_MAX:
        raise Refused("asked_too_often")
    kind = CollectionResumed if again else CollectionBegun
    return (kind(deposit=key, compartment=deposit.compartment),)


def to_the_office(locker: Locker, request: OfficeAsked) -> tuple[Fact, ...]:
    """The document is to be taken out; raises Refused."""
    deposit, visit = locker.deposits.get(request.deposit), locker.collection
    if visit is not None and (visit.deposit != request.deposit or visit.handed_over):
        raise Refused("busy")
    if visit is not None and visit.again:  # the document is handed over; what was left behind is somebody's to look at
        return (CollectionAbandoned(deposit=visit.deposit, compartment=visit.compartment),)
    if deposit is None or deposit.phase != "stored" or locker.loading is not None:
        raise Refused("not_to_be_withdrawn")
    return (DepositWithdrawn(deposit=request.deposit, compartment=deposit.compartment, reason=request.reason),)


def visited(locker: Locker, request: Reported | LeftOpen | VisitLeft) -> tuple[Fact, ...]:
    """The visit's end, or what was said in it; raises Refused."""
    visit = locker.collection
    if isinstance(request, Reported) and (visit is None or visit.deposit != request.deposit):
        return (_reported_late(locker, request),)
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


def _reported_late(locker: Locker, request: Reported) -> Fact:
    """Behind the closed door lies what was found there, until it is said or the compartment is used again."""
    deposit = locker.deposits.get(request.deposit)
    if deposit is None or not deposit.unsaid:
        raise Refused("nobody_here")
    if locker.loading is not None or locker.collection is not None:
        raise Refused("busy")
    return DepositReported(deposit=request.deposit, compartment=deposit.compartment, contents=request.contents)


def _over(visit: Collection, legal: bool, fact: Fact) -> Fact:
    if not legal:
        raise Refused("door_opened" if visit.handed_over else "door_not_opened")
    return fact


def forgotten(locker: Locker, now: Now) -> tuple[Fact, ...]:
    """Deposits whose story ended thirty days ago, some of them in each turn."""
    if not now.trusted:
        return ()
    old = [key for key, one in locker.deposits.items() if (at := _forgotten_at(one)) is not None and now.wall >= at]
    return tuple(DepositForgotten(deposit=key) for key in old[:8])


def _forgotten_at(deposit: Deposit) -> datetime | None:
    """When the thirty days are over: a clock that stood in 1970 at the hand-over cannot say, the centre's deadline can."""
    if deposit.ended is None or deposit.phase not in ("collected", "taken_back"):
        return None
    return FORGOTTEN_AFTER + (deposit.ended if deposit.sure else max(deposit.ended, deposit.until))


def deadline(locker: Locker, now: Now) -> int | None:
    """When a deposit is to be forgotten, in mono_ms of this boot."""
    ends = [at for one in locker.deposits.values() if (at := _forgotten_at(one)) is not None]
    if not ends:
        return None
    look_again_ms = (now.mono_ms // TERMS_MS + 1) * TERMS_MS  # somebody may have set the clock
    if not now.trusted:
        return look_again_ms
    left_ms = -((now.wall - min(ends)) // timedelta(milliseconds=1))
    return min(now.mono_ms + max(0, left_ms), look_again_ms)
