"""One machine in the storm: the real loop, journal and vault between ports that can be cut, on a cabinet with the real firmware."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contracts import lock_bus as bus
from contracts.facts import DoorUnlockDue, Entry
from contracts.screen_messages import ScreenMessage
from contracts.sealed import Letter
from contracts.topics import Presence, down, encode, up
from controller.clock import Now
from controller.devices.card_terminal import CardTerminal
from controller.devices.zvt_line import SerialZvtLine
from controller.inbox import Inbox
from controller.inputs import BytesArrived, CasesKnown, Input, KeyPressed, LinkDown, LinkUp, MessageArrived, PageAlive, TimerFired
from controller.journal import JournalFailed
from controller.loop import Loop
from controller.receipts import ReceiptSigner
from controller.refused import Refused
from controller.sale_rules import SaleAsked
from controller.secret import Secret
from controller.settings import Settings
from controller.till import Till
from controller.turns import restart
from controller.vault import VaultKeys
from sim.bought_cabinet import BoughtCabinet, Cabinet
from sim.broker import Message, Session
from sim.byte_link import ByteLink
from sim.cabinet_line import CabinetLine
from sim.power_cuts import CutPoints, PowerCut
from sim.stage import Stage
from sim.storm_cabinets import asks_for, line_faults_of_host
from sim.storm_modem import StormModem
from sim.storm_storage import StormJournal, StormVault
from sim.storm_terminal import StormTerminal

NO_CLOCK = datetime(1970, 1, 1, tzinfo=UTC)
RECEIPT_KEY = bytes(range(32))
SUPERVISOR_MS = 2_000
PAGE_ALIVE_S = 5
SECRET_PADS = ("l.pin", "l.wrong", "k.login", "k.scan", "k.sheet")
NAMES = {bus.IDENTIFY: "identify", bus.STATES: "states", bus.UNLOCK: "unlock", bus.EXECUTED: "executed"}


class Sold(Input, frozen=True):
    """Somebody has chosen a stay and how to pay for it; a code lies in the visit as if it had been typed."""

    request: SaleAsked
    code: Secret


class TerminalPort:
    """The controller's end of the terminal's line; nothing is written by the dead."""

    def __init__(self, life: "Life", terminal: StormTerminal) -> None:
        self._life = life
        self._terminal = terminal

    def write(self, data: bytes) -> None:
        if self._life.alive:
            self._life.machine.cuts.at("terminal.before")
            self._terminal.write(data)
            self._life.machine.cuts.at("terminal.after")


class Life:
    """One boot of the controller: everything in it dies with the power."""

    def __init__(self, machine: "StormMachine", boot: str) -> None:
        self.machine = machine
        self.boot = boot
        self.start_ms = machine.stage.now_ms
        self.alive = True
        self.inbox = Inbox()
        self.session: Session | None = None
        self.loop: Loop | None = None

    def now(self) -> Now:
        """The machine's clocks, as wrong as the seed wants them."""
        machine = self.machine
        mono_ms = machine.stage.now_ms - self.start_ms
        faults = machine.clock_faults
        if faults is not None and mono_ms < faults.untrusted_ms:
            return Now(NO_CLOCK + timedelta(milliseconds=mono_ms), mono_ms, self.boot, False)
        jumped = faults.jump_ms if faults is not None and machine.stage.now_ms >= faults.jump_at_ms else 0
        return Now(machine.stage.plan.start + timedelta(milliseconds=machine.stage.now_ms + jumped), mono_ms, self.boot, True)

    def put(self, item: Input) -> None:
        """An input for a later turn; nothing reaches the dead."""
        if self.alive:
            self.inbox.put(item)

    def write(self, data: bytes) -> None:
        """Line."""
        if self.alive:
            own = self.machine.settings.cabinet.family == "own"
            name = NAMES.get(bus.cobs_decode(data[1:-1])[2], "other") if own else asks_for(self.machine.settings.cabinet, data)
            self.machine.cuts.at("line.before", name)
            self.machine.bus_write(data, name)
            self.machine.cuts.at("line.after", name)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Link."""
        if self.alive and self.session is not None:
            what = topic.rsplit("/", 1)[1]
            self.machine.cuts.at("link.before", what)
            self.machine.stage.watch.published(self.machine.name, topic, payload)
            self.machine.stage.broker.publish(self.session, Message(topic, payload, retain))
            self.machine.cuts.at("link.after", what)

    def submit(self, wish: int, letter: Letter) -> None:
        """Modem."""
        modem = self.machine.modem
        if self.alive and modem is not None:
            self.machine.cuts.at("modem.before")
            modem.submit(wish, letter)
            self.machine.cuts.at("modem.after")

    def show(self, message: ScreenMessage) -> None:
        """Page."""
        if self.alive:
            self.machine.cuts.at("page.before", message.screen)
            self.machine.shown(message)
            self.machine.cuts.at("page.after", message.screen)

    def reload(self) -> None:
        """Page."""

    def restart(self) -> None:
        """Page."""


class StormMachine:
    """What stays when the power goes: the disk, the cabinet, the plan; and the present life, if there is one."""

    def __init__(self, stage: Stage, settings: Settings, keys: VaultKeys, order_key: Ed25519PublicKey, cabinet: Cabinet) -> None:
        self.stage = stage
        self.settings = settings
        self.name = settings.machine
        self.vault_keys = keys
        self.order_key = order_key
        self.cabinet = cabinet
        self.random = stage.stream(f"{self.name}/machine")
        self.randomness = stage.randomness(f"{self.name}/ids")
        self.disk = sqlite3.connect(":memory:", isolation_level=None)
        link = ByteLink(stage.stream(f"{self.name}/bus"), settings.cabinet.file.bus.baud, stage.plan.bus)
        link.faults_of = line_faults_of_host(settings.cabinet, stage.plan.bus)
        self.line = CabinetLine(link, cabinet)
        if isinstance(cabinet, BoughtCabinet):
            cabinet.wish_of = self._wish_of
        self.shut_by_others: set[int] = set()
        self.clock_faults = stage.plan.clock if stage.plan.has("clock_1970") or stage.plan.has("clock_jump") else None
        self.cuts = CutPoints(stage.plan.cuts, self._kill)
        self.life: Life | None = None
        self.screen: ScreenMessage | None = None
        self.front = asyncio.Lock()
        self.entries: list[Entry] = []
        self.wishes: dict[int, DoorUnlockDue] = {}
        self.wish_boots: dict[int, str] = {}
        self.board_lost_ms: list[int] = []
        self.modem: StormModem | None = None
        self.terminal: StormTerminal | None = None
        self.dark_until_ms = 0
        self._pump: asyncio.TimerHandle | None = None
        self._unplugged = stage.plan.unplugged

    # --- power ---------------------------------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        """A new boot of the controller."""
        if (self.life is None or not self.life.alive) and self.stage.now_ms >= self.dark_until_ms:
            self.stage.spawn(self._live(), f"{self.name} lives")

    async def _live(self) -> None:
        self.life = life = Life(self, self.randomness.token(8))
        try:
            loop = self._boot(life)
            loop.start()
            self.stage.spawn(self._connect(life), f"{self.name} connects")
            self.stage.spawn(self._page_lives(life), f"{self.name} page")
            while life.alive:
                now = life.now()
                due = loop.deadline(now)
                item = await life.inbox.get(None if due is None else max(0, due - now.mono_ms))
                if life.alive:
                    self._turn(life, loop, TimerFired() if item is None else item)
        except PowerCut as cut:
            self._went_dark(str(cut))
        except JournalFailed as failed:
            self._process_ended(str(failed))

    def _boot(self, life: Life) -> Loop:
        self.trace(f"boots as {life.boot[:4]}")
        journal = StormJournal(self.disk, self)
        vault = StormVault(self.disk, self)
        receipts = ReceiptSigner(RECEIPT_KEY, self.name, "storm.example")
        turns = restart(journal, vault, self.settings, self.randomness.token(16), life.now(), receipts)
        self.stage.watch.restarted(turns.state)
        modem = life if self.modem is not None else None
        till = None if self.terminal is None else Till(CardTerminal(SerialZvtLine()), TerminalPort(life, self.terminal))
        life.loop = Loop(turns, life, life, life, life, life.put, (self.order_key,), modem, till=till)
        if self.modem is not None:
            self.modem.starts()
        life.put(CasesKnown(cases=vault.cases()))
        self.bus_moved()
        return life.loop

    def _turn(self, life: Life, loop: Loop, item: Input) -> None:
        self.cuts.at("inbox", type(item).__name__)
        if isinstance(item, Sold):
            self._sell(loop, item, life.now())
            item = TimerFired()
        loop.take(item)
        self.bus_moved()
        self.stage.watch.turn()

    def _sell(self, loop: Loop, item: Sold, now: Now) -> None:
        """As the dialogue of a meter would, once a stay is chosen."""
        turns = loop.turns
        turns.live = msgspec.structs.replace(turns.live, visit=msgspec.structs.replace(turns.live.visit, digits=item.code))
        try:
            turns.decide(item.request, now)
        except Refused as refused:
            self.trace(f"nothing is sold: {refused.code}")

    def tell(self, item: Input) -> None:
        """Something for the controller that is alive now."""
        if self.life is not None:
            self.life.put(item)

    def _kill(self) -> None:
        """The power is gone: ports first, then the database; what was not committed has not happened."""
        if self.life is not None:
            self.life.alive = False
        self.screen = None
        if self.modem is not None:
            self.modem.dark()
        self.disk.rollback()

    def pull_the_plug(self) -> None:
        """The controller's power fails now, whatever it is doing; the boards keep theirs."""
        self._kill()
        self.trace("POWER CUT by hand")
        self._lose_link(0)

    def outage(self, for_ms: int) -> None:
        """No power for long, whatever else happens; the boards lose theirs too."""
        self.dark_until_ms = self.stage.now_ms + for_ms
        self.pull_the_plug()
        self.cut_boards()
        self.stage.later(for_ms, self._power_back)

    def _went_dark(self, point: str) -> None:
        cut = self.cuts.taken()
        self.trace(f"POWER CUT at {point}{', boards too' if cut.board else ''}, dark for {cut.down_ms} ms")
        self.stage.last_cuts[self.name] = point
        self._lose_link(self.random.randrange(100, 30_000))
        if cut.board:
            self.cut_boards()
        self.stage.later(cut.down_ms, self._power_back)

    def _power_back(self) -> None:
        if self.stage.now_ms < self.dark_until_ms:
            return
        self.cabinet.restore_power(self.stage.now_ms)
        self.bus_moved()
        self.power_on()

    def _process_ended(self, why: str) -> None:
        """The process ended by itself; the supervisor starts it again."""
        self._kill()
        self.trace(f"process ended: {why}")
        self._lose_link(self.random.randrange(10, 100))
        self.stage.later(SUPERVISOR_MS, self.power_on)

    def cut_boards(self, board: int | None = None) -> None:
        """The boards, or one of them, go dark: what they remembered is gone."""
        self.board_lost_ms.append(self.stage.now_ms)
        self.cabinet.cut_power(self.stage.now_ms, board)
        self.line.link.clear()
        self.trace("boards dark")
        self.bus_moved()

    # --- link ----------------------------------------------------------------------------------------------------------------------------

    async def _connect(self, life: Life) -> None:
        """Keep a connection to the broker, with a new id each time."""
        while life.alive:
            await asyncio.sleep(self.random.randrange(50, 2_000) / 1000)
            if not life.alive or life.session is not None:
                continue
            connection = self.randomness.token(8)
            will = encode(Presence(online=False, boot=life.boot, connection=connection))
            message = Message(up(self.name, "presence"), will, retain=True)
            patterns = (down(self.name, "ack"), down(self.name, "orders"), down(self.name, "blik"), up(self.name, "presence"))
            session = self.stage.broker.connect(self.name, patterns, partial(self._heard, life), message)
            if session is None:
                continue
            life.session = session
            self.trace(f"link up {connection[:4]}")
            life.put(LinkUp(connection=connection))
            await session.ended.wait()
            await asyncio.sleep(self.random.randrange(20, 1_500) / 1000)
            if life.alive:
                life.session = None
                self.trace("link down")
                life.put(LinkDown())

    def _heard(self, life: Life, message: Message) -> None:
        life.put(MessageArrived(topic=message.topic, payload=message.payload))
        if self.stage.plan.has("orders_again") and message.topic == down(self.name, "orders"):
            self.stage.later(self.random.randrange(5_000, 90_000), partial(self._heard_again, message))

    def _heard_again(self, message: Message) -> None:
        if self.life is not None and self.life.session is not None and not self.stage.healed:
            self.life.put(MessageArrived(topic=message.topic, payload=message.payload))

    def cut_link(self) -> None:
        """The network between machine and broker is gone for a moment."""
        self._lose_link(self.random.randrange(0, 30_000))

    def _lose_link(self, notice_ms: int) -> None:
        if self.life is not None and self.life.session is not None:
            self.stage.broker.lose(self.life.session, notice_ms)

    # --- lock bus ------------------------------------------------------------------------------------------------------------------------

    def bus_write(self, data: bytes, name: str) -> None:
        """The controller's bytes go onto the line."""
        now_ms = self.stage.now_ms
        if name in ("unlock", "executed"):
            self.trace(f"bus> {name}")
        self.stage.trace.hidden(now_ms, f"{self.name} bus>", data)
        self.line.write(data, now_ms)

    def bus_moved(self) -> None:
        """What is due on the line happens, what arrived is handed on, and the next moment is waited for."""
        now_ms = self.stage.now_ms
        data = self.line.read(now_ms)
        if data:
            self.stage.trace.hidden(now_ms, f"{self.name} bus<", data)
            if self.life is not None:
                self.life.put(BytesArrived(data=data))
        self.stage.watch.truth()
        self._at_pulse()
        if self._pump is not None:
            self._pump.cancel()
        due = self.line.deadline()
        self._pump = self.stage.loop.call_at(due / 1000, self.bus_moved) if due is not None else None

    def _at_pulse(self) -> None:
        plan = self._unplugged
        if plan is not None and len(self.cabinet.pulses) >= plan.pulse:
            self._unplugged = None
            self.stage.later(plan.after_ms, lambda: self.unplug_bus(plan.for_ms))

    def unplug_bus(self, for_ms: int) -> None:
        """The cable of the lock bus is out for a while."""
        if not self.stage.healed:
            self.trace(f"bus unplugged for {for_ms} ms")
            self.line.link.connected = False
            self.stage.later(for_ms, self._bus_in)

    def _bus_in(self) -> None:
        self.line.link.connected = True

    # --- page ----------------------------------------------------------------------------------------------------------------------------

    def shown(self, message: ScreenMessage) -> None:
        """The page shows this now."""
        self.screen = message
        self.trace(f"screen {message.screen}")
        self.stage.watch.screen(message)

    def press(self, key: str) -> None:
        """Somebody presses a key on the screen as they see it."""
        if self.screen is not None and self.life is not None:
            self.trace(f"key {'#' if key.isdigit() and self.screen.screen in SECRET_PADS else key} on {self.screen.screen}")
            self.life.put(KeyPressed(key=key, rev=self.screen.rev))

    async def _page_lives(self, life: Life) -> None:
        while life.alive:
            if self.screen is not None:
                life.put(PageAlive(rev=self.screen.rev))
            await asyncio.sleep(PAGE_ALIVE_S)

    def _wish_of(self, number: int) -> bytes:
        """The wish for which a bought board drives this lock now: the last one that was committed."""
        last = max((seq for seq, fact in self.wishes.items() if fact.compartment == number), default=0)
        return bytes(4) + last.to_bytes(8, "big")

    # --- truth ---------------------------------------------------------------------------------------------------------------------------

    def committed(self, entries: tuple[Entry, ...]) -> None:
        """These entries are on the disk from now on."""
        for entry in entries:
            self.entries.append(entry)
            if isinstance(entry.fact, DoorUnlockDue):
                self.wishes[entry.seq], self.wish_boots[entry.seq] = entry.fact, entry.boot
            self.stage.watch.entry(entry)

    def push(self, number: int) -> None:
        """Somebody pushes a door shut."""
        self.trace(f"door {number} pushed")
        self.cabinet.push(number, self.stage.now_ms)
        self.bus_moved()

    def door_open(self, number: int) -> bool:
        """Whether the door stands open."""
        return not self.cabinet.doors[number].closed

    def trace(self, what: str) -> None:
        """One line of the log."""
        self.stage.log(self.name, what)
