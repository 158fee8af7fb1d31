"""No room for the journal: the process ends with a named error, starts again when there is room, and nothing is lost or said twice."""

import resource
import signal
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from contracts.facts import PinSet
from tests.processes.broker import Broker
from tests.processes.centre import CentreProcess
from tests.processes.closing import Keep
from tests.processes.machine import MACHINE, Machine
from tests.processes.provider import Provider
from tests.processes.wire import PaperCentre

pytestmark = [pytest.mark.process, pytest.mark.mosquitto]

NOWHERE = "socket://127.0.0.1:9"
ROOM_BYTES = 200_000
ORDERS_MAX = 200
CENTRE_ROOM_BYTES = 500_000
LISTED = 100
REPORTED_S = 75.0
"""A machine with nothing new reports twice a minute; a broker link that broke may rest for one."""


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


def test_a_full_disk_of_the_centre_loses_nothing_that_it_has_confirmed(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    centre = keep(CentreProcess(tmp_path / "centre", broker.port, keep(Provider()).url))
    machine = keep(Machine(tmp_path / "machine", NOWHERE, broker.port, keys=centre.keys))
    machine.start()
    centre.start(before=lambda: no_file_longer_than(CENTRE_ROOM_BYTES))
    confirmed = set[str]()
    with suppress(httpx.HTTPStatusError, httpx.TransportError):
        for number in range(ORDERS_MAX):
            confirmed.add(centre.register(f"2700{number:04}", f"6045{number:05}"))
    assert 0 < len(confirmed) < LISTED
    assert centre.running.ended(REPORTED_S) == 1
    said = centre.running.lines
    assert said[-1] == "kiosk-central: database: OperationalError"
    assert [line for line in said if "2700" in line or "6045" in line or "SQL" in line.replace("SQLAlchemy", "")] == []

    centre.start()
    known = {deposit["key"] for deposit in centre.ask("/deposits")}
    assert confirmed <= known
    centre.until(lambda: {deposit["state"] for deposit in centre.ask("/deposits")} == {"held"}, REPORTED_S)
    held = [fact["entry"]["fact"]["deposit"] for fact in centre.facts() if fact["kind"] == "pin.set"]
    assert sorted(held) == sorted(known)
