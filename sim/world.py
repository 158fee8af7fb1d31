"""The world of one seed: loop, broker, centre, machines, people, faults and the watch over all of them."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from central.centre import Centre
from central.settings import MachineSettings, SmsSettings
from central.settings import Settings as CentreSettings
from central.signer import Signer
from contracts.descriptions import Locker, read_locker
from contracts.facts import BootStarted
from controller.settings import Settings
from controller.vault import VaultKeys
from firmware.lock_board import BoardFacts, LockBoard
from sim.broker import Broker
from sim.byte_link import LinkFaults
from sim.faults import ClockFaults, Event, MessageFaults, Plan, SmsFaults, draw
from sim.invariants import Violation, Watch
from sim.lock_cabinet import LockCabinet
from sim.people import Clerk, Document, Person, Resident, Stranger
from sim.sms_network import SmsNetwork
from sim.storm_centre import StormCentre
from sim.storm_machine import StormMachine
from sim.trace import Trace
from sim.virtual_time_loop import VirtualTimeLoop

MACHINE = "urzedomat-storm-1"
CABINET = Path(__file__).parents[1] / "hardware" / "urzedomat_24.toml"
HEALING_MS_MAX = 45 * 60_000
"""How long a healed world may take: the longest pause of the PIN, the longest waits of orders and messages, and a visit after each."""


class Parts(msgspec.Struct, frozen=True):
    """What the world is built of; other parts only to show that the storm can fail."""

    centre: type[Centre] = Centre
    core: Callable[[BoardFacts], LockBoard] = LockBoard


class SeededRandomness:
    """Ids, nonces and PINs from a stream of the seed."""

    def __init__(self, random: Random, secret: Callable[[str], None]) -> None:
        self._random = random
        self._secret = secret

    def token(self, size: int) -> str:
        """`size` random bytes in hex."""
        return self._random.randbytes(size).hex()

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1; the centre draws its PINs so."""
        number = self._random.randrange(limit)
        if limit == 10**6:
            self._secret(f"{number:06d}")
        return number


