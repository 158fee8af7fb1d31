"""A machine on the bench: the real loop, journal and vault on the real firmware core, in virtual time and without faults."""

import sqlite3
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.descriptions import read_locker
from contracts.facts import Entry
from contracts.older_facts import read_entry
from contracts.orders import AnyAsk, Load, Order, SetPin, sign
from contracts.screen_messages import ScreenMessage
from contracts.topics import Ack, Answer, FactBatch, decode, down, encode
from controller.clock import Now
from controller.inputs import BytesArrived, Input, KeyPressed, LinkUp, MessageArrived, TimerFired
from controller.journal import Journal
from controller.loop import Loop
from controller.settings import Settings
from controller.turns import restart
from controller.vault import Vault, VaultKeys
from sim.byte_link import ByteLink
from sim.cabinet_line import CabinetLine
from sim.lock_cabinet import LockCabinet

MACHINE = "urzedomat-test-1"
PIN_KEY = bytes(range(32))
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CABINET = read_locker(Path(__file__).parents[2] / "hardware" / "urzedomat_24.toml")


class SeededRandomness:
    """Ids from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def token(self, size: int) -> str:
        return self._random.randbytes(size).hex()


class BenchMachine:
    """Everything around one machine; time moves only by `run`."""

    def __init__(self, seed: int = 1) -> None:
        self.ms = 0
        self.boots = 0
        self.boot_ms = 0
        self.trusted = True
        self.key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.randomness = SeededRandomness(seed)
        self.cabinet = LockCabinet(CABINET)
        self.line = CabinetLine(ByteLink(Random(seed)), self.cabinet)
        self.settings = Settings(MACHINE, "U-01", "ul. Gronowa 22a", CABINET, "0.1", hotline="61 646 33 44")
        self.screens: list[ScreenMessage] = []
        self.published: list[tuple[str, bytes]] = []
        self.counter = 0
        self.inbox: deque[Input] = deque()
        self.loop = self.start()

    def now(self) -> Now:
        boot = f"boot-{self.boots}"
        return Now(START + timedelta(milliseconds=self.ms), self.ms - self.boot_ms, boot, self.trusted)

    def start(self) -> Loop:
        """A new boot of the controller on the same storage."""
        self.boots += 1
        self.boot_ms = self.ms
        self.inbox = deque()
        journal = Journal(self.database, self.randomness)
        vault = Vault(self.database, VaultKeys(PIN_KEY, bytes(32)), self.randomness)
        turns = restart(journal, vault, self.settings, self.randomness.token(8), self.now())
        self.loop = Loop(turns, self, self, self, self, self.inbox.append, (self.key.public_key(),))
        self.loop.start()
        self.loop.take(LinkUp(connection=f"connection-{self.boots}"))
        return self.loop

    def write(self, data: bytes) -> None:
        self.line.write(data, self.ms)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.published.append((topic, payload))

    def show(self, message: ScreenMessage) -> None:
        self.screens.append(message)

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
            times += [line] if line is not None else []
            soonest = max(min(times, default=end), self.ms + 1)
            if soonest > end:
                self.ms = end
                return
            self.ms = soonest

    def _settle(self) -> None:
        self.line.tick(self.ms)
        if data := self.line.read(self.ms):
            self.loop.take(BytesArrived(data=data))
        while self.inbox:
            self.loop.take(self.inbox.popleft())
        due = self.loop.deadline(self.now())
        if due is not None and due <= self.ms - self.boot_ms:
            self.loop.take(TimerFired())

    def press(self, *keys: str) -> None:
        """Keys one after another, each on the screen that is shown then."""
        for key in keys:
            self.loop.take(KeyPressed(key=key, rev=self.screen.rev))
            self.run(60)

    def order(self, ask: AnyAsk, **changes: object) -> str:
        """Sign and deliver an order; its id."""
        self.counter += 1
        fields: dict[str, object] = {
            "machine": MACHINE, "id": f"order-{self.counter}", "counter": self.counter, "nonce": self.loop.turns.live.nonce,
            "expires": self.now().wall + timedelta(minutes=5), "actor": "clerk-1", "reason": "test", "ask": ask,
        }  # fmt: skip
        order = Order(**{**fields, **changes})  # type: ignore[arg-type]
        self.deliver(sign(order, self.key))
        return order.id

    def deliver(self, payload: bytes) -> None:
        """A message on the orders topic."""
        self.loop.take(MessageArrived(topic=down(MACHINE, "orders"), payload=payload))
        self.run(60)

    def acknowledge(self) -> None:
        """The centre has everything."""
        ack = Ack(epoch=self.loop.turns.journal.epoch, upto=self.loop.turns.journal.seq)
        self.loop.take(MessageArrived(topic=down(MACHINE, "ack"), payload=encode(ack)))

    def hold_pin(self, pin: str = "482913", deposit: str = "dep-1", hours: int = 48) -> str:
        """The desk's first order."""
        import hashlib
        import hmac

        digest = hmac.digest(PIN_KEY, pin.encode(), hashlib.sha256).hex()
        return self.order(SetPin(deposit=deposit, hmac=digest, until=self.now().wall + timedelta(hours=hours)))

    def stored(self, pin: str = "482913", deposit: str = "dep-1", hours: int = 48) -> int:
        """A document that lies in a compartment; the compartment."""
        self.hold_pin(pin, deposit, hours)
        self.order(Load(deposit=deposit, case="26004711"))
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

    def kinds(self) -> list[str]:
        """The kinds of fact in the journal, in order."""
        return [str(type(entry.fact).__struct_config__.tag) for entry in self.entries()]

    def answers(self) -> list[tuple[str, str]]:
        """Every answer published: order and state."""
        found = [decode(payload, Answer) for topic, payload in self.published if topic.endswith("/answers")]
        return [(one.order, one.state) for one in found]

    def batches(self) -> list[FactBatch]:
        """Every batch of facts published."""
        return [decode(payload, FactBatch) for topic, payload in self.published if topic.endswith("/facts")]
