"""What becomes of a door: the outcomes of lock wishes, the edges that the switches show, and the times that run out."""

from collections.abc import Callable
from typing import Literal

import msgspec

from contracts.facts import DoorCause, DoorClosed, DoorInDoubt, DoorJammed, DoorOpened, DoorPulsed, DoorRefused, DoorUnlockDue, Fact
from controller.clock import Now
from controller.doors.state import SILENT, WAITED_MAX, Door, Doors, LockWish
from controller.refused import Refused
from controller.wishes import RECOVERY, Enquire, Unlock, Wish

OPENING_MS = 5_000
"""A released door springs open at once; after this it is jammed (screens.md l.opening)."""

RESTART_MS = 10_000
"""After a restart the boards have this long to say what became of an earlier wish."""

WORD_WAIT_MS = RESTART_MS // WAITED_MAX
"""After a restart a lock is asked for so much later when its board has not spoken yet."""

NEVER = 1 << 62


class LockOutcome(msgspec.Struct, frozen=True):
    """How a lock wish ended: carried out, certainly not carried out, or nobody knows."""

    wish: int
    compartment: int
    end: Literal["pulsed", "refused", "doubt"]
    code: str = ""
    wait_ms: int = 0


class DoorMove(msgspec.Struct, frozen=True):
    """An observed edge: `opens` is the board's counter on boot `board_boot`; `closed_again` when the closing was observed with it."""

    compartment: int
    to: Literal["open", "closed"]
    opens: int
    board_boot: int
    closed_again: bool = False


class DoorsMoved(msgspec.Struct, frozen=True):
    """Edges seen in one reading of a board."""

    moves: tuple[DoorMove, ...]


def decide(doors: Doors, request: LockOutcome | DoorsMoved) -> tuple[Fact, ...]:
    """The facts of an outcome or of edges; raises Refused when they say nothing new."""
    match request:
        case LockOutcome():
            return (_outcome(doors.door(request.compartment), request),)
        case DoorsMoved():
            facts = tuple(fact for move in request.moves for fact in _moved(doors.door(move.compartment), move))
            if not facts:
                raise Refused("no_edge")
            return facts


def _outcome(door: Door, outcome: LockOutcome) -> Fact:
    if door.lock is None or door.lock.wish != outcome.wish:
        raise Refused("late_outcome")
    # An enquiry and the edge may come in either order: a wish whose door was seen to open needs no outcome.
    if door.lock.phase != "due":
        raise Refused("settled")
    match outcome.end:
        case "pulsed":
            return DoorPulsed(compartment=outcome.compartment, wish=outcome.wish)
        case "refused":
            return DoorRefused(compartment=outcome.compartment, wish=outcome.wish, code=outcome.code, wait_ms=outcome.wait_ms)
        case "doubt":
            return DoorInDoubt(compartment=outcome.compartment, wish=outcome.wish)


def _moved(door: Door, move: DoorMove) -> tuple[Fact, ...]:
    closed = DoorClosed(compartment=move.compartment, opens=move.opens, board_boot=move.board_boot)
    if move.to == "closed":
        return (closed,) if door.position == "open" else ()
    if door.position == "open":
        return ()
    opened = DoorOpened(compartment=move.compartment, cause=_cause(door), opens=move.opens, board_boot=move.board_boot)
    return (opened, closed) if move.closed_again else (opened,)


def _cause(door: Door) -> DoorCause:
    return door.lock.cause if door.lock is not None and door.lock.wanted and door.lock.phase != "refused" else "none"


def word_wait_ms(now: Now) -> int:
    """How long a lock waits for the first word of its board; 0 once every board that works has spoken."""
    return WORD_WAIT_MS if now.mono_ms < RESTART_MS else 0


def overdue(
    doors: Doors, seen_closed: Callable[[int], bool], board_boot: Callable[[int], int | None], now: Now
) -> tuple[Fact, ...]:  # fmt: skip
    """Doors that were released and did not open in time, and wishes of which nobody can say how they ended.

    `board_boot` is the boot counter of a compartment's board; None while it does not answer.
    """
    return tuple(
        _again(compartment, door.lock, board_boot(compartment))
        if door.lock.waits and door.lock.boot == now.boot
        else _late(compartment, door.lock, seen_closed(compartment), now.boot)
        for compartment, door in doors.doors.items()
        if door.lock is not None and now.mono_ms >= _late_at(door.lock, now.boot)
    )


def _again(compartment: int, lock: LockWish, board_boot: int | None) -> Fact:
    boot = lock.board_boot
    if lock.code == SILENT:  # nobody could know its boot when the wish was made
        boot = -1 if board_boot is None else board_boot
    return DoorUnlockDue(compartment=compartment, cause=lock.cause, pulse_ms=lock.pulse_ms, board_boot=boot)


def _late(compartment: int, lock: LockWish, seen_closed: bool, boot: str) -> Fact:
    if lock.waits:
        # Certainly not driven; whoever stood there may have gone, so a person asks again.
        return DoorRefused(compartment=compartment, wish=lock.wish, code="restarted", wait_ms=0)
    if lock.phase == "pulsed" and lock.boot == boot and seen_closed:
        return DoorJammed(compartment=compartment, wish=lock.wish)
    # Pulsed in an earlier boot, or the board is silent: the door may have been opened and closed while nobody looked.
    return DoorInDoubt(compartment=compartment, wish=lock.wish)


def deadline(doors: Doors, boot: str) -> int | None:
    """When the next door would be jammed or in doubt, in mono_ms of this boot."""
    times = [_late_at(door.lock, boot) for door in doors.doors.values() if door.lock is not None]
    return min((time for time in times if time != NEVER), default=None)


def _late_at(lock: LockWish, boot: str) -> int:
    if not lock.opening:
        return NEVER
    if lock.waits:
        return lock.mono_ms + lock.wait_ms if lock.boot == boot else 0
    return OPENING_MS + lock.mono_ms if lock.boot == boot else RESTART_MS


def due(doors: Doors, boot: str) -> tuple[Wish, ...]:
    """Locks to energise; one from an earlier boot is only asked about, never driven again."""
    return tuple(
        Wish(door.lock.wish, _what(compartment, door.lock, boot))
        for compartment, door in doors.doors.items()
        if door.lock is not None and door.lock.phase == "due"
    )


def _what(compartment: int, lock: LockWish, boot: str) -> Unlock | Enquire:
    if lock.boot == boot or RECOVERY[Unlock] == "repeat":
        return Unlock(compartment=compartment, pulse_ms=lock.pulse_ms, board_boot=lock.board_boot)
    return Enquire(compartment=compartment, board_boot=lock.board_boot)
