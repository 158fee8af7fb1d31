"""A machine on the bench: the real loop, journal and vault on the real firmware core, in virtual time and without faults.

It watches while it runs: a deadline that never passes (a hot loop), a state that breaks a rule of its own, a lock that is driven against
the board's rules. What was shown is kept in `screens`, what was sent in `published`; when, say `shown`, `said` and `pressed` (the rev that
was answered).
"""

import sqlite3
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.descriptions import Locker, read_locker
from contracts.facts import AnyFact, Entry
from contracts.older_facts import read_entry
from contracts.orders import AnyAsk, Load, Order, SetPin, phone_mark, pin_mark, sign
from contracts.screen_messages import ScreenMessage
from contracts.sealed import Letter
from contracts.topics import Ack, Answer, FactBatch, MachineReport, decode, down, encode
from controller.clock import Now
from controller.inputs import BytesArrived, CasesKnown, Input, KeyPressed, LinkUp, MessageArrived, TimerFired
from controller.journal import Journal
from controller.locker.pins import PinPolicy
from controller.loop import Loop
from controller.receipts import ReceiptSigner
from controller.settings import Meter, Settings
from controller.speech import Utterance
from controller.state import State, fold
from controller.till import Till
from controller.turns import restart
from controller.vault import Vault, VaultKeys
from sim.byte_link import ByteLink
from sim.cabinet_line import BehindTheLine, CabinetLine
from sim.lock_cabinet import LockCabinet

MACHINE = "urzedomat-test-1"
PIN_KEY = bytes(range(32))
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CABINET = read_locker(Path(__file__).parents[2] / "hardware" / "urzedomat_24.toml")

PIN = "482913"
PHONE = "600100200"
RECEIPT_KEY = bytes(reversed(range(32)))
DOMAIN = "kiosk.example"
CASE = "26004711"
DEFAULT = PinPolicy()
TIMERS_IN_A_ROW = 8
"""So many turns of a timer may be due in one millisecond: the dialogue with the boards has some steps of no length."""


