"""Makes the stored journal of the present release: `python -m tests.upgrades.make` from the root of the repository.

Run it once a release, and commit what it writes; the files of earlier releases are never made again. What it tells is made up.
"""

import sqlite3
import sys
from pathlib import Path

from controller.inputs import KeyPressed
from controller.site import SOFTWARE
from tests.controller.bench_machine import BenchMachine

FOLDER = Path(__file__).parent


def lived() -> BenchMachine:
    """A machine with a document that was collected, one withdrawn, one stored, one not, a pause, and a cut while a lock was due."""
    machine = BenchMachine(seed=7)
    first = machine.stored("000001", "dep-1")
    machine.run(10_000)
    machine.enter("000001")
    machine.press("ok")
    machine.run(1_000)
    machine.push(first)
    machine.press("ok")
    machine.run(10_000)
    machine.stored("000002", "dep-2")
    machine.run(10_000)
    machine.enter("000002")
    machine.press("1", "ok")
    machine.loop.turns.journal.snapshot(machine.state)
    machine.run(10_000)
    machine.loading("dep-3", "000003")
    machine.press("1")
    machine.push(int(machine.screen.data["compartment"]))
    machine.run(1_000)
    machine.push(int(machine.screen.data["compartment"]))
    machine.press("3", "ok")
    machine.stored("000004", "dep-4")
    machine.cabinet.force(20, machine.ms)
    machine.run(10_000)
    machine.press("ok")
    for _ in range(5):
        machine.press(*"999999", "ok")
    machine.press("cancel")
    machine.start()
    machine.run(62_000)
    machine.enter("000004")
    machine.loop.take(KeyPressed(key="ok", rev=machine.screen.rev))  # and here the power fails
    return machine


def main() -> None:
    path = FOLDER / f"journal-{SOFTWARE}.db"
    if path.exists():
        sys.exit(f"{path}: is there already; a stored journal is never made again")
    machine = lived()
    machine.database.execute("UPDATE vault SET hmac = zeroblob(30) || substr(hmac, 1, 2)")  # no PIN can be found from it
    stored = sqlite3.connect(path)
    machine.database.backup(stored)
    stored.execute("VACUUM")
    stored.close()


if __name__ == "__main__":
    main()
