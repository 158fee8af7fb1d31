"""All of what the facts say about faults: each is raised once and cleared once."""

import msgspec

from contracts.facts import Entry, Fact, FaultCleared, FaultRaised
from contracts.faults import FaultName
from controller.refused import Refused


class Fault(msgspec.Struct, frozen=True):
    """One active fault and the seq of the fact that raised it."""

    fault: str
    where: str
    seq: int


class Faults(msgspec.Struct, frozen=True):
    """The active faults, oldest first."""

    active: tuple[Fault, ...] = ()

    def has(self, fault: FaultName, where: str) -> bool:
        """Whether this fault is active there."""
        return any((one.fault, one.where) == (fault, where) for one in self.active)


class FaultsSeen(msgspec.Struct, frozen=True):
    """What a device says of itself: per fault and place whether it is there."""

    seen: tuple[tuple[FaultName, str, bool], ...]


def decide(faults: Faults, request: FaultsSeen) -> tuple[Fact, ...]:
    """Facts for what changed; raises Refused when nothing did."""
    facts = changes(faults, request.seen)
    if not facts:
        raise Refused("no_change")
    return facts


def changes(faults: Faults, seen: tuple[tuple[FaultName, str, bool], ...]) -> tuple[Fact, ...]:
    """Facts for what changed."""
    return tuple(
        FaultRaised(fault=fault, where=where) if there else FaultCleared(fault=fault, where=where)
        for fault, where, there in seen
        if there != faults.has(fault, where)
    )


def fold(faults: Faults, entry: Entry, fact: FaultRaised | FaultCleared) -> Faults:
    """The faults after this fact."""
    others = tuple(one for one in faults.active if (one.fault, one.where) != (fact.fault, fact.where))
    if isinstance(fact, FaultCleared):
        return Faults(active=others)
    return Faults(active=(*others, Fault(fact.fault, fact.where, entry.seq)))
