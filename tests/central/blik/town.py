"""A meter, a centre and a gateway in one virtual time, with a network between the first two that can be cut."""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Engine

from central.centre import Centre
from central.ports import Now
from central.settings import MachineSettings, Settings
from central.signer import Signer
from central.store import attempts
from central.store.attempts import AttemptRow
from central.store.database import Store
from contracts.topics import BlikWord, decode, down
from controller.inputs import LinkDown, LinkUp, MessageArrived
from controller.refused import Refused
from controller.sale_rules import SaleAsked
from controller.secret import Secret
from sim.bank import Bank
from sim.blik_line import SimBlikLine
from tests.central.paper_machine import Dice, memory_engine
from tests.controller.bench_machine import MACHINE, PIN_KEY, START
from tests.controller.payment.bench_meter import BenchMeter, attempt_of

CODE = "777123"
PRICE = 870


class Town:
    """Everything around one payment; `cut` takes the network away, `restart_centre` what is in its memory."""

    def __init__(self, engine: Engine | None = None, *, tells_declines: bool = True) -> None:
        self.engine = engine or memory_engine()
        self.bank = Bank()
        self.meter = BenchMeter()
        self.gateway = SimBlikLine(self.bank, lambda: self.meter.ms, tells_declines=tells_declines)
        self.connected = True
        self.links = 1
        self.sent: list[tuple[str, bytes]] = []
        self.heard = 0
        self.calls_lost = False
        self.centre = self._centre()
        self.run(5_000)

    def now(self) -> Now:
        return Now(START + timedelta(milliseconds=self.meter.ms), self.meter.ms)

    def _centre(self) -> Centre:
        settings = Settings(machines={MACHINE: MachineSettings()})
        signer = Signer(b"o" * 32, b"s" * 32, {MACHINE: PIN_KEY})
        centre = Centre(Store(self.engine), self, self, settings, signer, Dice(1, None), self.gateway)
        centre.link_up(self.now())
        return centre

    def restart_centre(self) -> None:
        """What was only in the memory of the centre is gone, the answers of the gateway with it."""
        self.gateway.answers()
        self.gateway._answers.clear()  # pyright: ignore[reportPrivateUsage]
        self.centre = self._centre()

    def restart_meter(self) -> None:
        """The meter's power fails and comes back."""
        self.meter.published.clear()
        self.heard = 0
        self.meter.start_again()
        if not self.connected:
            self.meter.take(LinkDown())

    def cut(self) -> None:
        """No network between meter and centre."""
        self.connected = False
        self.meter.take(LinkDown())
        self.centre.link_down(self.now())

    def heal(self) -> None:
        """The network is back."""
        self.connected, self.links = True, self.links + 1
        self.heard = len(self.meter.published)
        self.sent.clear()
        self.centre.link_up(self.now())
        self.meter.take(LinkUp(connection=f"again-{self.links}"))

    # --- the ports of the centre ---------------------------------------------------------------------------------------------------------

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.sent.append((topic, payload))

    def submit(self, sms: Any) -> None:
        raise AssertionError("no text message is sent here")

    # --- time ----------------------------------------------------------------------------------------------------------------------------

    def run(self, ms: int) -> None:
        """Let time pass in steps that no answer is lost in."""
        end = self.meter.ms + ms
        while self.meter.ms < end:
            self.meter.run(min(250, end - self.meter.ms))
            self._carry()
            for call, result in self.gateway.answers():
                self.centre.blik_answered(call, result, self.now())
            self.centre.tick(self.now())
            self._carry()

    def _carry(self) -> None:
        while self.connected and self.heard < len(self.meter.published):
            topic, payload = self.meter.published[self.heard]
            self.heard += 1
            self.centre.receive(topic, payload, self.now())
        while self.connected and self.sent:
            topic, payload = self.sent.pop(0)
            if topic.startswith(down(MACHINE, "ack")[: -len("ack")]):
                self.meter.take(MessageArrived(topic=topic, payload=payload))

    # --- people --------------------------------------------------------------------------------------------------------------------------

    def pay(self, code: str = CODE, price: int = PRICE) -> str:
        """Somebody types a code and green; the attempt. Raises Refused."""
        turns, now = self.meter.loop.turns, self.meter.now()
        turns.live = msgspec.structs.replace(turns.live, visit=msgspec.structs.replace(turns.live.visit, digits=Secret(code)))
        entries = turns.decide(SaleAsked("blik", price, "SPP", now.wall, now.wall + timedelta(hours=2)), now)
        return attempt_of(entries)

    def refused(self) -> str:
        """Why nothing can be paid by BLIK now; empty when it can."""
        try:
            self.pay()
        except Refused as refused:
            return refused.code
        return ""

    # --- the books -----------------------------------------------------------------------------------------------------------------------

    def row(self, attempt: str) -> AttemptRow | None:
        with self.centre.store.transaction() as t:
            return attempts.read(t, attempt)

    def told(self) -> list[BlikWord]:
        """Words that are on their way to the meter."""
        return [decode(payload, BlikWord) for topic, payload in self.sent if topic == down(MACHINE, "blik")]

    def books(self, attempt: str) -> tuple[str, str, list[int]]:
        """What the meter, the centre and the bank say of an attempt: right, state, money."""
        row = self.row(attempt)
        return self.meter.phase(attempt), row.state if row else "", self.bank.charged
