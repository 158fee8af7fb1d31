"""The centre dies between its commit and its acknowledgement, the broker dies with all it held: every fact arrives, once."""

import os
import signal
from pathlib import Path

import pytest

from tests.processes.broker import Broker
from tests.processes.centre import CentreProcess
from tests.processes.child import free_port
from tests.processes.closing import Keep
from tests.processes.house import House
from tests.processes.machine import Machine
from tests.processes.provider import Provider
from tests.processes.tcp_relay import TcpRelay

pytestmark = [pytest.mark.process, pytest.mark.mosquitto]

DEATHS = 5
PAUSE_S = 75.0
"""After an outage of seconds both ends may pause for up to a minute, so that a city does not come back in one second."""
NOWHERE = "socket://127.0.0.1:9"


def settled(centre: CentreProcess) -> bool:
    """Whether the centre has every fact, and the machine knows."""
    (view,) = centre.ask("/machines")
    report = view["report"]
    return bool(report) and view["online"] and view["upto"] == view["seen"] == report["seq"] and report["unacknowledged"] == 0


def each_once(centre: CentreProcess) -> list[str]:
    """The kinds of all facts, after checking that none is missing and none is there twice."""
    facts = sorted(centre.facts(), key=lambda fact: fact["seq"])
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
    assert len({fact["epoch"] for fact in facts}) == 1
    return [fact["kind"] for fact in facts]


class DiesBeforeAck:
    """A centre that is killed when the acknowledgement of facts which it has just committed is on its way to the broker."""

    def __init__(self, folder: Path, broker: Broker, keep: Keep) -> None:
        self.armed = False
        self.relay = keep(TcpRelay(broker.port, self._lets_pass))
        self.centre = keep(CentreProcess(folder, self.relay.port, keep(Provider()).url))

    def _lets_pass(self, piece: bytes) -> bool:
        if not self.armed or b"/down/ack" not in piece:
            return True
        self.armed = False
        os.kill(self.centre.running.process.pid, signal.SIGKILL)
        return False


def test_a_centre_that_dies_between_commit_and_acknowledgement(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    dies = DiesBeforeAck(tmp_path / "centre", broker, keep)
    centre = dies.centre
    machine = keep(Machine(tmp_path / "machine", NOWHERE, broker.port, keys=centre.keys))
    centre.start()
    machine.start()
    for death in range(DEATHS):
        centre.until(lambda: settled(centre))
        dies.armed = True
        centre.register(f"2600{death}", f"60123412{death}")
        assert centre.running.ended() == -signal.SIGKILL
        centre.start()
    centre.until(lambda: settled(centre))
    assert each_once(centre).count("pin.set") == DEATHS
    assert [order["state"] for order in centre.ask("/orders")] == ["done"] * DEATHS


@pytest.mark.micropython
def test_while_the_broker_is_dead_doors_open_by_pin_and_the_facts_arrive_later(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    house = House(tmp_path, broker, keep)
    key, pin, place = house.stored()
    house.centre.until(lambda: house.state(key) == "told")
    broker.kill()
    with house.machine.page() as page:
        while page.message["banner"] != "l.offline":
            page.next()
    house.collect(pin, place)
    assert house.state(key) == "told"
    broker.start()
    house.centre.until(lambda: house.state(key) == "collected", PAUSE_S)
    house.centre.until(lambda: settled(house.centre))
    kinds = each_once(house.centre)
    assert [kinds.count(kind) for kind in ("deposit.stored", "document.handed_over", "collection.ended")] == [1, 1, 1]
    assert len(house.cabinet.look()) == 2
    assert house.provider.next()["idx"] == f"{key}-collected"
    assert house.provider.silent


def test_a_broker_that_dies_with_messages_on_the_way(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    centre = keep(CentreProcess(tmp_path / "centre", broker.port, keep(Provider()).url))
    machine = keep(Machine(tmp_path / "machine", NOWHERE, broker.port, keys=centre.keys))
    centre.start()
    machine.start()
    centre.until(lambda: settled(centre))
    for number in range(3):
        for part in range(4):
            centre.register(f"26{number}{part}", f"60123{number}12{part}")
        broker.kill()  # orders, facts and answers are somewhere on their way
        broker.start()
        centre.until(lambda: settled(centre), PAUSE_S)
    centre.until(lambda: {order["state"] for order in centre.ask("/orders")} == {"done"})
    centre.until(lambda: settled(centre))
    assert each_once(centre).count("pin.set") == 12


def test_a_machine_without_any_broker_serves(tmp_path: Path, keep: Keep) -> None:
    machine = keep(Machine(tmp_path / "machine", NOWHERE, free_port()))
    machine.start()
    with machine.page() as page:
        assert page.until("l.oos") == "l.oos"
        page.press("lang")
        assert page.screen == "lang"
    assert machine.running.stop() == 0
