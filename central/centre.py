"""The centre: what comes in, what it changes in the store, what goes out after the commit.

Synchronous, without clock and randomness of its own: the same object runs in the process and in the simulation. Each call is one
transaction for what came in and one for what is due because of it; nothing is published or submitted before its commit. What is due is
read from the store, so a restart loses timers and nothing else.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from central import fleet, outages
from central.blik.calls import BlikLine, Call, NoGateway, Result
from central.blik.desk import BlikDesk
from central.blik.gateway import Paid
from central.books import following as books
from central.deposits.following import FOLLOWED, Following
from central.deposits.pins import Pins
from central.deposits.registration import NewDocument, Registration
from central.deposits.terms import Outage, Terms
from central.erasing import EVERY_MS, erase_what_has_served
from central.ingest import Ingest, acknowledgement
from central.machine_desk import MachineDesk
from central.order_desk import OrderDesk
from central.ports import Link, Now, Randomness, SmsLine, SmsResult
from central.settings import Settings
from central.signer import Signer
from central.sms.modem_line import ModemLine
from central.sms.outbox import SmsOutbox
from central.store import facts, letters, machines
from central.store.database import Store
from central.store.machines import Station
from central.times import to_ms
from contracts.facts import Entry, FaultCleared, FaultRaised, OrderTaken, SmsDelivered, SmsFailed, SmsInDoubt, SmsSent
from contracts.topics import Ack, MachineReport, MessageWrong, down, encode, machine_of

PAYLOAD_MAX = 4 * 1024 * 1024
SUBSCRIPTIONS = tuple(f"kiosk/v1/+/up/{what}" for what in ("facts", "state", "presence", "answers", "blik", "enquiries"))

SMS_FACTS = (SmsSent, SmsFailed, SmsInDoubt, SmsDelivered)
FOLDED = (OrderTaken, *FOLLOWED, *SMS_FACTS, *books.FOLLOWED, FaultRaised, FaultCleared)

T = TypeVar("T")


class Centre:
    """One centre over one store; `revision` grows with whatever pages may show; `since` is when `connected` changed last."""

    def __init__(
        self,
        store: Store,
        link: Link,
        sms: SmsLine,
        settings: Settings,
        signer: Signer,
        randomness: Randomness,
        blik: BlikLine | None = None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.revision = 0
        self.connected = False
        self.since: datetime | None = None
        self._link = link
        self._sms = sms
        self._gateway = blik or NoGateway()
        self._blik = BlikDesk(signer, has_gateway=blik is not None)
        self._desk = OrderDesk(signer, randomness)
        pins = Pins(settings, signer, randomness, self._desk)
        self._terms = Terms(settings, pins, self._desk)
        self.registration = Registration(settings, signer, randomness, self._desk, pins, self._terms)
        self.machines = MachineDesk(settings, signer, randomness, self._desk, self._terms)
        self._following = Following(settings, pins, self._terms, self.registration)
        self._outbox = SmsOutbox(settings, signer, self._terms, self._following.told)
        self._modem = ModemLine(settings, signer, randomness, self._desk, self._outbox)
        self._ingest = Ingest(self._fold)
        self._touched = True
        self._silent = False
        self._erase_ms: int | None = None
        self._scrubbed = False

    def link_up(self, now: Now) -> None:
        """The broker is there: what was sent into the dark is sent again."""
        self.connected, self.since = True, now.wall
        with self.store.transaction() as t:
            self._desk.forget_timers(None, t)
            acks = [(s.machine, _ack(t, s.machine, s.epoch)) for s in machines.read_all(t) if s.online]
        for machine, ack in acks:
            if ack is not None:
                self._acknowledge(machine, ack)
        self._changed(now)

    def link_down(self, now: Now) -> None:
        """The broker is gone: nothing is sent until it is back."""
        self.connected, self.since = False, now.wall
        self._changed(now)

    def receive(self, topic: str, payload: bytes, now: Now) -> None:
        """Take one message of a machine; a wrong one is counted and changes nothing else. Never raises for what the message says."""
        whose = machine_of(topic, "up")
        if whose is None:
            return
        machine, what = whose
        handler = self._handlers().get(what)
        if handler is None:
            return
        if machine not in self.settings.machines or len(payload) > PAYLOAD_MAX:
            self._turn_away(machine, what, payload, now)
        else:
            handler(machine, payload, now)

    def sms_answered(self, idx: str, result: SmsResult, now: Now) -> None:
        """What the provider said to a message submitted."""
        with self.store.transaction() as t:
            self._outbox.answered(t, idx, result, now)
        self._scrubbed = False  # an accepted message has erased its PIN
        self._changed(now)

    def blik_answered(self, call: Call, result: Result, now: Now) -> None:
        """What the payment gateway said to a call."""
        with self.store.transaction() as t:
            self._blik.answered(t, call, result, now)
        self._changed(now)

    def refund(self, attempt: str, now: Now) -> bool:
        """Give the money of an attempt by BLIK back, once; false when there is none."""
        return self.at_desk(lambda t: self._blik.refund(t, attempt, now), now)

    def blik_notified(self, attempt: str, paid: Paid, now: Now) -> None:
        """The gateway says by itself that an attempt is paid; whoever calls has checked its signature."""
        with self.store.transaction() as t:
            self._blik.notified(t, attempt, paid, now)
        self._changed(now)

    def delivery_reported(self, idx: str, status: str, now: Now) -> None:
        """What the network said later about a message."""
        self.deliveries_reported(((idx, status),), now)

    def deliveries_reported(self, said: Iterable[tuple[str, str]], now: Now) -> None:
        """The same of several messages, idx and status each, in one transaction: whoever can call us must not keep the disk busy."""
        with self.store.transaction() as t:
            for idx, status in said:
                self._outbox.delivered(t, idx, status, now)
        self._changed(now)

    def tick(self, now: Now) -> None:
        """Do what the time asks for."""
        self._send_due(now)

    def deadline(self) -> int | None:
        """When tick has something to do, as mono_ms; None: never by itself."""
        times = (self._desk.deadline() if self.connected else None, self._outbox.deadline(), self._blik.deadline(), self._erase_ms)
        return min((at for at in times if at is not None), default=None)

    def register(self, case: str, phone: str, machine: str, language: str, low: bool, actor: str, now: Now) -> str:
        """A clerk registers a document of the first type; the key of the deposit. Raises DeskRefused."""
        new = NewDocument(case, phone, machine, language, low)
        return self.at_desk(lambda t: self.registration.register(t, new, actor, now), now)

    def load(self, deposit: str, actor: str, now: Now) -> str:
        """A clerk stands at the machine and wants to put the document in; the id of the order. Raises DeskRefused."""
        return self.at_desk(lambda t: self.registration.load(t, deposit, actor, now), now)

    def cancel(self, deposit: str, actor: str, now: Now) -> None:
        """A clerk withdraws a registration whose document is not loaded. Raises DeskRefused."""
        self.at_desk(lambda t: self.registration.cancel(t, deposit, actor, now), now)

    def at_desk(self, deed: Callable[[Connection], T], now: Now) -> T:
        """A deed of `registration` or `machines` in one transaction; what it makes due goes out after it. Raises DeskRefused."""
        with self.store.transaction() as t:
            done = deed(t)
        self._scrubbed = False
        self._changed(now)
        return done

    def _handlers(self) -> dict[str, Callable[[str, bytes, Now], None]]:
        return {
            "facts": self._facts,
            "state": self._state,
            "presence": self._presence,
            "answers": self._answers,
            "blik": lambda machine, payload, now: self._paying(machine, "blik", payload, now),
            "enquiries": lambda machine, payload, now: self._paying(machine, "enquiries", payload, now),
        }

    def _turn_away(self, machine: str, what: str, payload: bytes, now: Now) -> None:
        with self.store.transaction() as t:
            if machine in self.settings.machines:
                letters.dead(t, machine, what, "message is too long", payload[:1024], to_ms(now.wall))
            else:
                letters.security(t, "", "machine_unknown", f"machine {machine}", to_ms(now.wall))
        self.revision += 1

    def _facts(self, machine: str, payload: bytes, now: Now) -> None:
        self._touched = False
        with self.store.transaction() as t:
            self._silent = machines.read(t, machine).out_from_ms > 0
            ack = self._ingest.take(t, machine, payload, now) or _ack(t, machine, machines.read(t, machine).epoch)
            machines.change(t, machine, heard_ms=to_ms(now.wall))
        if ack is not None:
            self._acknowledge(machine, ack)
        self.revision += 1
        if self._touched:
            self._send_due(now)

    def _state(self, machine: str, payload: bytes, now: Now) -> None:
        ack = over = None
        with self.store.transaction() as t:
            try:
                said = fleet.report(t, machine, payload, now)
                ack = _corrected(t, said) if said is not None else None
                over = outages.reported(t, said, now) if said is not None else None
                self._after(t, over, now)
            except MessageWrong as error:
                letters.dead(t, machine, "state", str(error), payload, to_ms(now.wall))
        if ack is not None:
            self._acknowledge(machine, ack)
        self.revision += 1
        if over is not None:
            self._send_due(now)

    def _presence(self, machine: str, payload: bytes, now: Now) -> None:
        ack = None
        with self.store.transaction() as t:
            try:
                born = fleet.presence(t, machine, payload, now, self.since)
            except MessageWrong as error:
                letters.dead(t, machine, "presence", str(error), payload, to_ms(now.wall))
                born = None
            if born is not None:
                self._desk.forget_timers(machine, t)
                ack = _ack(t, machine, born.epoch)
        if ack is not None:
            self._acknowledge(machine, ack)
        self._changed(now)

    def _answers(self, machine: str, payload: bytes, now: Now) -> None:
        with self.store.transaction() as t:
            try:
                self._desk.answered(t, machine, payload, now)
            except MessageWrong as error:
                letters.dead(t, machine, "answers", str(error), payload, to_ms(now.wall))
        self.revision += 1

    def _paying(self, machine: str, what: str, payload: bytes, now: Now) -> None:
        with self.store.transaction() as t:
            try:
                (self._blik.asked if what == "blik" else self._blik.enquired)(t, machine, payload, now)
            except MessageWrong as error:
                # What was asked with it is kept nowhere, though it was sealed.
                letters.dead(t, machine, what, str(error), b"" if what == "blik" else payload, to_ms(now.wall))
        self._changed(now)

    def _fold(self, t: Connection, machine: str, entry: Entry, now: Now) -> None:
        if self._silent:
            self._after(t, outages.heard(t, machine, entry), now)
        if not isinstance(entry.fact, FOLDED):
            return
        self._touched = True
        self._desk.fold(t, machine, entry, now)
        self._following.fold(t, machine, entry, now)
        self._modem.fold(t, machine, entry, now)
        books.fold(t, machine, entry, now)
        fleet.fold(t, machine, entry)

    def _after(self, t: Connection, outage: Outage | None, now: Now) -> None:
        if outage is not None:
            self._touched = True
            self._terms.after(t, outage, now)

    def _acknowledge(self, machine: str, ack: Ack) -> None:
        self._link.publish(down(machine, "ack"), encode(ack))

    def _changed(self, now: Now) -> None:
        self.revision += 1
        self._send_due(now)

    def _send_due(self, now: Now) -> None:
        """Publish and submit what the store says is due, after its commit."""
        with self.store.transaction() as t:
            stations: dict[str, Station] = {}

            def station(machine: str) -> Station:
                return stations.setdefault(machine, machines.read(t, machine))

            self._erase(t, now)
            messages = [message for message in self._outbox.send_due(t, now) if not self._modem.takes(t, message, now)]
            going = self._desk.send_due(t, station, now) if self.connected else []
            calls = self._blik.send_due(t, now)
            words = self._blik.words(t) if self.connected else []
        for topic, payload in going:
            self._link.publish(topic, payload)
        for machine, word in words:
            self._link.publish(down(machine, "blik"), encode(word))
        for call in calls:
            self._gateway.ask(call)
        for message in messages:
            self._sms.submit(message)
        if not self._scrubbed:
            self._scrubbed = self.store.scrub()

    def _erase(self, t: Connection, now: Now) -> None:
        if self._erase_ms is None or self._erase_ms <= now.mono_ms:
            self._erase_ms = now.mono_ms + EVERY_MS
            if erase_what_has_served(t, self.settings, now):
                self._scrubbed = False


def _ack(t: Connection, machine: str, epoch: str) -> Ack | None:
    return acknowledgement(t, facts.read_cursor(t, machine, epoch)) if epoch else None


def _corrected(t: Connection, said: MachineReport) -> Ack | None:
    """The true acknowledgement for a machine that believes more: one of before a restore came late, and it waits for its next fact."""
    held = _ack(t, said.machine, machines.read(t, said.machine).epoch)
    believed = said.seq - said.unacknowledged
    return held if held is not None and held.epoch == said.epoch and held.upto < believed else None
