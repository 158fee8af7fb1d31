"""The town in virtual time: the storm's machine, centre and network, without any fault that nobody asked for, and the watch over them."""

import asyncio
import re
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

import msgspec

from central.centre import Centre
from central.deposits.rules import DeskRefused
from central.ports import Now
from central.store.database import Store
from central.views import DepositView, Views
from sim.documents import Document
from sim.faults import NOTHING
from sim.storm_cabinets import cabinet
from sim.world import MACHINE, World
from tests.scenarios.town import PHONE, DeskSaysNo

CABINET = cabinet()
STEP_S = 0.05
WITHIN_S = 400
PIN_IN_TEXT = re.compile(r"PIN[^0-9]{1,20}(\d{6})")
ACTOR = "A. Nowak"
T = TypeVar("T")


class VirtualTown:
    """One world; time passes only while a step waits."""

    def __init__(self) -> None:
        self._world = World(1, CABINET, plan=NOTHING)
        self._machine, self._centre = self._world.machine, self._world.centre
        self._loop = self._world.stage.loop
        self._documents: dict[str, Document] = {}
        self._cases = count(26004711)
        asyncio.events.set_event_loop(None)
        self._centre.start()
        self._machine.power_on()
        self.until("l.attract")
        self._until(self._knows_its_doors, "the machine never knew its doors")

    # --- time ----------------------------------------------------------------------------------------------------------------------------

    def _until(self, right: Callable[[], bool], else_: str) -> None:
        self._loop.run_until_complete(self._wait(right, else_))

    async def _wait(self, right: Callable[[], bool], else_: str) -> None:
        end_ms = self._world.stage.now_ms + WITHIN_S * 1000
        while not right():
            if self._world.stage.now_ms > end_ms:
                raise TimeoutError(else_)
            later = self._loop.create_future()
            self._loop.call_later(STEP_S, later.set_result, None)
            await later

    def _ask(self, act: Callable[[Centre, Now], T]) -> T:
        return self._loop.run_until_complete(self._centre.ask(act))

    # --- the desk ------------------------------------------------------------------------------------------------------------------------

    def register(self, owner: str, phone: str = PHONE) -> None:
        document = self._documents[owner] = Document(str(next(self._cases)), phone, False)
        self._world.documents.append(document)
        document.deposit = self._ask(lambda centre, now: centre.register(document.case, phone, MACHINE, "pl", False, ACTOR, now))
        self._until(lambda: self._row(owner).state == "held", f"the machine never took the PIN of {owner}")

    def send_to_machine(self, owner: str) -> None:
        try:
            self._ask(lambda centre, now: centre.load(self._documents[owner].deposit, ACTOR, now))
        except DeskRefused as error:
            raise DeskSaysNo(error.code) from None

    def release(self, number: int) -> None:
        seen = self._views().seen(MACHINE)
        self._ask(
            lambda centre, now: centre.at_desk(
                lambda t: centre.machines.release(t, MACHINE, number, seen, False, "looked", ACTOR, now), now
            )
        )

    def ended(self, verb: str) -> str:
        self._until(lambda: self._end(verb) != "", f"the order {verb} never ended")
        return self._end(verb)

    def _end(self, verb: str) -> str:
        view = next(one for one in self._views().orders(self._centre.now().wall) if one.verb == verb)
        return f"{view.state} {view.code}" if view.state in ("done", "refused", "failed", "expired") else ""

    def open_for_loading(self, owner: str) -> None:
        self._ask(lambda centre, now: centre.load(self._documents[owner].deposit, ACTOR, now))
        self.until("k.load")

    def reissue(self, owner: str) -> None:
        key = self._documents[owner].deposit
        self._ask(lambda centre, now: centre.at_desk(lambda t: centre.registration.reissue(t, key, ACTOR, now), now))

    def until_new_pin(self, owner: str, old: str) -> None:
        self._until(lambda: self._pins(owner)[-1] != old, f"the new PIN of {owner} never came")

    def _knows_its_doors(self) -> bool:
        report = self._views().machines()[0].report if self._centre.connected() else None
        return report is not None and all(place.door != "unknown" for place in report.compartments)

    def _row(self, owner: str) -> DepositView:
        row = self._views().deposit(self._documents[owner].deposit)
        assert row is not None
        return row

    def _views(self) -> Views:
        return Views(Store(self._centre.engine), self._centre.settings)

    def pin(self, owner: str) -> str:
        self._until(lambda: bool(self._pins(owner)), f"no text message about {owner}")
        return self._pins(owner)[-1]

    def _pins(self, owner: str) -> list[str]:
        mine = [text.text for text in self._world.sms.sent if text.idx.startswith(self._documents[owner].deposit)]
        return [found[1] for text in mine if (found := PIN_IN_TEXT.search(text))]

    def texts(self, phone: str) -> list[str]:
        return [text.text for text in self._world.sms.sent if text.phone.endswith(phone)]

    def compartment(self, owner: str) -> int:
        return self._row(owner).compartment

    # --- the machine ---------------------------------------------------------------------------------------------------------------------

    def _screen(self) -> str:
        return self._machine.screen.screen if self._machine.screen is not None else "dark"

    def until(self, *screens: str) -> str:
        self._loop.run_until_complete(self._until_shown(screens))
        return self._screen()

    async def _until_shown(self, screens: tuple[str, ...]) -> None:
        try:
            await self._wait(lambda: self._screen() in screens, "")
        except TimeoutError:
            raise AssertionError(f"the screen is {self._screen()}, not one of {screens}") from None

    def until_key(self, *keys: str) -> None:
        self._until(lambda: not set(keys).isdisjoint(self.shown()["keys"]), f"none of {keys} on {self._screen()}")

    def until_other(self, number: int) -> None:
        self._until(lambda: self._loads() not in (0, number), f"no compartment but {number} was opened")

    def _loads(self) -> int:
        screen = self._machine.screen
        return int(screen.data.get("compartment", 0)) if screen is not None and screen.screen == "k.load" else 0

    def shown(self) -> dict[str, Any]:
        assert self._machine.screen is not None
        return msgspec.to_builtins(self._machine.screen)

    def press(self, *keys: str) -> None:
        for key in keys:
            assert self._machine.screen is not None
            assert key in self._machine.screen.keys, f"{key} is not active on {self._screen()}"
            before = self._machine.screen.rev
            self._machine.press(key)
            self._until(lambda before=before: self._moved_on(before), f"{key} on {self._screen()} changes nothing")

    def _moved_on(self, rev: int) -> bool:
        return self._machine.screen is None or self._machine.screen.rev != rev

    # --- hands ---------------------------------------------------------------------------------------------------------------------------

    def put_in(self, owner: str, number: int) -> None:
        self._documents[owner].put_in(self._machine, number)

    def take(self, owner: str, number: int) -> None:
        document = self._documents[owner]
        assert document.compartment == number, f"the document of {owner} is in {document.compartment}"
        document.take_out(self._machine, number)

    def push(self, number: int) -> None:
        self._until(lambda: self.is_open(number) and not self._driven(), f"door {number} never opened")
        self._machine.push(number)

    def _driven(self) -> bool:
        """Whether a coil is on: it would throw the door open again."""
        return any(pulse.end_ms is None for pulse in self._machine.cabinet.pulses[-1:])

    def force(self, number: int) -> None:
        self._machine.cabinet.force(number, self._world.stage.now_ms)
        self._machine.bus_moved()

    def jam(self, number: int, jammed: bool = True) -> None:
        self._machine.cabinet.jam(number, jammed, self._world.stage.now_ms)

    def switch_says_open(self, number: int) -> None:
        self._world.watch.switch_broken(number)
        self._machine.cabinet.set_switch(number, "stuck_open", self._world.stage.now_ms)
        self._machine.bus_moved()

    def is_open(self, number: int) -> bool:
        return self._machine.door_open(number)

    def pulses(self) -> int:
        return len(self._machine.cabinet.pulses)

    # --- power ---------------------------------------------------------------------------------------------------------------------------

    def cut_power(self) -> None:
        self._machine.pull_the_plug()

    def restore_power(self) -> None:
        self._machine.power_on()
        self._until(lambda: self._machine.screen is not None, "the machine stays dark")

    # --- what the centre knows -----------------------------------------------------------------------------------------------------------

    def kinds(self) -> list[str]:
        self._until(self._told, "the centre never had all facts")
        return self._kinds()

    def _kinds(self) -> list[str]:
        return [fact.kind for fact in self._views().facts_after(0, 10_000)]

    def _told(self) -> bool:
        return self._views().machines()[0].upto == len(self._machine.entries) and self._machine.screen is not None

    def facts(self, kind: str) -> list[dict[str, Any]]:
        self.kinds()
        entries = [msgspec.json.decode(fact.entry) for fact in self._views().facts_after(0, 10_000)]
        return [entry["fact"] for entry in entries if entry["fact"]["kind"] == kind]

    def until_fact(self, kind: str) -> None:
        self._until(lambda: kind in self._kinds(), f"the centre never had {kind}")

    def until_fault(self, fault: str, door: int) -> None:
        self._until(lambda: f"{fault} door {door}" in self._faults(), f"the centre never showed {fault} of door {door}")

    def _faults(self) -> list[str]:
        return [f"{each.fault} {each.where}" for each in self._views().machines()[0].faults]

    def close(self) -> None:
        broken = [f"{one.sentence} {one.detail}" for one in self._world.watch.violations]
        assert broken == []
        self._world.stage.let_go()
