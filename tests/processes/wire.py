"""A listener at the broker that keeps everything, and the centre's side of the contract by hand: acknowledges facts, signs orders."""

import hashlib
import hmac
import queue
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from contracts.facts import Entry
from contracts.key_files import read_key
from contracts.older_facts import read_entry
from contracts.orders import AnyAsk, Load, Order, SetPin, sign
from contracts.topics import Ack, Answer, FactBatch, MachineReport, Presence, decode, down, encode
from tests.processes.child import WITHIN_S

ENDS = ("done", "failed", "refused", "expired")


class Wire:
    """One MQTT client; messages are taken one after another by `until`."""

    def __init__(self, port: int, *topics: str, version: int = 5, name: str = "", tls: ssl.SSLContext | None = None) -> None:
        self._messages: queue.Queue[tuple[str, bytes, bool]] = queue.Queue()
        self._subscribed: queue.Queue[int] = queue.Queue()
        self._topics = topics
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTv5 if version == 5 else MQTTv311)
        self._client.on_message = self._on_message
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_socket_open = _without_nagle
        self._client.reconnect_delay_set(1, 1)
        if tls is not None:
            self._client.tls_set_context(tls)  # pyright: ignore[reportUnknownMemberType] - paho does not say what it takes
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._subscribed.get(timeout=WITHIN_S)

    def _on_connect(self, *_: Any) -> None:
        self._client.subscribe([(topic, 1) for topic in self._topics] or [("nothing", 0)])

    def _on_subscribe(self, *_: Any) -> None:
        self._subscribed.put(1)

    def _on_message(self, client: Client, data: Any, message: MQTTMessage) -> None:
        self._messages.put((message.topic, bytes(message.payload), message.retain))

    def next(self, within_s: float = WITHIN_S) -> tuple[str, bytes, bool]:
        """The next message: topic, payload, whether it was retained; raises TimeoutError."""
        try:
            return self._messages.get(timeout=within_s)
        except queue.Empty:
            raise TimeoutError("no message at the broker") from None

    @property
    def waiting(self) -> bool:
        """Whether `next` would return at once."""
        return not self._messages.empty()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Send; returns when the broker has it."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(WITHIN_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _without_nagle(client: Client, data: Any, opened: Any) -> None:
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class PaperCentre:
    """Stands where the centre stands, for one machine; every fact it took is checked against the chain."""

    def __init__(self, port: int, machine: str, keys: Path, *, version: int = 5, acknowledges: bool = True) -> None:
        self.machine = machine
        self.acknowledges = acknowledges
        self.facts: dict[int, Entry] = {}
        self.repeated = 0
        self.answers: list[Answer] = []
        self.presence: Presence | None = None
        self.report: MachineReport | None = None
        self.reports = 0
        self.epoch = ""
        self._head = bytes(32)
        self._counter = 0
        self._order_key = Ed25519PrivateKey.from_private_bytes(read_key(keys / "order.key"))
        self._pin_key = read_key(keys / f"pin-{machine}.key")
        self._wire = Wire(port, f"kiosk/v1/{machine}/up/#", version=version)

    @property
    def upto(self) -> int:
        """Every fact up to here was taken."""
        return len(self.facts)

    @property
    def offline(self) -> bool:
        """Whether the machine's last will is the last that was heard of it."""
        return self.presence is not None and not self.presence.online

    def until(self, right: Callable[[], bool], within_s: float = WITHIN_S) -> None:
        """Take messages until it is so; raises TimeoutError."""
        while not right():
            self._take(*self._wire.next(within_s))

    def take_all(self) -> None:
        """Take what has come so far."""
        while self._wire.waiting:
            self._take(*self._wire.next())

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        match topic.rsplit("/", 1)[1]:
            case "facts":
                self._facts(decode(payload, FactBatch))
            case "answers":
                self.answers.append(decode(payload, Answer))
            case "state":
                self.report = decode(payload, MachineReport)
                self.reports += 1
            case "presence":
                self._presence(decode(payload, Presence))
            case _:
                raise AssertionError(f"a machine said something on {topic}")

    def _presence(self, presence: Presence) -> None:
        self.presence = presence
        if presence.online:
            self.epoch = self.epoch or presence.epoch
            assert presence.epoch == self.epoch
            self.acknowledge()

    def acknowledge(self) -> None:
        """Say what this centre has."""
        if self.acknowledges and self.epoch:
            self._wire.publish(down(self.machine, "ack"), encode(Ack(epoch=self.epoch, upto=self.upto)))

    def _facts(self, batch: FactBatch) -> None:
        for raw in batch.facts:
            body = bytes(raw)
            entry = read_entry(body)
            if entry.seq in self.facts:
                assert self.facts[entry.seq] == entry, f"fact {entry.seq} came twice and not the same"
                self.repeated += 1
            elif entry.seq == self.upto + 1:
                if raw is batch.facts[0]:
                    assert batch.previous == self._head.hex(), f"the chain is broken at {entry.seq}"
                self._head = hashlib.sha256(self._head + body).digest()
                self.facts[entry.seq] = entry
        self.acknowledge()

    def kinds(self) -> list[str]:
        """The kinds of all facts, in order."""
        return [str(type(self.facts[seq].fact).__struct_config__.tag) for seq in sorted(self.facts)]

    def ends_of(self, order: str) -> set[tuple[str, str]]:
        """The different final answers that came for an order."""
        return {(one.state, one.code) for one in self.answers if one.order == order and one.state in ENDS}

    def order(self, ask: AnyAsk, **changes: Any) -> tuple[str, bytes]:
        """Sign and send an order for the present boot; its id and envelope."""
        assert self.presence is not None
        self._counter += 1
        expires = datetime.now(UTC) + timedelta(minutes=5)
        order = Order(self.machine, f"order-{self._counter}", self._counter, self.presence.nonce, expires, "clerk-1", "test", ask)
        payload = sign(msgspec.structs.replace(order, **changes), self._order_key)
        self.send(payload)
        return order.id, payload

    def send(self, payload: bytes, what: str = "orders") -> None:
        """Anything at all to the machine."""
        self._wire.publish(f"kiosk/v1/{self.machine}/down/{what}", payload)

    def pin(self, deposit: str, pin: str) -> str:
        """Have a PIN held for two days; the order's id."""
        digest = hmac.digest(self._pin_key, pin.encode(), hashlib.sha256).hex()
        return self.order(SetPin(deposit=deposit, hmac=digest, until=datetime.now(UTC) + timedelta(hours=48)))[0]

    def load(self, deposit: str, case: str = "26004711") -> tuple[str, bytes]:
        """Open a compartment for the clerk; the order's id and envelope."""
        return self.order(Load(deposit=deposit, case=case))

    def close(self) -> None:
        self._wire.close()