class World:
    """Built from one seed; `run` plays it to its end."""

    def __init__(self, seed: int, cabinet: Locker, parts: Parts | None = None) -> None:
        self.seed = seed
        self.parts = parts or Parts()
        self.plan: Plan = draw(seed)
        self.loop = VirtualTimeLoop()
        self.loop.set_exception_handler(self._crashed)
        self.trace = Trace()
        self.healed = False
        self.last_cuts: dict[str, str] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.documents: list[Document] = []
        self.people: list[asyncio.Task[None]] = []
        self.watch = Watch(self)
        keys = self.stream("keys")
        order_key, seal_key, pin_key, vault_key = (keys.randbytes(32) for _ in range(4))
        signer = Signer(order_key, seal_key, {MACHINE: pin_key})
        self.pin_mark = signer.pin_mark
        self.order_key = Ed25519PublicKey.from_public_bytes(signer.public_key())
        self.broker = Broker(self.loop, self.trace, self.stream("broker"), self.plan.messages)
        self.sms = SmsNetwork(self.stream("sms"), self.plan.sms)
        settings = CentreSettings(machines={MACHINE: MachineSettings()}, sms=SmsSettings(quiet=False))
        self.centre = StormCentre(self, settings, signer)
        self.machine = StormMachine(
            self,
            Settings(MACHINE, "U-01", "ul. Gronowa 22a", cabinet, "0.1", hotline="61 646 33 44"),
            VaultKeys(pin_key, vault_key),
            LockCabinet(cabinet, make_core=self.parts.core),
        )

    # --- chance and time -----------------------------------------------------------------------------------------------------------------

    def stream(self, name: str) -> Random:
        """The stream of chance of one part: a draw more in one part shifts no other."""
        return Random(f"{self.seed}/{name}")

    def randomness(self, name: str) -> SeededRandomness:
        """Ids of one part."""
        return SeededRandomness(self.stream(name), self.watch.secret)

    @property
    def now_ms(self) -> int:
        """Milliseconds since the world began."""
        return self.loop.now_ms

    @property
    def last_cut(self) -> str:
        """The last cut point of each part that had one."""
        return "; ".join(f"{who} {point}" for who, point in self.last_cuts.items()) or "none"

    def later(self, after_ms: int, act: Callable[[], None]) -> None:
        """Do something after a while."""
        self.loop.call_later(after_ms / 1000, act)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run a task to its end; one that fails is a violation."""
        task = self.loop.create_task(work, name=name)
        self.tasks.append(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks = [each for each in self.tasks if each is not task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self.watch.crashed(task.get_name(), error)

    def _crashed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.watch.crashed("a callback", error)

    # --- documents -----------------------------------------------------------------------------------------------------------------------

    def contents(self, machine: StormMachine, number: int) -> list[Document]:
        """What really lies in a compartment."""
        return [document for document in self.documents if document.compartment == number]

    def put_in(self, machine: StormMachine, document: Document, number: int) -> None:
        """A hand puts a document into an open compartment."""
        self.watch.moved(machine, document.deposit, number)
        document.compartment = number
        machine.trace(f"document {document.deposit[:6]} into {number}")

    def take_out(self, machine: StormMachine, document: Document, number: int) -> None:
        """A hand takes its document out of an open compartment, if it lies there."""
        if document.compartment != number:
            return
        self.watch.moved(machine, document.deposit, number)
        document.compartment, document.taken = None, True
        machine.trace(f"document {document.deposit[:6]} out of {number}")

    def typed(self, machine: StormMachine, deposit: str) -> None:
        """Somebody who knows the PIN of this deposit confirms it."""
        self.watch.typed(deposit)

    # --- the story -----------------------------------------------------------------------------------------------------------------------

    def run(self) -> list[Violation]:
        """Play the seed: faults, then healing, then the last look. The violations that were found."""
        asyncio.events.set_event_loop(None)
        try:
            self.loop.run_until_complete(self._play())
        finally:
            self._let_go()
        return self.watch.violations

    def _let_go(self) -> None:
        for task in self.tasks:
            task.remove_done_callback(self._ended)
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def _play(self) -> None:
        self.trace.add(0, "world", f"seed {self.seed}: {', '.join(self.plan.names) or 'calm'}; heals at {self.plan.heal_ms}")
        self.spawn(self.centre.keep_backups(), "backups")
        self.spawn(self._passers_by(), "passers-by")
        self.centre.start()
        self.machine.power_on()
        self._people()
        for event in self.plan.events:
            self.loop.call_at(event.at_ms / 1000, self._begins, event)
        await self.watch.broken_within(self.plan.heal_ms / 1000)
        self._heal()
        while not self.watch.violations:
            await asyncio.sleep(1)
            if not self.watch.unfinished() or self.now_ms > self.plan.heal_ms + HEALING_MS_MAX:
                break
        self.watch.last_look()

    def _people(self) -> None:
        random = self.stream("documents")
        for n in range(self.plan.documents):
            case, phone = f"26{random.randrange(10**6):06d}", f"{random.randint(5, 8)}{random.randrange(10**8):08d}"
            self.watch.secret(case)
            self.watch.secret(phone)
            self.documents.append(Document(case, phone, random.random() < 0.25))
            self._lives(resident := Resident(self, self.machine, f"resident {n + 1}", self.documents[-1]), resident.live())
        self._lives(clerk := Clerk(self, self.machine, "clerk"), clerk.live(list(self.documents)))
        if self.plan.has("stranger"):
            self._lives(stranger := Stranger(self, self.machine, "stranger"), stranger.live())

    def _lives(self, person: Person, life: Coroutine[Any, Any, None]) -> None:
        self.people.append(self.spawn(life, person.name))

    def _begins(self, event: Event) -> None:
        """One of the planned troubles."""
        if self.healed:
            return
        machine, over = self.machine, self.later
        self.trace.add(self.now_ms, "world", f"{event.what} {event.number or ''} {event.mode} for {event.for_ms} ms")
        match event.what:
            case "link":
                machine.cut_link()
            case "broker":
                self.broker.stop(keep_retained=not self.plan.has("retained_lost"))
                over(event.for_ms, self.broker.start)
            case "jam":
                machine.cabinet.jam(event.number, True, self.now_ms)
            case "switch":
                self.watch.switch_broken(event.number)
                machine.cabinet.set_switch(event.number, event.mode, self.now_ms)
                over(event.for_ms, lambda: machine.cabinet.set_switch(event.number, "good", self.now_ms))
            case "bus":
                machine.line.link.connected = False
                over(event.for_ms, self._bus_in)
            case "board":
                machine.cut_boards()
                over(event.for_ms, lambda: machine.cabinet.restore_power(self.now_ms))
            case "restore":
                self.centre.restore(event.for_ms)
            case "disk":
                self._fill_disk(event.for_ms)
        machine.bus_moved()

    def _bus_in(self) -> None:
        self.machine.line.link.connected = True

    def _fill_disk(self, for_ms: int) -> None:
        disk = self.machine.disk
        pages = disk.execute("PRAGMA page_count").fetchone()[0]
        disk.execute(f"PRAGMA max_page_count = {pages}")
        self.later(for_ms, self._free_disk)

    def _free_disk(self) -> None:
        self.machine.disk.execute("PRAGMA max_page_count = 1073741823")

    def _heal(self) -> None:
        """Every fault is over; what was lost stays lost, and all must come right from here."""
        self.healed = True
        self.trace.add(self.now_ms, "world", "HEALS")
        machine = self.machine
        machine.cuts.heal()
        self.centre.cuts.heal()
        machine.line.link.faults, machine.line.link.connected = LinkFaults(), True
        self.broker.faults, self.sms.faults = MessageFaults(), SmsFaults()
        machine.clock_faults = ClockFaults()
        self._free_disk()
        if not self.broker.up:
            self.broker.start()
        for number in machine.cabinet.doors:
            machine.cabinet.jam(number, False, self.now_ms)
            machine.cabinet.set_switch(number, "good", self.now_ms)
        machine.cabinet.restore_power(self.now_ms)
        machine.bus_moved()

    async def _passers_by(self) -> None:
        """A door that nobody minds is pushed shut at last."""
        while True:
            await asyncio.sleep(2 if self.healed else 20)
            if self.machine.front.locked():
                continue
            for number, door in self.machine.cabinet.doors.items():
                if not door.closed:
                    self.machine.push(number)

    def boots(self) -> int:
        """How often the controller has started."""
        return sum(1 for entry in self.machine.entries if isinstance(entry.fact, BootStarted))


def cabinet() -> Locker:
    """The hardware of the storm's machine."""
    return read_locker(CABINET)
