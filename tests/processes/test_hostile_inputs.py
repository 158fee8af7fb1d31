"""Noise on the screen's socket, on the topics and on the lock bus: the process stays, nothing changes, and the counts tell of it."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection
from websockets.typing import Origin

from contracts.orders import Envelope, Load, Order, SetPin, sign
from contracts.topics import Ack, encode
from tests.processes.broker import Broker
from tests.processes.cabinet import Cabinet
from tests.processes.child import WITHIN_S
from tests.processes.closing import Keep
from tests.processes.machine import MACHINE, Machine
from tests.processes.page import Page
from tests.processes.relay import Relay
from tests.processes.wire import PaperCentre, Wire

pytestmark = [pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython]
REPORTS_MAX = 5


class Besieged:
    """A machine with everything, at rest, before anything is thrown at it."""

    def __init__(self, folder: Path, broker: Broker, keep: Keep) -> None:
        self._broker = broker
        self.cabinet = keep(Cabinet(folder / "board"))
        self.relay = keep(Relay(self.cabinet.port))
        self.machine = keep(Machine(folder / "machine", self.relay.url, broker.port))
        self.centre = keep(PaperCentre(broker.port, MACHINE, self.machine.keys))
        self.machine.start()
        self.page = keep(self.machine.page())
        self.page.until("l.attract")
        self.centre.until(lambda: self.centre.presence is not None and self.centre.presence.online)
        digest = hashlib.sha256(b"no PIN").hexdigest()
        known, self._known = self.centre.order(SetPin(deposit="dep-1", hmac=digest, until=datetime.now(UTC) + timedelta(hours=48)))
        self.centre.until(lambda: bool(self.centre.ends_of(known)))
        self.centre.until(lambda: self.centre.report is not None and self.centre.report.unacknowledged == 0 and self._seq() >= 4)
        self.facts = self._seq()

    def _seq(self) -> int:
        assert self.centre.report is not None
        return self.centre.report.seq

    def counted(self, **least: int) -> None:
        """The report shows at least these counts, and nothing else has changed."""
        answers = len(self.centre.answers)
        self.centre.send(self._known)  # answered from store, after everything that was sent before
        self.centre.until(lambda: len(self.centre.answers) > answers)
        # The bus tells its noise at most once a second, so that it may come with a later report.
        assert any(self._lacking(least) == [] for _ in range(REPORTS_MAX)), self.centre.report
        assert self._seq() == self.facts
        assert self.machine.running.running
        assert "Traceback" not in "\n".join(self.machine.running.lines)
        assert self.cabinet.look() == []
        with self.machine.page() as page:
            assert page.screen == "l.attract"

    def _lacking(self, least: dict[str, int]) -> list[str]:
        """The counts that the next report does not show yet."""
        self._report()
        assert self.centre.report is not None
        counts = self.centre.report.counts
        return [name for name, number in least.items() if counts.get(name, 0) < number]

    def _report(self) -> None:
        """Somebody takes the machine's name at the broker: it comes back and reports at once."""
        before = self.centre.reports
        Wire(self._broker.port, name=MACHINE).close()
        self.centre.until(lambda: self.centre.reports > before and not self.centre.offline)


@pytest.fixture
def besieged(tmp_path: Path, broker: Broker, keep: Keep) -> Besieged:
    return Besieged(tmp_path, broker, keep)


def order(keys: Path, nonce: str, **changes: object) -> bytes:
    """A load order as somebody signs it who is not the centre."""
    fields: dict[str, object] = {
        "machine": MACHINE, "id": "order-x", "counter": 1, "nonce": nonce, "expires": datetime.now(UTC) + timedelta(minutes=5),
        "actor": "nobody", "reason": "none", "ask": Load(deposit="dep-1", case="26004711"), **changes,
    }  # fmt: skip
    return sign(msgspec.convert(fields, Order, from_attributes=True), Ed25519PrivateKey.from_private_bytes(bytes(32)))


def test_everything_at_once(besieged: Besieged) -> None:
    dice = Random(7)
    for number in range(200):
        besieged.page.send(dice.randbytes(dice.randrange(200)) if number % 2 else json.dumps({"key": "ok" * number, "rev": number}))
        besieged.centre.send(dice.randbytes(dice.randrange(300)))
        besieged.centre.send(dice.randbytes(dice.randrange(300)), "ack")
        besieged.relay.inject(dice.randbytes(dice.randrange(100)))
    besieged.counted(page_answer_wrong=200, message_wrong=200, order_wrong=200, bus_noise=1)


def test_orders_that_are_not_ours(besieged: Besieged) -> None:
    assert besieged.centre.presence is not None
    nonce = besieged.centre.presence.nonce
    false = order(besieged.machine.keys, nonce)
    envelope = msgspec.json.decode(false, type=Envelope)
    torn = [
        false,
        order(besieged.machine.keys, nonce, machine="urzedomat-gronowa-2"),
        msgspec.json.encode(Envelope(order=envelope.order, signature="")),
        msgspec.json.encode(Envelope(order="ż", signature=envelope.signature)),
        base64.b64encode(false),
        b"[" * 3000,
        b"x" * 70_000,
        b"",
    ]
    for payload in torn:
        besieged.centre.send(payload)
    besieged.centre.send(encode(Ack(epoch="00", upto=1)), "ack")
    besieged.centre.send(encode(Ack(epoch=besieged.centre.epoch, upto=10**9)), "ack")
    besieged.counted(order_wrong=len(torn) - 1, ack_of_another_epoch=1, ack_beyond_journal=1)


def test_keys_of_screens_that_are_gone(besieged: Besieged) -> None:
    rev = besieged.page.message["rev"]  # a banner may have made it older by one or two, but not the screen
    for shown in (0, rev + 100, 2**53, -1):
        besieged.page.send(json.dumps({"key": "ok", "rev": shown}))
    besieged.page.send(json.dumps({"key": "5", "rev": rev}))
    besieged.counted(key_of_another_screen=4, key_not_active=1)


def _endlessly(page: Connection) -> None:
    while True:
        page.recv(WITHIN_S)


def test_too_long_too_many_and_from_elsewhere(besieged: Besieged) -> None:
    port = besieged.machine.screen_port
    with connect(f"ws://127.0.0.1:{port}/ws", proxy=None) as page:
        page.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            _endlessly(page)
    others = [Page(port) for _ in range(7)]
    with pytest.raises(InvalidStatus, match="403"):
        Page(port)
    for one in others:
        one.close()
    with pytest.raises(InvalidStatus, match="403"), connect(f"ws://127.0.0.1:{port}/ws", proxy=None, origin=Origin("http://evil.example")):
        pass
    besieged.counted()
