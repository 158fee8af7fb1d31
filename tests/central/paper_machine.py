"""A machine on paper and a centre around it: the other end of every message, with its journal, its chain and nothing else."""

import hashlib
import hmac
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from central.centre import Centre
from central.ports import Now, Sms, SmsResult
from central.settings import MachineSettings, Settings, SmsSettings
from central.signer import Signer
from central.store.database import Store
from contracts.facts import AnyFact, BootStarted, DepositLoading, DepositStored, Entry, OrderEnded, OrderRefused, OrderTaken, PinSet
from contracts.orders import Load, Order, SetPin, deposit_of, open_envelope
from contracts.topics import Ack, Answer, FactBatch, Presence, decode, encode, up

MACHINE = "urzedomat-gronowa-1"
EPOCH = "00ff00ff00ff00ff"
PIN_KEY = b"p" * 32
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def memory_engine() -> Engine:
    """A database that lives as long as this object."""
    return create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})


class Wire:
    """A link and an SMS line that keep what was given to them."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.messages: list[Sms] = []

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.sent.append((topic, payload))

    def submit(self, sms: Sms) -> None:
        self.messages.append(sms)

    def take(self, what: str) -> list[bytes]:
        """What was sent to the machine on this topic, once."""
        found = [payload for topic, payload in self.sent if topic.endswith(f"/down/{what}")]
        self.sent = [(topic, payload) for topic, payload in self.sent if not topic.endswith(f"/down/{what}")]
        return found


class Dice:
    """Randomness from a seed; `pins` are drawn first."""

    def __init__(self, seed: int, pins: list[int] | None = None) -> None:
        self._random = random.Random(seed)
        self.pins = pins or []

    def token(self, size: int) -> str:
        return self._random.randbytes(size).hex()

    def below(self, limit: int) -> int:
        return self.pins.pop(0) if self.pins else self._random.randrange(limit)


class PaperMachine:
    """Journals facts, makes batches, opens envelopes."""

    def __init__(self, keys: Any, machine: str = MACHINE, epoch: str = EPOCH) -> None:
        self.machine, self.epoch, self.keys = machine, epoch, keys
        self.boot = "b1"
        self.stored: list[bytes] = []
        self.heads: list[bytes] = [bytes(32)]

    def fact(self, fact: AnyFact, wall: datetime = START) -> bytes:
        """Journal a fact; its stored bytes."""
        entry = Entry(seq=len(self.stored) + 1, wall=wall, mono_ms=0, boot=self.boot, trusted=True, fact=fact)
        return self.raw(msgspec.json.encode(entry))

    def raw(self, data: bytes) -> bytes:
        """Journal any bytes."""
        self.stored.append(data)
        self.heads.append(hashlib.sha256(self.heads[-1] + data).digest())
        return data

    def batch(self, first: int, last: int) -> bytes:
        """Facts `first` to `last` as they go out."""
        facts = [msgspec.Raw(data) for data in self.stored[first - 1 : last]]
        return encode(FactBatch(machine=self.machine, epoch=self.epoch, previous=self.heads[first - 1].hex(), facts=facts))

    def order(self, envelope: bytes) -> Order:
        """The order in an envelope."""
        return open_envelope(envelope, self.keys, self.machine)

    def take(self, order: Order) -> None:
        """Journal that the order was taken."""
        verb = str(type(order.ask).__struct_config__.tag)
        self.fact(OrderTaken(order=order.id, verb=verb, actor=order.actor, counter=order.counter, deposit=deposit_of(order.ask)))

    def do(self, order: Order) -> None:
        """Journal an order that is done at once."""
        self.take(order)
        if isinstance(order.ask, SetPin):
            self.fact(PinSet(deposit=deposit_of(order.ask), until=order.ask.until))
        self.fact(OrderEnded(order=order.id, state="done", code="ok"))

    def refuse(self, order: Order, code: str) -> None:
        """Journal a refusal."""
        self.fact(OrderRefused(order=order.id, verb="set_pin", actor=order.actor, counter=order.counter, code=code))

    def store(self, order: Order, compartment: int = 7) -> None:
        """Journal that a clerk loaded what the order names."""
        self.take(order)
        self.fact(DepositLoading(deposit=deposit_of(order.ask), compartment=compartment, order=order.id))
        self.fact(DepositStored(deposit=deposit_of(order.ask), compartment=compartment))
        self.fact(OrderEnded(order=order.id, state="done", code="ok"))


class House:
    """One centre, one machine on paper, one clock that is moved by hand."""

    def __init__(
        self, engine: Engine | None = None, pins: list[int] | None = None, sms: SmsSettings | None = None, **settings: Any
    ) -> None:
        self.engine = engine or memory_engine()
        self.wire = Wire()
        self.dice = Dice(1, pins)
        self.signer = Signer(b"o" * 32, b"s" * 32, {MACHINE: PIN_KEY})
        self.settings = Settings(machines={MACHINE: MachineSettings()}, sms=sms or SmsSettings(quiet=False), **settings)
        self.at = Now(wall=START, mono_ms=1_000)
        self.machine = PaperMachine(public_keys(self.signer))
        self.acked = 0
        self.centre = self.start()

    def start(self) -> Centre:
        """A new centre over the same database, as after a restart; the link is up."""
        self.centre = Centre(Store(self.engine), self.wire, self.wire, self.settings, self.signer, self.dice)
        self.centre.link_up(self.at)
        return self.centre

    def later(self, seconds: float) -> None:
        """Move the clock and let the centre do what is due."""
        self.at = Now(wall=self.at.wall + timedelta(seconds=seconds), mono_ms=self.at.mono_ms + int(seconds * 1000))
        self.centre.tick(self.at)

    def birth(self, connection: str = "c1", nonce: str = "n1") -> None:
        """The machine connects."""
        self.say("presence", encode(Presence(online=True, boot="b1", connection=connection, epoch=self.machine.epoch, nonce=nonce)))

    def will(self, connection: str = "c1") -> None:
        """The broker says that a connection has gone."""
        self.say("presence", encode(Presence(online=False, boot="b1", connection=connection)))

    def say(self, what: Any, payload: bytes, machine: str = MACHINE) -> None:
        """One message of the machine."""
        self.centre.receive(up(machine, what), payload, self.at)

    def answer(self, order: str, state: Any, code: str = "") -> None:
        """An answer of the machine."""
        self.say("answers", encode(Answer(order=order, state=state, code=code)))

    def sync(self) -> Ack:
        """Send every fact that is not acknowledged; the last acknowledgement."""
        self.say("facts", self.machine.batch(self.acked + 1, len(self.machine.stored)))
        ack = self.acks()[-1]
        self.acked = ack.upto
        return ack

    def acks(self) -> list[Ack]:
        """Acknowledgements since the last call."""
        return [decode(payload, Ack) for payload in self.wire.take("ack")]

    def orders(self) -> list[Order]:
        """Orders sent since the last call."""
        return [self.machine.order(payload) for payload in self.wire.take("orders")]

    def boot(self) -> None:
        """The machine starts and connects."""
        self.machine.fact(BootStarted(software="1", description="d"))
        self.birth()
        self.sync()

    def register(self, case: str = "26004711") -> str:
        """A clerk registers a document; the key of its deposit."""
        return self.centre.register(case, "601 234 123", MACHINE, "pl", False, "A. Nowak", self.at)

    def purposes(self) -> list[str]:
        """What the messages submitted so far are for, each tried message once."""
        return list(dict.fromkeys(sms.idx.partition("-")[2] for sms in self.wire.messages))

    def accept(self, sms: Sms) -> None:
        """The provider accepts a message."""
        self.centre.sms_answered(sms.idx, SmsResult("accepted", provider_id="p"), self.at)

    def work(self) -> None:
        """The machine does whatever `set_pin` and other plain orders it has been sent, until there is none."""
        while orders := [order for order in self.orders() if not isinstance(order.ask, Load)]:
            for order in orders:
                self.do(order)

    def do(self, order: Order) -> None:
        """One order is done, and the centre knows."""
        self.machine.do(order)
        self.sync()

    def submitted(self) -> str:
        """A document in compartment 7 whose first message the provider has and has not answered; its key."""
        self.boot()
        key = self.register()
        self.work()
        self.centre.load(key, "A. Nowak", self.at)
        (load,) = self.orders()
        self.machine.store(load)
        self.sync()
        self.work()
        return key

    def told(self) -> str:
        """A document in compartment 7 of which the resident knows; its key."""
        key = self.submitted()
        self.accept(self.wire.messages[-1])
        return key

    def deposit(self, key: str) -> Any:
        """The deposit's row."""
        from central.store import deposits

        with self.centre.store.transaction() as t:
            return deposits.read(t, key)

    def counts(self) -> dict[str, int]:
        """All counts by name."""
        from central.store import letters

        with self.centre.store.transaction() as t:
            return {name: n for _, name, n in letters.all_counts(t)}


def public_keys(signer: Signer) -> Any:
    """The keys with which a machine checks orders."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return (Ed25519PublicKey.from_public_bytes(signer.public_key()),)


def mark(pin: str) -> str:
    """The HMAC under which the machine knows this PIN."""
    return hmac.new(PIN_KEY, pin.encode(), hashlib.sha256).hexdigest()
