"""The service manager hears that the machine serves and that turns are completed, and ends it cleanly."""

import signal
from pathlib import Path

import pytest

from tests.processes.broker import Broker
from tests.processes.child import free_port
from tests.processes.closing import Keep
from tests.processes.machine import MACHINE, Machine
from tests.processes.wire import PaperCentre

pytestmark = [pytest.mark.process]

NOWHERE = "socket://127.0.0.1:9"


def test_completed_turns_feed_the_watchdog(tmp_path: Path, keep: Keep) -> None:
    machine = keep(Machine(tmp_path, NOWHERE, free_port()))
    machine.start(watchdog_us=400_000)
    for _ in range(5):
        machine.notified.until("WATCHDOG=1")
    machine.running.process.send_signal(signal.SIGSTOP)
    try:
        machine.notified.empty()
        with pytest.raises(TimeoutError):
            machine.notified.until("WATCHDOG=1", within_s=0.6)
    finally:
        machine.running.process.send_signal(signal.SIGCONT)
    machine.notified.until("WATCHDOG=1")


def test_nobody_is_told_who_did_not_ask(tmp_path: Path, keep: Keep) -> None:
    machine = keep(Machine(tmp_path, NOWHERE, free_port()))
    machine.start()
    with pytest.raises(TimeoutError):
        machine.notified.until("WATCHDOG=1", within_s=0.5)


@pytest.mark.mosquitto
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_clean_end(tmp_path: Path, broker: Broker, keep: Keep, number: signal.Signals) -> None:
    machine = keep(Machine(tmp_path / "machine", NOWHERE, broker.port))
    centre = keep(PaperCentre(broker.port, MACHINE, machine.keys))
    machine.start()
    centre.until(lambda: centre.presence is not None and centre.presence.online)
    with machine.page() as page:
        page.until("l.oos")
        machine.running.process.send_signal(number)
        assert machine.running.ended() == 0
    centre.until(lambda: centre.presence is not None and not centre.presence.online)
    assert "Traceback" not in "\n".join(machine.running.lines)
