"""All of what the facts say about rights to park, and nothing else.

Rules of this file:
- A right is provisional before anybody is told to take money for it, and void only when it is known that none was kept.
- A provisional right counts as paid in every check.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from contracts.facts import Entry
from contracts.parking_facts import ParkingFact, RightActive, RightProvisional, RightQuoted, RightVoid

Phase = Literal["quoted", "provisional", "active"]
KEPT_FOR = timedelta(days=1)
"""So long after its end a right that was paid is remembered, for whoever extends or asks; the journal has it for ever."""


class Right(msgspec.Struct, frozen=True):
    """The permission to park a car whose plate is in the vault; `seq` is the fact that asked for it."""

    zone: str
    start: datetime
    until: datetime
    phase: Phase
    seq: int

    @property
    def counts(self) -> bool:
        """Whether a check takes the car as paid."""
        return self.phase != "quoted"


class Parking(msgspec.Struct, frozen=True):
    """Rights by the attempt that pays for them."""

    rights: Mapping[str, Right] = {}


def fold(parking: Parking, entry: Entry, fact: ParkingFact) -> Parking:
    """Rights after this fact; those that were paid and ended long ago are forgotten, and no other, whatever a clock says."""
    match fact:
        case RightQuoted():
            kept = {key: right for key, right in parking.rights.items() if right.phase != "active" or entry.wall < right.until + KEPT_FOR}
            return Parking({**kept, fact.attempt: Right(fact.zone, fact.start, fact.until, "quoted", entry.seq)})
        case RightProvisional():
            return _in_phase(parking, fact.attempt, "provisional")
        case RightActive():
            return _in_phase(parking, fact.attempt, "active")
        case RightVoid():
            return Parking({key: right for key, right in parking.rights.items() if key != fact.attempt})


def _in_phase(parking: Parking, attempt: str, phase: Phase) -> Parking:
    right = parking.rights[attempt]
    return Parking({**parking.rights, attempt: msgspec.structs.replace(right, phase=phase)})
