"""The world of one seed: machine, centre, people and faults on one stage, and the watch over all of them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from central.centre import Centre
from central.phones import MOBILE
from central.settings import MachineSettings, SmsSettings
from central.settings import Settings as CentreSettings
from central.signer import Signer
from contracts.descriptions import Locker
from controller.inputs import ModemSeen
from controller.locker.pins import PinPolicy
from controller.settings import Meter, Settings
from controller.vault import VaultKeys
from firmware.lock_board import BoardFacts, LockBoard
from sim.bank import Bank
from sim.bought_boards import Spoil
from sim.bought_cabinet import BoughtCabinet
from sim.byte_link import LinkFaults
from sim.clerks import CounterClerk, Finder
from sim.desk_people import DeskHand, Dispatcher
from sim.documents import Document
from sim.drivers import Driver
from sim.faults import ClockFaults, Event, MessageFaults, ModemFaults, Plan, SmsFaults, draw
from sim.last_look import last_look, unfinished
from sim.lock_cabinet import LockCabinet
from sim.passers_by import Burglar, Bystander
from sim.people import Clerk, Person, Resident, Stranger
from sim.sms_network import SmsNetwork
from sim.stage import Stage
from sim.storm_centre import StormCentre
from sim.storm_gateway import StormGateway
from sim.storm_machine import StormMachine
from sim.storm_modem import StormModem
from sim.storm_terminal import StormTerminal
from sim.watch import Violation, Watch

MACHINE = "urzedomat-storm-1"
POLICY = PinPolicy(tries_max=6)
"""Fewer tries than usual, so that strangers come to the numbers before the world heals."""
SPOILS: tuple[Spoil, ...] = ("lose", "flip", "compensate", "busy", "other_board", "unasked", "cut", "late", "refuse")
HEALING_MS_MAX = 45 * 60_000
"""How long a healed world may take: the longest pause of the PIN, the longest waits of orders and messages, and a visit after each."""


class Parts(msgspec.Struct, frozen=True):
    """What the world is built of; other parts only to show that the storm can fail."""

    centre: type[Centre] = Centre
    core: Callable[[BoardFacts], LockBoard] = LockBoard


class World:
    """Built from one seed; `run` plays it to its end."""

    def __init__(self, seed: int, cabinet: Locker, parts: Parts | None = None, plan: Plan | None = None) -> None:
        """`plan` takes the place of the one that the seed draws."""
        parts = parts or Parts()
        self.stage = stage = Stage(seed, plan or draw(seed))
        keys = stage.stream("keys")
        order_key, seal_key, pin_key, vault_key = (keys.randbytes(32) for _ in range(4))
        signer = Signer(order_key, seal_key, {MACHINE: pin_key})
        self.sms = SmsNetwork(stage.stream("sms"), stage.plan.sms)
        modem = stage.plan.has("modem")
        provider = SmsSettings(quiet=False, url="https://sms.example" if not modem or stage.plan.has("provider_too") else "")
        sells = Meter("SPP") if stage.plan.has("meter") else None
        ways = {MACHINE: MachineSettings(sms="modem" if modem else "provider")}
        self.centre = StormCentre(stage, self.sms, CentreSettings(machines=ways, sms=provider), signer, parts.centre)
        self.machine = StormMachine(
            stage,
            Settings(MACHINE, "U-01", "ul. Gronowa 22a", cabinet, "0.1", POLICY, hotline="61 646 33 44", modem=modem, meter=sells),
            VaultKeys(pin_key, vault_key),
            Ed25519PublicKey.from_public_bytes(signer.public_key()),
            LockCabinet(cabinet, make_core=parts.core) if cabinet.family == "own" else BoughtCabinet(cabinet),
        )
        if modem:
            self.machine.modem = StormModem(stage, self.sms, self.machine.entries, self.machine.tell)
        self.bank = Bank()
        if sells is not None:
            self.machine.terminal = StormTerminal(stage, self.bank, self.machine.tell)
            self.centre.gateway = StormGateway(stage, self.bank, self.centre.tell)
        self.documents: list[Document] = []
        self.people: list[asyncio.Task[None]] = []
        self.watch = stage.watch = Watch(stage, self.machine, self.centre, self.documents, self.people, self.bank)

    # --- the story -----------------------------------------------------------------------------------------------------------------------

    def run(self) -> list[Violation]:
        """Play the seed: faults, then healing, then the last look. The violations that were found."""
        self.stage.play(self._play())
        return self.watch.violations

    async def _play(self) -> None:
        stage, plan = self.stage, self.stage.plan
        stage.log("world", f"seed {stage.seed}: {', '.join(plan.names) or 'calm'}; heals at {plan.heal_ms}")
        stage.spawn(self.centre.keep_backups(), "backups")
        stage.spawn(self._passers_by(), "passers-by")
        if isinstance(self.machine.cabinet, BoughtCabinet) and plan.has("odd_boards"):
            stage.spawn(self._odd_boards(self.machine.cabinet), "odd boards")
        self.centre.start()
        self.machine.power_on()
        self._people()
        for event in plan.events:
            stage.loop.call_at(event.at_ms / 1000, self._begins, event)
        await self.watch.broken_within(plan.heal_ms / 1000)
        self._heal()
        while not self.watch.violations:
            await asyncio.sleep(1)
            if not list(unfinished(self.watch)) or stage.now_ms > plan.heal_ms + HEALING_MS_MAX:
                break
        last_look(self.watch)

    def _people(self) -> None:
        random, abroad = self.stage.stream("documents"), self.stage.stream("phones")
        for n in range(self.stage.plan.documents):
            case, drawn = f"26{random.randrange(10**6):06d}", random.randrange(len(MOBILE) * 10**7)
            phone = f"{MOBILE[drawn // 10**7]}{drawn % 10**7:07d}"
            if abroad.random() < 0.15:
                phone = f"380{phone}"
            self.watch.secret(case)
            self.watch.secret(phone)
            self.documents.append(Document(case, phone, random.random() < 0.25))
            resident = Resident(self.machine, f"resident {n + 1}", self.centre, self.sms, self.documents[-1])
            self._lives(resident, resident.live())
        of_clerk = CounterClerk if self.stage.plan.has("counter_clerk") else Clerk
        self._lives(clerk := of_clerk(self.machine, "clerk", self.centre, self.documents), clerk.live())
        if isinstance(clerk, CounterClerk) and self.stage.plan.has("used_code"):
            self._lives(finder := Finder(self.machine, "finder", clerk), finder.live())
        # A backup that does not know of a new PIN would have the machine hold the old one again: who restores one asks the residents.
        if self.stage.plan.has("desk_changes") and not self.stage.plan.has("centre_restored"):
            self._lives(hand := DeskHand(self.machine, "hotline", self.centre, self.documents), hand.live())
        if self.stage.plan.has("desk_orders"):
            self._lives(dispatcher := Dispatcher(self.machine, "dispatcher", self.centre, self.documents), dispatcher.live())
        if self.stage.plan.has("stranger"):
            self._lives(stranger := Stranger(self.machine, "stranger"), stranger.live())
        if self.stage.plan.has("bystander"):
            self._lives(bystander := Bystander(self.machine, "bystander"), bystander.live())
        terminal, gateway = self.machine.terminal, self.centre.gateway
        if terminal is not None and isinstance(gateway, StormGateway):
            for n in (1, 2):
                self._lives(driver := Driver(self.machine, f"driver {n}", terminal, gateway, 1_000 * n), driver.live())
        if self.stage.plan.has("burglar"):
            self._lives(burglar := Burglar(self.machine, "burglar"), burglar.live())

    def _lives(self, person: Person, life: Coroutine[Any, Any, None]) -> None:
        self.people.append(self.stage.spawn(life, person.name))

    def _begins(self, event: Event) -> None:
        """One of the planned troubles."""
        if self.stage.healed:
            return
        machine, over = self.machine, self.stage.later
        self.stage.log("world", f"{event.what} {event.number or ''} {event.mode} for {event.for_ms} ms")
        match event.what:
            case "link":
                machine.cut_link()
            case "broker":
                self.stage.broker.stop(keep_retained=not self.stage.plan.has("retained_lost"))
                over(event.for_ms, self.stage.broker.start)
            case "restore":
                self.centre.restore(event.for_ms)
            case "disk":
                self._fill_disk(event.for_ms)
            case "outage":
                self.watch.outage(event.for_ms)
                machine.outage(event.for_ms)
            case "modem":
                if (modem := machine.modem) is not None:
                    modem.becomes(event.modem)
                    over(event.for_ms, lambda: modem.becomes("ready"))
            case "terminal" | "mute":
                if machine.terminal is not None:
                    self._at_the_terminal(machine.terminal, event)
            case _:
                self._in_the_cabinet(event)
        machine.bus_moved()

    def _at_the_terminal(self, terminal: StormTerminal, event: Event) -> None:
        if event.what == "mute":
            terminal.terminal.mute_completion = True
        else:
            terminal.dark(event.for_ms)

    def _in_the_cabinet(self, event: Event) -> None:
        machine, over = self.machine, self.stage.later
        match event.what:
            case "jam":
                machine.cabinet.jam(event.number, True, self.stage.now_ms)
            case "switch":
                self.watch.switch_broken(event.number)
                machine.cabinet.set_switch(event.number, event.mode, self.stage.now_ms)
                over(event.for_ms, lambda: machine.cabinet.set_switch(event.number, "good", self.stage.now_ms))
            case "bus":
                machine.unplug_bus(event.for_ms)
            case "board":
                machine.cut_boards()
                over(event.for_ms, lambda: machine.cabinet.restore_power(self.stage.now_ms))
            case "dead":
                machine.cut_boards(self._board(event.number))
            case "doubled":
                self._double(event.number, event.for_ms)
            case _:
                pass

    def _board(self, number: int) -> int:
        boards = tuple(self.machine.cabinet.boards)
        return boards[number % len(boards)]

    def _double(self, number: int, for_ms: int) -> None:
        """The address switches of one board are set to the address of the next one."""
        cabinet, board, other = self.machine.cabinet, self._board(number), self._board(number + 1)
        if isinstance(cabinet, LockCabinet) and board != other:
            self.watch.readdressed(cabinet.numbers(board))
            cabinet.turn_switches(board, other, self.stage.now_ms)
            self.stage.later(for_ms, lambda: cabinet.turn_switches(board, board, self.stage.now_ms))

    def _fill_disk(self, for_ms: int) -> None:
        disk = self.machine.disk
        pages = disk.execute("PRAGMA page_count").fetchone()[0]
        disk.execute(f"PRAGMA max_page_count = {pages}")
        self.stage.later(for_ms, self._free_disk)

    def _free_disk(self) -> None:
        self.machine.disk.execute("PRAGMA max_page_count = 1073741823")

    def _heal(self) -> None:
        """Every fault is over; what was lost stays lost, and all must come right from here."""
        self.stage.healed = True
        self.stage.log("world", "HEALS")
        machine = self.machine
        machine.cuts.heal()
        self.centre.cuts.heal()
        machine.line.link.faults, machine.line.link.faults_of, machine.line.link.connected = LinkFaults(), {}, True
        self.stage.broker.faults, self.sms.faults = MessageFaults(), SmsFaults()
        machine.clock_faults = ClockFaults()
        if machine.modem is not None:
            machine.modem.faults, machine.modem.state = ModemFaults(), "ready"
            machine.tell(ModemSeen("ready"))
        if machine.terminal is not None:
            machine.terminal.heal()
        self._free_disk()
        if not self.stage.broker.up:
            self.stage.broker.start()
        for number in machine.cabinet.doors:
            machine.cabinet.jam(number, False, self.stage.now_ms)
            machine.cabinet.set_switch(number, "good", self.stage.now_ms)
        machine.cabinet.restore_power(self.stage.now_ms)
        machine.bus_moved()

    async def _odd_boards(self, cabinet: BoughtCabinet) -> None:
        """Bought boards answer in ways that nobody asked for."""
        random = self.stage.stream("odd boards")
        while not self.stage.healed:
            await asyncio.sleep(random.randrange(1_500, 15_000) / 1000)
            address = random.choice(tuple(cabinet.boards))
            if not self.stage.healed and not cabinet.boards[address].spoils:
                cabinet.spoil(address, random.choice(SPOILS))

    async def _passers_by(self) -> None:
        """A door that nobody minds is pushed shut at last."""
        while True:
            await asyncio.sleep(2 if self.stage.healed else 20)
            if self.machine.front.locked() or (self.stage.plan.has("nobody_closes") and not self.stage.healed):
                continue
            for number, door in self.machine.cabinet.doors.items():
                if not door.closed:
                    self.machine.push(number)
