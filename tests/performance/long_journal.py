"""Writes a journal of a long life quickly: the machine's own facts, chain, fold and snapshots, without a disk's fsync for each."""

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path

import msgspec

from contracts import facts as f
from contracts.facts import Entry
from controller.journal import FIRST_HEAD, SCHEMA, SHAPE, SNAPSHOT_EVERY, Snapshot, with_digest
from controller.state import State, fold

START = datetime(2026, 1, 2, tzinfo=UTC)
BATCH = 10_000


def story() -> Iterator[f.AnyFact]:
    """One document after another, each loaded, collected and in the end forgotten."""
    yield f.BootStarted(software="0.1.0", description="0" * 16)
    for number in count(1):
        yield from _one(f"dep-{number:012}", number, number % 24 + 1)


def _one(deposit: str, number: int, place: int) -> Iterator[f.AnyFact]:
    until = START + timedelta(days=400)
    yield f.OrderTaken(f"order-{2 * number}", "set_pin", "clerk-1", 2 * number, deposit=deposit, until=until)
    yield f.PinSet(deposit=deposit, until=until)
    yield f.OrderEnded(f"order-{2 * number}", "done", "ok")
    yield f.OrderTaken(f"order-{2 * number + 1}", "load", "clerk-1", 2 * number + 1, deposit=deposit)
    yield f.DepositLoading(deposit, place, f"order-{2 * number + 1}")
    yield f.DoorUnlockDue(place, "deposit", 500, 1)
    yield f.DoorPulsed(place, -1)
    yield f.DoorOpened(place, "deposit", number % 250, 1)
    yield f.DoorClosed(place, number % 250, 1)
    yield f.DepositStored(deposit, place)
    yield f.DoorGivenUp(place)
    yield f.OrderEnded(f"order-{2 * number + 1}", "done", "ok")
    yield f.PinTrySpent()
    yield f.PinAccepted(-1, deposit)
    yield f.CollectionBegun(deposit, place)
    yield f.DoorUnlockDue(place, "collection", 500, 1)
    yield f.DoorPulsed(place, -1)
    yield f.DoorOpened(place, "collection", (number + 1) % 250, 1)
    yield f.DocumentHandedOver(deposit, place)
    yield f.DoorClosed(place, (number + 1) % 250, 1)
    yield f.CollectionEnded(deposit, place, True)
    yield f.DoorGivenUp(place)
    yield f.DepositForgotten(deposit)


def write_journal(path: Path, facts: int) -> int:
    """A database of so many facts, with the last two snapshots a machine would have; its size in bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(SCHEMA)
    connection.execute("INSERT INTO meta VALUES ('epoch', ?)", (b"0123456789abcdef" * 2,))
    state, head = State(), FIRST_HEAD
    told = islice(story(), facts)
    while batch := list(islice(told, BATCH)):
        rows: list[tuple[int, int, bytes, bytes]] = []
        for fact in batch:
            entry = _entry(state, fact)
            state = fold(state, entry)
            body = msgspec.json.encode(entry)
            head = hashlib.sha256(head + body).digest()
            rows.append((entry.seq, int(entry.wall.timestamp()) // 86_400, body, head))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", rows)
        if state.seq % SNAPSHOT_EVERY == 0:
            connection.execute(
                "INSERT INTO snapshots VALUES (?, ?, ?)", (state.seq, head, with_digest(msgspec.json.encode(Snapshot(SHAPE, state))))
            )
        connection.execute("COMMIT")
    connection.close()
    return path.stat().st_size


def _entry(state: State, fact: f.AnyFact) -> Entry:
    seq = state.seq + 1
    match fact:
        case f.DoorPulsed():
            fact = msgspec.structs.replace(fact, wish=seq - 1)
        case f.PinAccepted():
            fact = msgspec.structs.replace(fact, match=seq - 1)
        case _:
            pass
    return Entry(seq, START + timedelta(seconds=20 * seq), 20_000 * seq, "00" * 8, True, fact)
