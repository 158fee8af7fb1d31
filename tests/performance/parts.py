"""What a measured path is made of, each part alone: the disk, the socket, the bus, the painting."""

import os
import select
import sqlite3
from pathlib import Path
from time import perf_counter_ns, time_ns

from contracts import lock_bus as bus
from controller.journal import SCHEMA, connect
from tests.processes.cabinet import Cabinet
from tests.processes.child import WITHIN_S
from tests.processes.page import Page

UNLOCK_BYTES = len(bus.Frame(0, 0, bus.UNLOCK, bus.UnlockOrder(bytes(range(1, 13)), 1, 0, 500).encode()).encode())
LINE_MS = UNLOCK_BYTES * 10 / bus.BAUD * 1000
"""A pty passes bytes at once; on the real line the request takes this long (8N1: ten bits a byte)."""


def fsync_ms(folder: Path, runs: int = 300) -> list[float]:
    """A 4 kB write that is on the disk."""
    path = folder / "fsync"
    handle = os.open(path, os.O_CREAT | os.O_WRONLY)
    times: list[float] = []
    try:
        for _ in range(runs):
            start = perf_counter_ns()
            os.write(handle, b"x" * 4096)
            os.fdatasync(handle)
            times.append(_since(start))
    finally:
        os.close(handle)
        path.unlink()
    return times


def commit_ms(folder: Path, runs: int = 500) -> list[float]:
    """One transaction with two entries in a journal of its own, with the journal's own pragmas."""
    connection = connect(folder / "part.db")
    connection.executescript(SCHEMA)
    times: list[float] = []
    for run in range(runs):
        start = perf_counter_ns()
        connection.execute("BEGIN IMMEDIATE")
        rows = [(2 * run + more, 1, b"x" * 220, bytes(32)) for more in (1, 2)]
        connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
        times.append(_since(start))
    _forget(connection, folder)
    return times


def _forget(connection: sqlite3.Connection, folder: Path) -> None:
    connection.close()
    for path in folder.glob("part.db*"):
        path.unlink()


def socket_turn_ms(page: Page, runs: int = 300) -> list[float]:
    """A digit that makes no fact, from the key on the WebSocket to the new screen on it: one turn and its HTML."""
    page.until("l.attract")
    page.press("ok")
    page.until("l.pin")
    times: list[float] = []
    for run in range(runs):
        start = perf_counter_ns()
        page.last_press("1" if run % 2 == 0 else "cancel")
        while page.message["data"]["filled"] != (run + 1) % 2:
            page.next()
        times.append(_since(start))
    while page.screen != "l.attract":
        page.press("ok" if page.screen == "l.stop" else "cancel")
    return times


def unlock_exchange_ms(cabinet: Cabinet, runs: int = 60) -> list[float]:
    """From the request's bytes on the pty to the coil on the real firmware, without any controller."""
    line = os.open(cabinet.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    times: list[float] = []
    try:
        boot = bus.decode_identity(_ask(line, bus.IDENTIFY, b"").body).boot
        for run in range(runs):
            order = bus.UnlockOrder(bus.wish_id(b"part", run + 1), boot, run % cabinet.channels, 60)
            pulses, start_us = len(cabinet.look()), time_ns() // 1000
            result, _ = bus.decode_unlocked(_ask(line, bus.UNLOCK, order.encode()).body)
            if result != bus.STARTED:
                raise RuntimeError(f"the board refused with {result}")
            cabinet.until_pulse(pulses)
            times.append((cabinet.on_us - start_us) / 1000)
            cabinet.until_coil(on=False)
    finally:
        os.close(line)
    return times


def states_exchange_ms(cabinet: Cabinet, sweeps: int = 60) -> list[float]:
    """What one board takes of a sweep: the request for its states and the answer, on the pty, with the line's own time added."""
    line = os.open(cabinet.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    ack = bus.encode_ack(1)
    times: list[float] = []
    try:
        for board in [board for _ in range(sweeps) for board in cabinet.boards]:
            start = perf_counter_ns()
            answer = _ask(line, bus.STATES, ack, board)
            size = len(bus.Frame(board, 1, bus.STATES, ack).encode()) + len(answer.encode())
            times.append(_since(start) + size * 10 / bus.BAUD * 1000)
    finally:
        os.close(line)
    return times


def _ask(line: int, kind: int, body: bytes, board: int = 0) -> bus.Frame:
    os.write(line, bus.Frame(board, 1, kind, body).encode())
    decoder = bus.Decoder()
    while select.select([line], [], [], WITHIN_S)[0]:
        for frame in decoder.feed(os.read(line, 256)):
            if (frame.address, frame.kind) == (board, kind | bus.REPLY):
                return frame
    raise TimeoutError("the board does not answer")


def _since(start_ns: int) -> float:
    return (perf_counter_ns() - start_ns) / 1e6
