"""The journals of every release, read by this one: nothing that a machine wrote is ever unreadable."""

import sqlite3
from pathlib import Path

import pytest

from contracts.older_facts import read_entry
from controller.journal import Journal
from controller.state import State, fold
from controller.vault import Vault, VaultKeys
from tests.controller.bench_machine import BenchMachine, SeededRandomness

STORED = sorted(Path(__file__).parent.glob("journal-*.db"))


def copied(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    source = sqlite3.connect(path)
    source.backup(connection)
    source.close()
    return connection


def test_this_release_has_its_stored_journal() -> None:
    assert [path.name for path in STORED if path.stat().st_size < 100_000] == ["journal-0.1.0.db"]


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.name)
def test_it_tells_the_same_story(path: Path) -> None:
    connection = copied(path)
    journal = Journal(connection, SeededRandomness(1))
    state = journal.restore("next")
    whole = State()
    for row in journal.read(0, 100_000)[1]:
        whole = fold(whole, read_entry(row.body))
    assert state == whole
    assert {key: one.phase for key, one in state.locker.deposits.items()} == {
        "dep-1": "collected", "dep-2": "withdrawn", "dep-3": "waiting", "dep-4": "stored",
    }  # fmt: skip
    assert {fault.fault for fault in state.faults.active} == {"door_forced"}
    assert sorted(number for number, door in state.doors.doors.items() if door.quarantine) == [2, 3]
    assert (state.locker.pins.step_up, state.boot.count) == (None, 2)
    assert state.locker.collection is not None
    assert len(Vault(connection, VaultKeys(bytes(32), bytes(32)), SeededRandomness(1)).cases()) == 1


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.name)
def test_a_machine_goes_on_with_it(path: Path) -> None:
    machine = BenchMachine(database=copied(path), board_starts=2)
    machine.run(12_000)
    assert machine.screen.screen == "l.jam"  # nobody knows what became of the lock
    machine.press("1")
    machine.run(1_000)
    assert machine.screen.screen == "l.open"
    assert machine.kinds()[-2:] == ["door.opened", "document.handed_over"]
