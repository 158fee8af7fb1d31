"""What becomes of a document and of typed digits: each request goes to the file that decides it."""

from contracts.facts import Fact
from controller.clock import Now
from controller.locker import collection, loading, pins
from controller.locker.collection import LeftOpen, OfficeAsked, OpenAsked, Reported, VisitLeft, expired
from controller.locker.loading import LoadAnswered, OtherAsked
from controller.locker.pins import PinEntered, PinMatched, PinPolicy
from controller.locker.state import Locker
from controller.wishes import Wish

__all__ = [
    "LeftOpen",
    "LoadAnswered",
    "LockerRequest",
    "OfficeAsked",
    "OpenAsked",
    "OtherAsked",
    "PinEntered",
    "PinMatched",
    "PinPolicy",
    "Reported",
    "VisitLeft",
    "deadline",
    "decide",
    "due",
    "expired",
    "overdue",
    "restarted",
]

LockerRequest = PinEntered | PinMatched | OpenAsked | OfficeAsked | Reported | LeftOpen | VisitLeft | LoadAnswered | OtherAsked


def decide(locker: Locker, request: LockerRequest, policy: PinPolicy, now: Now) -> tuple[Fact, ...]:
    """The facts of a request; raises Refused when it is not legal in this state."""
    match request:
        case PinEntered():
            return pins.entered(locker, request, policy, now)
        case PinMatched():
            return pins.matched(locker, request, policy, now)
        case OpenAsked():
            return collection.opened(locker, request.deposit, now)
        case OfficeAsked():
            return collection.to_the_office(locker, request)
        case LoadAnswered() | OtherAsked():
            return loading.decide(locker, request)
        case _:
            return collection.visited(locker, request)


def restarted(locker: Locker, policy: PinPolicy, now: Now) -> tuple[Fact, ...]:
    """What a restart settles at once."""
    return pins.restarted(locker, policy, now)


def overdue(locker: Locker, policy: PinPolicy, now: Now) -> tuple[Fact, ...]:
    """What time alone has brought about."""
    return (*pins.overdue(locker.pins, policy, now), *collection.forgotten(locker, now))


def deadline(locker: Locker, now: Now) -> int | None:
    """When time brings something about by itself, in mono_ms of this boot."""
    times = (pins.deadline(locker.pins, now), collection.deadline(locker, now))
    return min((time for time in times if time is not None), default=None)


def due(locker: Locker, boot: str) -> tuple[Wish, ...]:
    """The comparison of digits that is outstanding."""
    return pins.due(locker.pins, boot)
