"""All of what the facts say about doors and locks, and nothing else.

Rules of this file:
- A door is `open` or `closed` as last observed; what the switch says now is volatile and lives in Live.
- A lock has at most one wish; the record stays until whoever asked for the door has gone.
- Phases: due → pulsed → opened → closed; due → refused | doubt; pulsed → jammed; a doubtful or jammed door may still be seen to open.
"""

from typing import Literal

import msgspec

from contracts.facts import (
    CompartmentQuarantined,
    CompartmentReleased,
    DoorCause,
    DoorClosed,
    DoorGivenUp,
    DoorInDoubt,
    DoorJammed,
    DoorOpened,
    DoorPulsed,
    DoorRefused,
    DoorUnlockDue,
    Entry,
)

RESTS = frozenset(("cooling", "braked"))
SILENT = "board_silent"
WAITS = RESTS | {SILENT}
WAITED_MAX = 5
"""So often is one lock asked for again for one person: a board that rests for ever does not keep them standing there."""
WAIT_MS_MAX = 20_000
"""A person in front of the door waits so long for the coil or the board's brake; anything longer is shown as a door that did not open."""

CLERK_WAIT_MS_MAX = 60_000
"""The brake lets a few doors a minute open: a clerk with a batch or an audit waits for it."""

Phase = Literal["due", "pulsed", "refused", "doubt", "jammed", "opened", "closed"]


class LockWish(msgspec.Struct, frozen=True):
    """One wish to energise a lock, from the fact that made it due; `wanted` is false once whoever asked has gone."""

    wish: int
    cause: DoorCause
    pulse_ms: int
    board_boot: int
    boot: str
    mono_ms: int
    phase: Phase = "due"
    code: str = ""
    wait_ms: int = 0
    wanted: bool = True
    waited: int = 0

    @property
    def waits(self) -> bool:
        """The coil rests, the board brakes or has not spoken yet: certainly not driven, so it may be asked for again after a while."""
        most_ms = WAIT_MS_MAX if self.cause == "collection" else CLERK_WAIT_MS_MAX
        return self.phase == "refused" and self.code in WAITS and 0 < self.wait_ms <= most_ms and self.waited < WAITED_MAX

    @property
    def rests(self) -> bool:
        """The coil rests or the board brakes, as the board itself says."""
        return self.waits and self.code in RESTS

    @property
    def opening(self) -> bool:
        """Whether the door may still spring open by itself."""
        return self.phase in ("due", "pulsed") or self.waits


class Door(msgspec.Struct, frozen=True):
    """One door: last observed position, the board's counter at that observation, the lock's wish, and why it is quarantined.

    `driven` is the seq of the last wish for its lock, `marked` of the last opening or quarantine; 0 before the first.
    """

    position: Literal["open", "closed"] = "closed"
    opens: int = 0
    board_boot: int = 0
    moved_ms: int = 0
    moved_boot: str = ""
    lock: LockWish | None = None
    driven: int = 0
    marked: int = 0
    quarantine: str = ""


class Doors(msgspec.Struct, frozen=True):
    """The doors that ever had a fact, by compartment number."""

    doors: dict[int, Door] = {}

    def door(self, compartment: int) -> Door:
        """The door of a compartment; one without facts is closed."""
        return self.doors.get(compartment, Door())


DoorFact = (
    DoorUnlockDue | DoorPulsed | DoorRefused | DoorInDoubt | DoorJammed | DoorGivenUp | DoorOpened | DoorClosed | CompartmentQuarantined
    | CompartmentReleased
)  # fmt: skip


def fold(doors: Doors, entry: Entry, fact: DoorFact) -> Doors:
    """The doors after this fact."""
    door = _door(doors.door(fact.compartment), entry, fact)
    return Doors(doors={**doors.doors, fact.compartment: door})


def _door(door: Door, entry: Entry, fact: DoorFact) -> Door:
    match fact:
        case DoorUnlockDue():
            waited = door.lock.waited + 1 if door.lock is not None and door.lock.waits else 0
            lock = LockWish(entry.seq, fact.cause, fact.pulse_ms, fact.board_boot, entry.boot, entry.mono_ms, waited=waited)
            return msgspec.structs.replace(door, lock=lock, driven=entry.seq)
        case DoorOpened():
            opened = msgspec.structs.replace(_moved(door, entry, fact, "open"), marked=entry.seq)
            return _lock(opened, "opened", entry)
        case DoorClosed():
            return _lock(_moved(door, entry, fact, "closed"), "closed", entry)
        case CompartmentQuarantined():
            # That somebody forced it weighs more than whatever else is found out about it.
            reason = "forced" if door.quarantine == "forced" else fact.reason
            return msgspec.structs.replace(door, quarantine=reason, marked=entry.seq)
        case CompartmentReleased():
            return msgspec.structs.replace(door, quarantine="")
        case DoorGivenUp():
            return _given_up(door)
        case _:
            return _outcome(door, entry, fact)


def _moved(door: Door, entry: Entry, fact: DoorOpened | DoorClosed, position: Literal["open", "closed"]) -> Door:
    moved = msgspec.structs.replace(door, position=position, moved_ms=entry.mono_ms, moved_boot=entry.boot)
    return msgspec.structs.replace(moved, opens=fact.opens, board_boot=fact.board_boot)


def _outcome(door: Door, entry: Entry, fact: DoorPulsed | DoorRefused | DoorInDoubt | DoorJammed) -> Door:
    if door.lock is None or door.lock.wish != fact.wish:
        return door
    if not door.lock.wanted:
        return msgspec.structs.replace(door, lock=None)
    match fact:
        case DoorRefused():
            lock = msgspec.structs.replace(door.lock, code=fact.code, wait_ms=fact.wait_ms)
            return _lock(msgspec.structs.replace(door, lock=lock), "refused", entry)
        case DoorPulsed():
            return _lock(door, "pulsed", entry) if door.lock.phase == "due" else door
        case DoorInDoubt():
            return _lock(door, "doubt", entry)
        case DoorJammed():
            return _lock(door, "jammed", entry)


def _lock(door: Door, phase: Phase, entry: Entry) -> Door:
    if door.lock is None or not door.lock.wanted or (phase == "closed" and door.lock.phase != "opened"):
        return door
    lock = msgspec.structs.replace(door.lock, phase=phase, mono_ms=entry.mono_ms, boot=entry.boot)
    return msgspec.structs.replace(door, lock=lock)


def _given_up(door: Door) -> Door:
    # A wish without an outcome stays due, so that the board's answer is still asked for; it only has no owner any more.
    if door.lock is not None and door.lock.phase == "due":
        return msgspec.structs.replace(door, lock=msgspec.structs.replace(door.lock, wanted=False))
    return msgspec.structs.replace(door, lock=None)