class SeededRandomness:
    """Ids from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def token(self, size: int) -> str:
        return self._random.randbytes(size).hex()


class BenchMachine:
    """Everything around one machine; time moves only by `run`."""

    def __init__(
        self,
        seed: int = 1,
        database: sqlite3.Connection | None = None,
        board_starts: int = 1,
        locker: Locker = CABINET,
        behind: BehindTheLine | None = None,
        modem: bool = False,
        policy: PinPolicy = DEFAULT,
        meter: Meter | None = None,
    ) -> None:
        self.ms = 0
        self.boots = 0
        self.boot_ms = 0
        self.trusted = True
        self.wall_jump = timedelta()
        self.key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.database = database or sqlite3.connect(":memory:", isolation_level=None)
        self.randomness = SeededRandomness(seed)
        self.cabinet = LockCabinet(CABINET if behind else locker)
        for _ in range(1, board_starts):
            self.cabinet.cut_power(0)
            self.cabinet.restore_power(0)
        self.line = CabinetLine(ByteLink(Random(seed), locker.file.bus.baud), behind or self.cabinet)
        self.settings = Settings(
            MACHINE,
            "U-01",
            "ul. Gronowa 22a",
            locker,
            "0.1",
            hotline="61 646 33 44",
            policy=policy,
            office="ul. Gronowa 22a",
            domain=DOMAIN,
            modem=modem,
            meter=meter,
        )
        self.screens: list[ScreenMessage] = []
        self.said: list[tuple[int, Utterance]] = []
        self.shown: list[tuple[int, ScreenMessage]] = []
        self.pressed: list[tuple[int, int]] = []
        self.published: list[tuple[str, bytes]] = []
        self.rescues: list[str] = []
        self.submitted: list[tuple[int, Letter]] = []
        self.counter = 0
        self.inbox: deque[Input] = deque()
        self.loop = self.start()
        self.run(500)

    def now(self) -> Now:
        boot = f"boot-{self.boots}"
        return Now(START + self.wall_jump + timedelta(milliseconds=self.ms), self.ms - self.boot_ms, boot, self.trusted)

    def start(self) -> Loop:
        """A new boot of the controller on the same storage."""
        self.boots += 1
        self.boot_ms = self.ms
        self.inbox = deque()
        journal = Journal(self.database, self.randomness)
        vault = Vault(self.database, VaultKeys(PIN_KEY, bytes(32)), self.randomness)
        receipts = ReceiptSigner(RECEIPT_KEY, MACHINE, DOMAIN)
        turns = restart(journal, vault, self.settings, self.randomness.token(8), self.now(), receipts)
        modem = self if self.settings.modem else None
        self.loop = Loop(turns, self, self, self, self, self.inbox.append, (self.key.public_key(),), modem, self, till=self.till())
        self.loop.start()
        self.loop.take(CasesKnown(cases=vault.cases()))
        self.loop.take(LinkUp(connection=f"connection-{self.boots}"))
        return self.loop

    def till(self) -> Till | None:
        """The card terminal of this boot, where there is one."""
        return None

    def other_ends(self) -> list[int]:
        """When something other than the boards has to say something."""
        return []

    def bring_others(self) -> None:
        """Give the loop what others than the boards say now."""

    def write(self, data: bytes) -> None:
        self.line.write(data, self.ms)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.published.append((topic, payload))

    def show(self, message: ScreenMessage) -> None:
        self.screens.append(message)
        self.shown.append((self.ms, message))

    def say(self, utterance: Utterance) -> None:
        self.said.append((self.ms, utterance))

    def reload(self) -> None:
        self.rescues.append("reload")

    def restart(self) -> None:
        self.rescues.append("restart")

    def submit(self, wish: int, letter: Letter) -> None:
        self.submitted.append((wish, letter))

    @property
    def screen(self) -> ScreenMessage:
        return self.screens[-1]

    def run(self, ms: int) -> None:
        """Let time pass."""
        end = self.ms + ms
        while True:
            self._settle()
            due = self.loop.deadline(self.now())
            times = [self.boot_ms + due] if due is not None else []
            line = self.line.deadline()
            times += [*([line] if line is not None else []), *self.other_ends()]
            soonest = max(min(times, default=end), self.ms + 1)
            if soonest > end:
                self.ms = end
                return
            self.ms = soonest

    def _settle(self) -> None:
        self.line.tick(self.ms)
        if data := self.line.read(self.ms):
            self.take(BytesArrived(data=data))
        self.bring_others()
        for _ in range(TIMERS_IN_A_ROW):
            while self.inbox:
                self.take(self.inbox.popleft())
            due = self.loop.deadline(self.now())
            if due is None or due > self.ms - self.boot_ms:
                return
            self.take(TimerFired())
        raise AssertionError(f"hot loop: the deadline stays in the past on screen {self.screen.say}")

    def take(self, item: Input) -> None:
        """One input, and a look at what it left behind."""
        self.loop.take(item)
        broken = broken_rules(self.loop.turns.state)
        assert broken == [], f"{broken} after {type(item).__name__} on screen {self.screen.say}"
        assert self.cabinet.violations == []

    def press(self, *keys: str) -> None:
        """Keys one after another, each on the screen that is shown then."""
        for key in keys:
            self.pressed.append((self.ms, self.screen.rev))
            self.take(KeyPressed(key=key, rev=self.screen.rev))
            self.run(60)

    def enter(self, pin: str = PIN) -> None:
        """From the first screen: the green key, six digits, the green key."""
        self.press("ok", *pin, "ok")

    def found(self) -> int:
        """A stored document whose PIN was typed; its compartment."""
        compartment = self.stored()
        self.run(10_000)  # the coil rests
        self.enter()
        return compartment

    def order(self, ask: AnyAsk, wait_ms: int = 60, **changes: object) -> str:
        """Sign and deliver an order and let `wait_ms` pass; its id."""
        self.counter += 1
        fields: dict[str, object] = {
            "machine": MACHINE, "id": f"order-{self.counter}", "counter": self.counter, "nonce": self.loop.turns.live.nonce,
            "expires": self.now().wall + timedelta(minutes=5), "actor": "clerk-1", "reason": "test", "ask": ask,
        }  # fmt: skip
        order = Order(**{**fields, **changes})  # type: ignore[arg-type]
        self.deliver(sign(order, self.key), wait_ms)
        return order.id

    def deliver(self, payload: bytes, wait_ms: int = 60) -> None:
        """A message on the orders topic."""
        self.take(MessageArrived(topic=down(MACHINE, "orders"), payload=payload))
        if wait_ms:
            self.run(wait_ms)

    def write_facts(self, *facts: AnyFact) -> None:
        """Facts that another part of the machine makes."""
        now, turns = self.now(), self.loop.turns
        entries = tuple(Entry(turns.state.seq + n, now.wall, now.mono_ms, now.boot, now.trusted, fact) for n, fact in enumerate(facts, 1))
        turns.journal.append(entries, turns.vault, ())
        for entry in entries:
            turns.state = fold(turns.state, entry)

    def acknowledge(self) -> None:
        """The centre has everything."""
        ack = Ack(epoch=self.loop.turns.journal.epoch, upto=self.loop.turns.journal.seq)
        self.take(MessageArrived(topic=down(MACHINE, "ack"), payload=encode(ack)))

    def hold_pin(self, pin: str = PIN, deposit: str = "dep-1", hours: int = 48, phone: str = PHONE) -> str:
        """The desk's first order."""
        until, mark = self.now().wall + timedelta(hours=hours), phone_mark(PIN_KEY, phone).hex()
        return self.order(SetPin(deposit=deposit, hmac=pin_hmac(pin).hex(), until=until, phone=mark))

    def loading(self, deposit: str = "dep-1", pin: str = PIN, low: bool = False) -> int:
        """A clerk in front of an open, empty compartment; its number."""
        self.hold_pin(pin, deposit)
        self.order(Load(deposit=deposit, case=CASE, low=low))
        self.run(1000)
        return int(self.screen.data["compartment"])

    def stored(self, pin: str = PIN, deposit: str = "dep-1", hours: int = 48, phone: str = PHONE) -> int:
        """A document that lies in a compartment; the compartment."""
        self.hold_pin(pin, deposit, hours, phone)
        self.order(Load(deposit=deposit, case=CASE))
        self.run(1000)
        compartment = int(self.screen.data["compartment"])
        self.push(compartment)
        self.press("1", "ok")
        return compartment

    def push(self, compartment: int) -> None:
        """Somebody closes the door."""
        self.cabinet.push(compartment, self.ms)
        self.run(600)

    def entries(self) -> list[Entry]:
        """The whole journal."""
        return [read_entry(row.body) for row in self.loop.turns.journal.read(0, 100_000)[1]]

    def kinds(self, after: int = 0) -> list[str]:
        """The kinds of fact in the journal after entry `after`, in order."""
        return [kind_of(entry) for entry in self.entries() if entry.seq > after]

    @property
    def seq(self) -> int:
        return self.loop.turns.state.seq

    @property
    def state(self) -> State:
        return self.loop.turns.state

    def faults(self) -> list[str]:
        """The active faults with their places."""
        return [f"{fault.fault} {fault.where}" for fault in self.state.faults.active]

    def count(self, code: str) -> int:
        """How often something was refused for this reason."""
        return self.loop.turns.live.counts.get(code, 0)

    def report(self) -> MachineReport:
        """The last picture for the centre."""
        return [decode(payload, MachineReport) for topic, payload in self.published if topic.endswith("/state")][-1]

    def answers(self) -> list[tuple[str, str]]:
        """Every answer published: order and state."""
        found = [decode(payload, Answer) for topic, payload in self.published if topic.endswith("/answers")]
        return [(one.order, one.state) for one in found]

    def batches(self) -> list[FactBatch]:
        """Every batch of facts published."""
        return [decode(payload, FactBatch) for topic, payload in self.published if topic.endswith("/facts")]


