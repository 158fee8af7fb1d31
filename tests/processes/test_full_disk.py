"""No room for the journal: the process ends with a named error, starts again when there is room, and nothing is lost or said twice."""

import resource
import signal
from pathlib import Path

import pytest

from contracts.facts import PinSet
from tests.processes.broker import Broker
from tests.processes.closing import Keep
from tests.processes.machine import MACHINE, Machine
from tests.processes.wire import PaperCentre

pytestmark = [pytest.mark.process, pytest.mark.mosquitto]

NOWHERE = "socket://127.0.0.1:9"
ROOM_BYTES = 200_000
ORDERS_MAX = 200


def no_file_longer_than(size: int) -> None:
    """In the child: a longer file fails to grow, as on a full disk; without the signal that would end the process."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_full_disk_ends_the_process_by_name_and_loses_nothing(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    machine = keep(Machine(tmp_path / "machine", NOWHERE, broker.port))
    centre = keep(PaperCentre(broker.port, MACHINE, machine.keys))
    child = machine.start(before=lambda: no_file_longer_than(ROOM_BYTES))
    centre.until(lambda: centre.presence is not None and centre.presence.online)
    pins = dict[str, str]()  # order → deposit
    while not centre.offline:
        assert len(pins) < ORDERS_MAX, "the disk never became full"
        deposit = f"dep-{len(pins) + 1}"
        order = centre.pin(deposit, f"{100_000 + len(pins)}")
        pins[order] = deposit
        centre.until(lambda: bool(centre.ends_of(order)) or centre.offline)  # noqa: B023 - called at once
    assert child.ended() == 1
    said = [line for line in child.lines if not line.startswith(("INFO ", "WARNING "))]
    assert len(said) == 1, child.lines
    assert said[0].startswith("kiosk-controller: JournalFailed: journal: OperationalError SQLITE_")
    full = machine.spawn(before=lambda: no_file_longer_than(8_192))
    assert full.ended() == 1
    assert full.lines[-1].startswith("kiosk-controller: JournalFailed: journal: OperationalError SQLITE_")

    lost = [order for order in pins if not centre.ends_of(order)]
    assert len(lost) == 1
    machine.start()
    centre.until(lambda: not centre.offline)
    assert centre.presence is not None
    again = centre.pin(pins[lost[0]], f"{100_000 + len(pins) - 1}")
    centre.until(lambda: bool(centre.ends_of(again)))
    assert centre.ends_of(again) == {("done", "ok")}
    centre.until(lambda: centre.kinds().count("pin.set") == len(pins))
    held = [entry.fact.deposit for entry in centre.facts.values() if isinstance(entry.fact, PinSet)]
    assert held == list(pins.values())
    assert {end for order in pins for end in centre.ends_of(order)} == {("done", "ok")}
