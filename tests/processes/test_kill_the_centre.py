"""The centre is killed while it gives a message away, changes a PIN, extends for everybody and prints: all of it happens, and once."""

import re
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue

import httpx
import pytest

from tests.processes.broker import Broker
from tests.processes.child import WITHIN_S
from tests.processes.closing import Keep
from tests.processes.desk import SECRETS, Desk
from tests.processes.house import House
from tests.processes.machine import MACHINE

pytestmark = [pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython]

SIX = re.compile(r"\b(\d{6})\b")
GROUP = re.compile(r"/terms/agree/([0-9a-f]+)")


class Assassin:
    """Everything, and somebody who kills the centre; `killing` ends the key of the message at which they do."""

    def __init__(self, folder: Path, broker: Broker, keep: Keep) -> None:
        self.house = House(folder, broker, keep)
        self.desk = keep(Desk(self.house.centre.port))
        self.killing = ""
        self._died: Queue[str] = Queue()
        self._messages: list[dict[str, str]] = []
        self.house.provider.taken = self._taken
        self.house.settled()

    def _taken(self, message: dict[str, str]) -> None:
        if self.killing and message["idx"].endswith(self.killing):
            self.killing = ""
            self.house.centre.running.kill()
            self._died.put(message["idx"])

    def kill(self) -> None:
        """It dies and is started."""
        self.house.centre.running.kill()
        self._start()

    def killed_at_message(self) -> None:
        """It has died with a message in the provider's hands, and is started."""
        self._died.get(timeout=WITHIN_S)
        if not self.house.centre.running.running:
            self._start()

    def _start(self) -> None:
        try:
            self.house.centre.start()
        except (TimeoutError, httpx.TransportError):
            assert self.house.centre.running.ended() == -signal.SIGKILL  # what was owed went out before it was up, and was the message
            self.house.centre.start()

    def messages(self) -> dict[str, str]:
        """All texts so far by the end of their keys; none has come twice."""
        while not self.house.provider.silent:
            self._messages.append(self.house.provider.next())
        assert set(Counter(message["idx"] for message in self._messages).values()) == {1}
        return {message["idx"].partition("-")[2]: message["message"] for message in self._messages}

    def put_in(self, key: str) -> int:
        """The clerk's visit; the compartment."""
        with self.house.machine.page() as page:
            page.until("l.attract")
            self.house.centre.load(key)
            page.until("k.load")
            place = int(page.message["data"]["compartment"])
            self.house.cabinet.shut(place)
            page.until("k.check")
            page.press("1")
            page.until("k.loaded")
            page.press("ok")
        return place

    def told(self, key: str) -> None:
        """Wait until the provider has accepted the message with the PIN."""
        self.house.centre.until(lambda: self.house.centre.ask(f"/deposits/{key}")["sms"] == "accepted")


def test_messages_extensions_and_another_pin_happen_once(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    town = Assassin(tmp_path, broker, keep)
    house, desk = town.house, town.desk
    key = house.held()
    town.killing = "-ready"
    place = town.put_in(key)
    town.killed_at_message()
    town.told(key)

    town.killing = "-pin_reissued"
    assert desk.about(key, "reissue").is_success
    town.kill()
    town.killed_at_message()
    town.told(key)

    later = datetime.now(UTC) + timedelta(days=9)
    assert desk.fill("/terms", "/terms", machine=MACHINE, until=f"{later:%Y-%m-%dT%H:%M}", name="A. Nowak").is_success
    town.kill()
    group = GROUP.search(desk.see("/terms"))
    assert group is not None
    town.killing = "-extended"
    assert desk.fill("/terms", f"/terms/agree/{group[1]}", name="B. Wilk").is_success
    town.kill()
    town.killed_at_message()
    house.settled()
    assert house.centre.kinds().count("terms.extended") == 1

    texts = town.messages()
    assert set(texts) == {"ready", "pin_reissued", "extended"}
    pins = [found[1] for text in (texts["ready"], texts["pin_reissued"]) if (found := SIX.search(text))]
    with house.machine.page() as page:
        page.until("l.attract")
        page.press("ok", *pins[0], "ok")
        page.until("l.wrong")
        page.press("cancel")
        page.until("l.attract")
    house.collect(pins[1], place)
    house.centre.until(lambda: house.state(key) == "collected")
    assert house.centre.kinds().count("document.handed_over") == 1


def test_a_slip_that_died_with_the_centre_is_replaced(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    town = Assassin(tmp_path, broker, keep)
    house, desk = town.house, town.desk
    key = desk.register("26004799")
    house.centre.until(lambda: house.state(key) == "held")
    place = town.put_in(key)
    house.centre.until(lambda: house.state(key) == "stored")
    house.settled()
    lost, _ = desk.slip(key)
    town.kill()
    page, action = f"/clerk/document?key={key}", f"/clerk/slip/{key}"
    assert desk.fill(page, action).status_code == 409
    other = keep(Desk(house.centre.port))

    def reissued(browser: Desk) -> bool:
        return browser.about(key, "reissue").is_success

    def asked(browser: Desk) -> httpx.Response:
        return browser.fill(page, action)

    with ThreadPoolExecutor(2) as together:
        assert all(together.map(reissued, (desk, other)))
        town.kill()
        house.centre.until(lambda: {order["state"] for order in house.centre.ask("/orders")} == {"done"})
        house.settled()
        answers = list(together.map(asked, (desk, other)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    printed = next(digits for answer in answers if answer.is_success for digits in SECRETS.findall(answer.text)).replace(" ", "")
    assert printed != lost
    house.collect(printed, place)
    house.centre.until(lambda: house.state(key) == "collected")
    assert house.provider.silent