def kind_of(entry: Entry) -> str:
    """The kind of an entry's fact."""
    return str(type(entry.fact).__struct_config__.tag)


def pin_hmac(pin: str) -> bytes:
    """What the vault holds for these digits."""
    return pin_mark(PIN_KEY, pin)


def broken_rules(state: State) -> list[str]:
    """What no history of facts may make of a state."""
    locker, doors, clerk = state.locker, state.doors.doors, state.clerk
    waiting = [number for number, door in doors.items() if door.lock is not None and door.lock.opening and door.lock.wanted]
    visited = {state.at} - {0}
    lying = [one.compartment for one in locker.deposits.values() if one.phase in ("stored", "withdrawn")]
    rules = {
        "two visits at once": locker.loading is not None and locker.collection is not None,
        "wrong tries below zero": locker.pins.wrong < 0,
        "more tries without a day than tries": locker.pins.wrong >= 0 and not 0 <= locker.pins.unsure <= locker.pins.wrong,
        "a door opens for nobody": not set(waiting) <= visited,
        "two documents in one compartment": len(lying) != len(set(lying)),
        "a document in no compartment": 0 in lying,
        "a collection of a document that is not here": locker.collection is not None
        and locker.deposits[locker.collection.deposit].phase
        != ("collected" if locker.collection.handed_over or locker.collection.again else "stored"),
        "a loading without its order": locker.loading is not None
        and state.orders.loading(locker.loading.deposit) != (locker.loading.order or None),
        "an order without an end": any(
            order.state == "taken"
            and (locker.loading is None or not locker.loading.order)
            and order.id not in {one.order for one in state.sms.sending}
            for order in state.orders.known.values()
        ),
        "two messages with the modem": sum(1 for one in state.sms.sending if one.phase == "trying") > 1,
        "a clerk in two places": sum(each is not None for each in (locker.loading, locker.collection, clerk.takeback, clerk.audit)) > 1,
        "a clerk beside a resident": clerk.actor != "" and locker.collection is not None,
        "a code is compared that nobody expects": clerk.trying is not None and clerk.expected is None,
        "a fault twice": len({(one.fault, one.where) for one in state.faults.active}) != len(state.faults.active),
        "a pause below the first": any(one.pause is not None and one.level < 1 for one in locker.pins.numbers.values()),
        "numbers without a step-up": bool(locker.pins.numbers) and locker.pins.step_up is None,
    }
    return [rule for rule, is_broken in rules.items() if is_broken]
