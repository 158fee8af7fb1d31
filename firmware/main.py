"""The lock board's loop: look, listen, decide, drive, answer."""

import board_description as described

from contracts.lock_bus import Limits
from firmware.board_io import BoardIO
from firmware.lock_board import BoardFacts, LockBoard

LOOK_EVERY_MS = 5


def facts(io: BoardIO) -> BoardFacts:
    """This board as it was made, set up and started just now."""
    limits = Limits(described.PULSE_MS_MAX, described.COOLDOWN_MS, described.DOORS_PER_MINUTE, described.SILENCE_MS)
    return BoardFacts(
        io.address(),
        io.next_boot(),
        io.unique_id(),
        described.REVISION,
        described.HASH,
        described.CHANNELS,
        limits,
        described.DEBOUNCE_MS,
        described.LAMPS,
    )


def turn(io: BoardIO, board: LockBoard) -> None:
    """Coil and lamps before the reply: whoever reads that a pulse has started may believe it."""
    now_ms = io.now_ms()
    board.sense(io.closed(), io.key(), now_ms)
    data = io.read()
    if data:
        board.receive(data, now_ms)
    else:
        board.tick(now_ms)
    io.drive(board.coil)
    io.light(board.lamps.lit, board.lamps.percent)
    output = board.take_output()
    if output:
        io.write(output)
    io.feed_watchdog()


def rest_ms(io: BoardIO, board: LockBoard) -> int:
    """How long nothing can become due."""
    due = board.deadline()
    if due is None:
        return LOOK_EVERY_MS
    return max(0, min(LOOK_EVERY_MS, due - io.now_ms()))


def main() -> None:
    """Until the power goes."""
    io = BoardIO()
    board = LockBoard(facts(io))
    while True:
        turn(io, board)
        io.wait(rest_ms(io, board))


if __name__ == "__main__":
    main()
