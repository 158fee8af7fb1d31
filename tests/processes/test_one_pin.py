"""One PIN, end to end, through real processes: controller, centre, Mosquitto, MicroPython, a provider of text messages; no browser."""

import re
from pathlib import Path

import pytest

from tests.processes.broker import Broker
from tests.processes.cabinet import Cabinet
from tests.processes.centre import CentreProcess
from tests.processes.closing import Keep
from tests.processes.machine import MACHINE, Machine
from tests.processes.provider import Provider

pytestmark = [pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython]


class House:
    """Everything, started."""

    def __init__(self, folder: Path, broker: Broker, keep: Keep, version: int = 5) -> None:
        self.provider = keep(Provider())
        self.cabinet = keep(Cabinet(folder / "board"))
        self.centre = keep(CentreProcess(folder / "centre", broker.port, self.provider.url, version=version))
        self.machine = keep(Machine(folder / "machine", self.cabinet.port, broker.port, version=version, keys=self.centre.keys))
        self.centre.start()
        self.machine.start()

    def state(self, key: str) -> str:
        """What the centre says of a document."""
        return str(self.centre.ask(f"/deposits/{key}")["state"])

    def held(self, case: str = "26004711") -> str:
        """A registered document whose PIN the machine holds; its key."""
        key = self.centre.register(case)
        self.centre.until(lambda: "pin.set" in [fact["kind"] for fact in self.centre.facts() if key in str(fact)])
        return key

    def stored(self) -> tuple[str, str, int]:
        """A loaded document: its key, the PIN of its text message, its compartment."""
        key = self.held()
        with self.machine.page() as page:
            page.until("l.attract")
            self.centre.load(key)
            page.until("k.load")
            place = int(page.message["data"]["compartment"])
            assert page.message["data"]["case"] == "26004711"
            self.cabinet.shut(place)
            page.until("k.check")
            page.press("1")
            page.until("k.loaded")
            page.press("ok")
        message = self.provider.next()
        assert message["to"] == "48601234123"
        pin = re.search(r"PIN: (\d{6})", message["message"])
        assert pin is not None
        return key, pin[1], place

    def collect(self, pin: str, place: int) -> None:
        """The resident's visit."""
        with self.machine.page() as page:
            page.until("l.attract")
            page.press("ok", *pin, "ok")
            page.until("l.found")
            page.press("ok")
            page.until("l.open")
            assert page.message["data"]["compartment"] == place
            self.cabinet.shut(place)
            page.until("l.done")

    def settled(self) -> None:
        """Wait until the centre has every fact of the machine."""
        self.centre.until(lambda: self._settled())

    def _settled(self) -> bool:
        (view,) = self.centre.ask("/machines")
        report = view["report"]
        return bool(report) and view["upto"] == view["seen"] == report["seq"] and report["unacknowledged"] == 0


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
