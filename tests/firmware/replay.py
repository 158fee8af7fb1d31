"""Plays a script to the firmware core and prints what it answers. MicroPython and CPython both run this file: replay.py SCRIPT."""

import json
import sys

from contracts import lock_bus as bus
from firmware.lock_board import BoardFacts, LockBoard


def play(lines: list[str]) -> None:
    """Each step is {"at": ms, "closed": bits, "key": bool, "data": hex}; each answer one line of everything visible from outside."""
    board = LockBoard(BoardFacts(3, 7, b"unique01", 67, b"hash0123", 24, bus.Limits(1000, 5000, 4, 700), 50, 24))
    for line in lines:
        step = json.loads(line)
        board.sense(step["closed"], step["key"], step["at"])
        if step["data"]:
            board.receive(bytes.fromhex(step["data"]), step["at"])
        else:
            board.tick(step["at"])
        switches = board.switches
        answer = (list(board.take_output()), board.coil, board.deadline(), switches.closed, switches.known, list(board.last_wish))
        answer += (board.lamps.lit, board.lamps.percent)
        print(step["at"], *answer)


if __name__ == "__main__":
    with open(sys.argv[1]) as script:
        play(script.read().splitlines())
