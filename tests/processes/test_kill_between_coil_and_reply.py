"""200 times: the coil frame has reached the board, and the controller is killed before the reply. Never a second pulse, one answer."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contracts import lock_bus as bus
from contracts.facts import DoorOpened, DoorPulsed, DoorUnlockDue, OrderEnded
from tests.processes.broker import Broker
from tests.processes.cabinet import LOCKER, Cabinet
from tests.processes.child import WITHIN_S
from tests.processes.closing import Keep
from tests.processes.machine import Machine
from tests.processes.page import Page
from tests.processes.relay import Relay
from tests.processes.wire import PaperCentre

pytestmark = [pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython, pytest.mark.timeout(300)]

KILLS = 200
MACHINES = 4
JAMS_MAX = 5
"""A board process that gets no processor answers nobody, and is lost: that ends as a jam."""
AT_ONCE = 13
"""Documents in the locker: a coil has rested its five seconds before its door is asked for again."""


class Assassin:
    """One machine that dies each time a coil frame has reached its board."""

    def __init__(self, folder: Path, broker: Broker, name: str, keep: Keep) -> None:
        self.cabinet = keep(Cabinet(folder / "board"))
        self.cabinet.without_brake()
        self.relay = keep(Relay(self.cabinet.port, self._heard))
        self.machine = keep(Machine(folder, self.relay.url, broker.port, machine=name))
        self.centre = keep(PaperCentre(broker.port, name, self.machine.keys))
        self.wishes: dict[bytes, set[int]] = {}
        self.kills = 0
        self.jams = 0
        self.visits = 0
        self.boot = ""
        self._died = threading.Event()
        self._loads: dict[str, bytes] = {}

    def _heard(self, frame: bus.Frame) -> None:
        if frame.kind == bus.UNLOCK:
            process = self.machine.running.process.pid
            os.kill(process, signal.SIGKILL)
            self.wishes.setdefault(bus.decode_unlock(frame.body).wish_id, set()).add(process)
            self._died.set()

    def run(self, documents: int) -> None:
        """Load and collect so many documents, with a kill at each of the two doors."""
        try:
            self._story(documents)
        except Exception as error:
            raise RuntimeError(f"after {self.kills} kills, {self._heard_so_far()}") from error

    def _story(self, documents: int) -> None:
        page = self._start()
        for first in range(0, documents, AT_ONCE):
            batch = range(first, min(first + AT_ONCE, documents))
            places = dict[int, int]()
            for number in batch:
                page, places[number] = self._load(page, number)
            for number in batch:
                page = self._collect(page, number, places[number]) if places[number] else page
        page.close()

    def _start(self) -> Page:
        self.machine.start()
        self.centre.until(
            lambda: self.centre.presence is not None and self.centre.presence.online and self.centre.presence.boot != self.boot
        )
        assert self.centre.presence is not None
        self.boot = self.centre.presence.boot
        return self.machine.page()

    def _killed(self, page: Page) -> Page:
        if not self._died.wait(WITHIN_S):
            raise TimeoutError(f"no coil frame after {self.kills} kills: the screen is {page.screen}")
        assert self.machine.running.ended() == -signal.SIGKILL
        self._died.clear()
        self.kills += 1
        page.close()
        page = self._start()
        assert len(self.cabinet.look()) == self.kills
        return page

    def _order(self, deposit: str) -> None:
        """Ask for a compartment until the machine, which may just have started, has seen its doors."""
        while not self._taken(deposit):
            before = self.centre.reports
            self.centre.until(lambda: self.centre.reports > before)  # noqa: B023 - called at once

    def _taken(self, deposit: str) -> bool:
        order, envelope = self.centre.load(deposit)
        self.centre.until(lambda: self._died.is_set() or bool(self.centre.ends_of(order)))
        if self._died.is_set():
            self._loads[order] = envelope
            return True
        assert self.centre.ends_of(order) == {("refused", "no_compartment")}
        return False

    def _heard_so_far(self) -> str:
        self.centre.take_all()
        pulses = self.cabinet.look()[-3:]
        opened = [number for number, closed in self.cabinet.closed.items() if not closed]
        said = f"controller {self.machine.running.lines[-9:]}, answers {self.centre.answers[-3:]}, facts {self.centre.kinds()[-9:]}"
        return f"open doors {opened}, last coils {pulses}, {said}"

    def _load(self, page: Page, number: int) -> tuple[Page, int]:
        page.until("l.attract")
        self.centre.pin(f"dep-{number}", pin_of(number))
        self._order(f"dep-{number}")
        page = self._killed(page)
        if page.until("k.load", "k.failed") == "k.failed":
            self.jams += 1
            page.press("ok")
            return page, 0
        place = int(page.message["data"]["compartment"])
        self.cabinet.shut(place)
        page.until("k.check")
        page.press("1")
        page.until("k.loaded")
        page.press("ok")
        return page, place

    def _collect(self, page: Page, number: int, place: int) -> Page:
        self.visits += 1
        page.until("l.attract")
        page.press("ok", *pin_of(number), "ok")
        page.until("l.found")
        page.last_press("ok")
        page = self._killed(page)
        if page.until("l.open", "l.jam") == "l.jam":
            self.jams += 1
            page.press("2")
            page.until("l.office")
            page.press("ok")
            return page
        assert page.message["data"]["compartment"] == place
        self.cabinet.shut(place)
        page.until("l.done")
        page.press("ok")
        return page

    def _visits_ended(self) -> int:
        kinds = self.centre.kinds()
        return kinds.count("collection.ended") + kinds.count("deposit.withdrawn")

    def check(self) -> None:
        """What must be so at the end, asked of the board, of the wire and of the facts."""
        # Within one life a frame may be said again when its reply is late; a later life only asks.
        assert {len(lives) for lives in self.wishes.values()} == {1}
        assert len(self.cabinet.look()) == len(self.wishes) == self.kills
        for envelope in self._loads.values():
            self.centre.send(envelope)  # a known order is answered again, with the answer it had
        self.centre.until(lambda: all(self.centre.ends_of(order) for order in self._loads))
        ends = [self.centre.ends_of(order) for order in self._loads]
        assert {len(end) for end in ends} == {1}
        assert sum(end != {("done", "ok")} for end in ends) <= self.jams
        self.centre.until(lambda: self._visits_ended() == self.visits)
        facts = [entry.fact for entry in self.centre.facts.values()]
        due = [int.from_bytes(wish[4:], "big") for wish in self.wishes]
        assert [seq for seq, entry in self.centre.facts.items() if isinstance(entry.fact, DoorUnlockDue)] == due
        pulsed = [fact.wish for fact in facts if isinstance(fact, DoorPulsed)]
        assert len(pulsed) == len(set(pulsed))
        assert set(pulsed) <= set(due)
        # A door that is seen open before the board was asked settles the wish as well.
        # A board that was silent for five seconds is believed to have a jammed door, and then its open door is nobody's.
        assert [fact.cause for fact in facts if isinstance(fact, DoorOpened)].count("none") <= self.jams
        assert sum(isinstance(fact, DoorOpened) for fact in facts) >= len(due) - self.jams
        ended = [fact.order for fact in facts if isinstance(fact, OrderEnded)]
        assert sorted(ended) == sorted(set(ended))
        assert set(self._loads) <= set(ended)
        assert {fact.compartment for fact in facts if isinstance(fact, DoorUnlockDue)} <= set(LOCKER.compartments())


def pin_of(number: int) -> str:
    return f"{100_000 + number * 7919 % 900_000}"


def test_never_a_second_pulse_and_one_answer(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    machines = [Assassin(tmp_path / f"m{n}", broker, f"urzedomat-test-{n}", keep) for n in range(MACHINES)]
    documents = KILLS // MACHINES // 2
    with ThreadPoolExecutor(MACHINES) as together:
        for ran in [together.submit(machine.run, documents) for machine in machines]:
            ran.result()
    for machine in machines:
        machine.check()
    jams = sum(machine.jams for machine in machines)
    assert jams <= JAMS_MAX
    assert KILLS - jams <= sum(machine.kills for machine in machines) <= KILLS
