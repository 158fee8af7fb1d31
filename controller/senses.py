"""What the lock boards tell, taken into Live: most of it ends here, an edge or an outcome becomes a request."""

import msgspec

from contracts.faults import FaultName
from contracts.locker_files import Compartment
from controller.clock import Now
from controller.devices.lock_board_events import BoardLost, BoardSeen, Executed, Levels, UnlockResult
from controller.doors.decide import DoorMove, DoorsMoved, LockOutcome
from controller.doors.state import Door, LockWish
from controller.faults.faults import FaultsSeen
from controller.live import BoardLink, Live, Seen
from controller.settings import Settings
from controller.state import State

UNSTEADY_MS = 10_000
"""A switch without two equal reads for this long is a fault, not a moving door."""

CHANGES_MAX = 4
"""So many doors or switches are decided upon in one turn; the others are still different at the next reading."""

BoardEvent = BoardSeen | BoardLost | Levels | UnlockResult | Executed
BoardRequest = DoorsMoved | LockOutcome | FaultsSeen


def absorb(state: State, live: Live, settings: Settings, event: BoardEvent, now: Now) -> tuple[Live, BoardRequest | None]:
    """Live after the event, and the request it makes."""
    match event:
        case BoardSeen():
            known = live.boards.get(event.board)
            read = known is not None and known.read and known.boot == event.boot
            boards = {**live.boards, event.board: BoardLink(event.boot, not (event.mismatch or event.doubled), read, event.lamps)}
            return msgspec.structs.replace(live, boards=boards), _board_faults(event)
        case BoardLost():
            boards = {board: link for board, link in live.boards.items() if board != event.board}
            lost = msgspec.structs.replace(live, boards=boards, seen=_unseen(live, settings, event.board, now))
            return lost, FaultsSeen((("board_duplicate" if event.doubled else "board_silent", f"board {event.board}", True),))
        case Levels():
            return _levels(state, live, settings, event, now)
        case UnlockResult():
            return live, _unlock_result(state, event)
        case Executed():
            return live, _executed(state, event)


def _board_faults(event: BoardSeen) -> FaultsSeen:
    where = f"board {event.board}"
    mismatch, doubled = bool(event.mismatch), event.doubled
    return FaultsSeen((("board_silent", where, False), ("board_duplicate", where, doubled), ("board_mismatch", where, mismatch)))


def _unseen(live: Live, settings: Settings, board: int, now: Now) -> dict[int, Seen]:
    return {**live.seen, **{door.number: Seen(None, now.mono_ms) for door in settings.cabinet.on_board(board)}}


def _levels(state: State, live: Live, settings: Settings, event: Levels, now: Now) -> tuple[Live, BoardRequest | None]:
    board = live.boards.get(event.board)
    if board is None or not board.fits or board.boot != event.boot:
        return live, None
    changed: dict[int, Seen] = {}
    moves: list[DoorMove] = []
    here = settings.cabinet.on_board(event.board)
    for place in here:
        if place.channel >= len(event.closed):
            continue  # a board that has fewer channels than its own description says nothing about the others
        closed, number = event.closed[place.channel], place.number
        before = live.seen.get(number)
        if before is None or before.closed != closed:
            changed[number] = Seen(closed, now.mono_ms)
        move = _move(number, state.doors.door(number), closed, event.opens[place.channel], event.boot)
        if move is not None:
            moves.append(move)
    if not board.read:
        live = msgspec.structs.replace(live, boards={**live.boards, event.board: msgspec.structs.replace(board, read=True)})
    if changed:
        live = msgspec.structs.replace(live, seen={**live.seen, **changed})
    return live, DoorsMoved(tuple(moves[:CHANGES_MAX])) if moves else _switch_faults(state, live, here, now)


def _move(number: int, door: Door, closed: bool | None, opens: int, boot: int) -> DoorMove | None:
    if closed is None:
        return None
    if not closed:
        return DoorMove(number, "open", opens, boot) if door.position == "closed" else None
    if door.position == "open":
        return DoorMove(number, "closed", opens, boot)
    # Closed as we know it, but the board counted an opening that no reading caught: while we were away, or between two readings.
    counted = (opens - (door.opens if door.board_boot == boot else 0)) & 0xFF
    return DoorMove(number, "open", opens, boot, closed_again=True) if counted else None


def _switch_faults(state: State, live: Live, here: tuple[Compartment, ...], now: Now) -> FaultsSeen | None:
    """Faults of the switches of one board; those of a silent board are one fault, not one for each of its doors."""
    changed: list[tuple[FaultName, str, bool]] = []
    some = bool(state.faults.active)
    for place in here:
        seen = live.seen.get(place.number)
        if seen is None or (seen.closed is not None and not some):
            continue
        where = f"door {place.number}"
        raised = state.faults.has("switch_unknown", where)
        if seen.closed is None and not raised and now.mono_ms - seen.since_ms >= UNSTEADY_MS:
            changed.append(("switch_unknown", where, True))
        elif seen.closed is not None and raised:
            changed.append(("switch_unknown", where, False))
    return FaultsSeen(tuple(changed[:CHANGES_MAX])) if changed else None


def _unlock_result(state: State, event: UnlockResult) -> LockOutcome | None:
    found = _wish(state, event.wish_id)
    if found is None or event.result == "no_answer":
        return None  # the shell asks the board what became of it; in the end the door is in doubt
    compartment, lock = found
    if event.result in ("started", "known"):
        return LockOutcome(lock.wish, compartment, "pulsed")
    if event.code == "wrong_boot":
        return LockOutcome(lock.wish, compartment, "doubt")
    return LockOutcome(lock.wish, compartment, "refused", event.code, event.wait_ms)


def _executed(state: State, event: Executed) -> LockOutcome | None:
    found = _wish(state, event.wish_id)
    if found is None or event.state == "no_answer":
        return None
    compartment, lock = found
    if event.state != "unknown":
        return LockOutcome(lock.wish, compartment, "pulsed")
    if event.boot != lock.board_boot:
        return LockOutcome(lock.wish, compartment, "doubt")
    return LockOutcome(lock.wish, compartment, "refused", "not_executed")


def _wish(state: State, wish_id: bytes) -> tuple[int, LockWish] | None:
    wish = int.from_bytes(wish_id[4:], "big")
    for compartment, door in state.doors.doors.items():
        if door.lock is not None and door.lock.wish == wish:
            return compartment, door.lock
    return None
