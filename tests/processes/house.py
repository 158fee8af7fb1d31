"""All real processes of one city with one machine, and what people do there."""

import re
from pathlib import Path

from tests.processes.broker import Broker
from tests.processes.cabinet import Cabinet
from tests.processes.centre import CentreProcess
from tests.processes.closing import Keep
from tests.processes.machine import Machine
from tests.processes.provider import Provider


class House:
    """Everything, started."""

    def __init__(self, folder: Path, broker: Broker, keep: Keep, version: int = 5, more: str = "") -> None:
        """`more` are further lines of the machine's site."""
        self.provider = keep(Provider())
        self.cabinet = keep(Cabinet(folder / "board"))
        self.centre = keep(CentreProcess(folder / "centre", broker.port, self.provider.url, version=version))
        self.machine = keep(Machine(folder / "machine", self.cabinet.port, broker.port, version=version, keys=self.centre.keys, more=more))
        self.centre.start()
        self.machine.start()

    def state(self, key: str) -> str:
        """What the centre says of a document."""
        return str(self.centre.ask(f"/deposits/{key}")["state"])

    def held(self, case: str = "26004711", phone: str = "601234123") -> str:
        """A registered document whose PIN the machine holds; its key."""
        key = self.centre.register(case, phone)
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
