"""The town of real processes: controller, centre, Mosquitto, MicroPython and a provider of text messages."""

import re
from itertools import count
from pathlib import Path
from typing import Any

from httpx import HTTPStatusError

from tests.processes.broker import Broker
from tests.processes.closing import Keep
from tests.processes.house import House
from tests.processes.machine import MACHINE
from tests.processes.page import Page
from tests.scenarios.town import PHONE, DeskSaysNo

PIN_IN_TEXT = re.compile(r"PIN[^0-9]{1,20}(\d{6})")
PATIENCE_S = 40
MORE = "[locker]\ntries_max = 6\nclose_after_s = 3\ndoor_alarm_s = 8\n"
ENDS = ("done", "refused", "failed", "expired")


class StreetTown:
    """One house; the door times of its site are short, so that a scenario need not take minutes."""

    def __init__(self, folder: Path, broker: Broker, keep: Keep) -> None:
        self._house = House(folder, broker, keep, more=MORE)
        self._keep = keep
        self._cases = count(26004711)
        self._keys: dict[str, str] = {}
        self._messages: list[dict[str, str]] = []
        self._house.cabinet.without_brake()
        self._page: Page = keep(self._house.machine.page())
        self._house.centre.until(self._knows_its_doors)

    def _knows_its_doors(self) -> bool:
        (view,) = self._house.centre.ask("/machines")
        return bool(view["report"]) and all(place["door"] != "unknown" for place in view["report"]["compartments"])

    # --- the desk ------------------------------------------------------------------------------------------------------------------------

    def register(self, owner: str, phone: str = PHONE) -> None:
        self._keys[owner] = self._house.held(str(next(self._cases)), phone)

    def send_to_machine(self, owner: str) -> None:
        try:
            self._house.centre.load(self._keys[owner])
        except HTTPStatusError as error:
            raise DeskSaysNo(error.response.json()["error"]) from None

    def release(self, number: int) -> None:
        seen = self._house.centre.ask("/machines")[0]["upto"]
        self._house.centre.fill_in(f"/tasks/release/{MACHINE}/{number}", name="A. Nowak", reason="looked", seen=str(seen))

    def ended(self, verb: str) -> str:
        self._house.centre.until(lambda: self._end(verb) != "")
        return self._end(verb)

    def _end(self, verb: str) -> str:
        view = next(one for one in self._house.centre.ask("/orders") if one["verb"] == verb)
        return f"{view['state']} {view['code']}" if view["state"] in ENDS else ""

    def open_for_loading(self, owner: str) -> None:
        self._house.centre.load(self._keys[owner])
        self.until("k.load")

    def reissue(self, owner: str) -> None:
        self._house.centre.do(f"/deposits/{self._keys[owner]}/reissue")

    def until_new_pin(self, owner: str, old: str) -> None:
        while self._mine(owner)[-1] == old:
            self._messages.append(self._house.provider.next())

    def pin(self, owner: str) -> str:
        while not self._mine(owner):
            self._messages.append(self._house.provider.next())
        return self._mine(owner)[-1]

    def _mine(self, owner: str) -> list[str]:
        mine = [message["message"] for message in self._messages if message["idx"].startswith(self._keys[owner])]
        return [found[1] for text in mine if (found := PIN_IN_TEXT.search(text))]

    def texts(self, phone: str) -> list[str]:
        while not self._house.provider.silent:
            self._messages.append(self._house.provider.next())
        return [message["message"] for message in self._messages if message["to"].endswith(phone)]

    def compartment(self, owner: str) -> int:
        return int(self._house.centre.ask(f"/deposits/{self._keys[owner]}")["compartment"])

    # --- the machine ---------------------------------------------------------------------------------------------------------------------

    def until(self, *screens: str) -> str:
        return self._page.until(*screens, within_s=PATIENCE_S)

    def until_key(self, *keys: str) -> None:
        while set(keys).isdisjoint(self.shown()["keys"]):
            self._page.next()

    def until_other(self, number: int) -> None:
        while not (self._page.until("k.load") and int(self._page.message["data"]["compartment"]) != number):
            self._page.next()

    def shown(self) -> dict[str, Any]:
        self._page.catch_up()
        return self._page.message

    def press(self, *keys: str) -> None:
        self._page.catch_up()
        self._page.press(*keys)

    # --- hands ---------------------------------------------------------------------------------------------------------------------------

    def put_in(self, owner: str, number: int) -> None:
        self._house.cabinet.until_opened(number)

    def take(self, owner: str, number: int) -> None:
        self._house.cabinet.until_opened(number)

    def push(self, number: int) -> None:
        self._house.cabinet.shut(number)

    def force(self, number: int) -> None:
        self._house.cabinet.open(number)

    def jam(self, number: int, jammed: bool = True) -> None:
        self._house.cabinet.jam(number, jammed)

    def switch_says_open(self, number: int) -> None:
        self._house.cabinet.switch_says_open(number)

    def is_open(self, number: int) -> bool:
        self._house.cabinet.look()
        return not self._house.cabinet.closed[number]

    def pulses(self) -> int:
        return len(self._house.cabinet.look())

    # --- power ---------------------------------------------------------------------------------------------------------------------------

    def cut_power(self) -> None:
        self._house.machine.running.kill()
        self._page.close()

    def restore_power(self) -> None:
        self._house.machine.start()
        self._page = self._keep(self._house.machine.page())
        self._page.until(*SETTLED)

    # --- what the centre knows -----------------------------------------------------------------------------------------------------------

    def kinds(self) -> list[str]:
        self._house.settled()
        return self._house.centre.kinds()

    def facts(self, kind: str) -> list[dict[str, Any]]:
        self._house.settled()
        return [fact["entry"]["fact"] for fact in self._house.centre.facts() if fact["kind"] == kind]

    def until_fact(self, kind: str) -> None:
        self._house.centre.until(lambda: kind in self._house.centre.kinds())

    def until_fault(self, fault: str, door: int) -> None:
        self._house.centre.until(lambda: (fault, f"door {door}") in self._faults())

    def _faults(self) -> list[tuple[str, str]]:
        (view,) = self._house.centre.ask("/machines")
        return [(each["fault"], each["where"]) for each in view["faults"]]

    def close(self) -> None:
        said = [*self._house.machine.running.lines, *self._house.centre.running.lines]
        assert [line for line in said if "Traceback" in line] == []


SETTLED = ("l.attract", "l.open", "l.close", "l.jam", "l.done", "l.done.late", "l.noclose", "k.load", "k.check")
"""What a machine that came back may show once it has looked at its doors."""
