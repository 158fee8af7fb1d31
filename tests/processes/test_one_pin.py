"""One PIN, end to end, through real processes: controller, centre, Mosquitto, MicroPython, a provider of text messages; no browser."""

from pathlib import Path

import pytest

from tests.processes.broker import Broker
from tests.processes.closing import Keep
from tests.processes.house import House
from tests.processes.machine import MACHINE

pytestmark = [pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython]


@pytest.mark.parametrize("version", [5, 3])
def test_one_pin_end_to_end(tmp_path: Path, broker: Broker, keep: Keep, version: int) -> None:
    house = House(tmp_path, broker, keep, version)
    key, pin, place = house.stored()
    house.collect(pin, place)
    house.centre.until(lambda: house.state(key) == "collected")
    house.settled()
    kinds = house.centre.kinds()
    for kind in ("deposit.stored", "document.handed_over", "collection.ended"):
        assert kinds.count(kind) == 1, kind
    # The coil may still have been cooling when the resident came: then the same door was asked for twice and driven once.
    assert kinds.count("door.unlock_due") - kinds.count("door.refused") == kinds.count("door.opened") == 2
    assert len(house.cabinet.look()) == 2
    assert house.provider.next()["idx"] == f"{key}-collected"
    assert house.provider.silent
    assert [fact["seq"] for fact in house.centre.facts()] == list(range(1, len(kinds) + 1))
    (view,) = house.centre.ask("/machines")
    assert (view["machine"], view["online"]) == (MACHINE, True)
    assert {order["state"] for order in house.centre.ask("/orders")} == {"done"}
    assert not pin_or_phone(house, pin)
    assert house.machine.running.stop() == 0
    assert house.centre.running.stop() == 0


def pin_or_phone(house: House, pin: str) -> list[str]:
    """Lines of any log that hold what no log may hold."""
    said = [*house.machine.running.lines, *house.centre.running.lines]
    return [line for line in said if pin in line or "601234123" in line or "26004711" in line or "Traceback" in line]
