"""The machine is killed at each step of a clerk's errands: it comes back to the same step and asks, and no code lets anybody in twice."""

from pathlib import Path

import pytest

from tests.processes.broker import Broker
from tests.processes.closing import Keep
from tests.processes.desk import Desk
from tests.processes.house import House
from tests.processes.page import Page

pytestmark = [pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython]

CASES = ("26004711", "26004712")


class Office:
    """A clerk with a browser at the desk and hands at a machine that dies."""

    def __init__(self, folder: Path, broker: Broker, keep: Keep) -> None:
        self.house = House(folder, broker, keep)
        self.house.cabinet.without_brake()
        self.desk = keep(Desk(self.house.centre.port))
        self.page: Page = self.house.machine.page()
        keep(self)

    def close(self) -> None:
        self.page.close()

    def killed(self) -> None:
        """SIGKILL, and started again."""
        self.house.machine.running.kill()
        self.page.close()
        self.house.machine.start()
        self.page = self.house.machine.page()

    def killed_at(self, screen: str) -> None:
        """It dies at this screen, and shows it again."""
        self.page.until(screen)
        self.killed()
        self.page.until(screen)

    def enters(self) -> None:
        """A clerk at the menu."""
        code = self.desk.code()
        self.page.until("l.attract")
        while "0" not in self.page.message["keys"]:
            self.page.next()
        self.page.press("0", *code, "ok")
        self.page.until("k.menu")

    def shut(self) -> int:
        """Push the door of the screen; its number."""
        place = int(self.page.message["data"]["compartment"])
        self.house.cabinet.shut(place)
        return place

    def until_open(self) -> None:
        """Wait until the audit's door is open."""
        while not self.page.message["data"].get("open"):
            self.page.next()

    def facts(self, kind: str) -> list[dict[str, object]]:
        """All facts of this kind, once the centre has everything."""
        self.house.settled()
        return [fact["entry"]["fact"] for fact in self.house.centre.facts() if fact["kind"] == kind]


def test_a_batch(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    office = Office(tmp_path, broker, keep)
    house = office.house
    keys = [office.desk.register(case, "601234123") for case in CASES]
    house.centre.until(lambda: {house.state(key) for key in keys} == {"held"})
    office.enters()
    office.killed()
    office.page.until("l.attract")
    assert "0" not in office.page.message["keys"]  # the code has let somebody in

    office.enters()
    office.page.press("1", *CASES[0], "ok")
    office.killed_at("k.load")
    office.shut()
    office.killed_at("k.check")
    office.page.press("1")
    office.page.until("k.loaded")
    office.killed()
    house.centre.until(lambda: house.state(keys[0]) == "told")

    office.enters()
    office.page.press("1", *CASES[1], "ok")
    house.cabinet.until_pulse(after=1)
    office.killed()
    office.page.until("k.load")
    quarantined = office.shut()
    office.page.until("k.check")
    office.page.press("2")
    office.page.until("k.failed")
    assert office.facts("compartment.quarantined") == [
        {"kind": "compartment.quarantined", "compartment": quarantined, "reason": "unconfirmed"}
    ]
    assert house.state(keys[1]) == "held"
    assert [fact["deposit"] for fact in office.facts("deposit.stored")] == [keys[0]]
    assert len(house.cabinet.look()) == len(office.facts("door.unlock_due")) == 2
    assert house.provider.next()["idx"] == f"{keys[0]}-ready"
    assert house.provider.silent


def test_an_audit_and_what_is_taken_back(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    office = Office(tmp_path, broker, keep)
    house = office.house
    key, _, place = house.stored()
    house.centre.until(lambda: house.state(key) == "told")
    office.enters()
    office.page.press("3")
    office.page.until("k.audit")
    office.until_open()
    looked = int(office.page.message["data"]["compartment"])
    office.killed()
    office.page.until("l.attract")
    house.cabinet.shut(looked)
    assert [fact["compartment"] for fact in office.facts("compartment.quarantined")] == [looked]
    assert len(office.facts("audit.ended")) == 1

    assert office.desk.about(key, "withdraw").is_success
    office.facts("deposit.withdrawn")
    office.enters()
    office.page.press("2")
    office.page.until("k.expired")
    office.page.press("ok")
    office.killed_at("k.take")
    assert office.shut() == place
    office.killed_at("k.taken")
    office.page.press("1")
    house.centre.until(lambda: house.state(key) == "taken_back")
    assert len(office.facts("deposit.taken_back")) == 1
    assert len(office.facts("clerk.entered")) == 2
    while house.provider.next()["idx"] != f"{key}-at_office":
        pass
    assert house.provider.silent
