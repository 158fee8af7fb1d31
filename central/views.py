"""What pages and API show: read from the store, masked, nothing decided."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from central import fleet
from central.deposits.history import code, find
from central.order_desk import ENDS
from central.phones import masked, mobile
from central.receipts import Checked, Receipts
from central.settings import Settings
from central.store import acts, compartments, deposit_facts, deposits, facts, letters, machines, orders, sms
from central.store.acts import Act
from central.store.compartments import CompartmentRow
from central.store.database import Store
from central.store.deposits import DepositRow
from central.store.facts import FeedRow
from central.store.letters import Letter, SecurityEvent
from central.store.machines import FaultRow, Station
from central.store.orders import OrderRow
from central.store.sms import SmsRow
from central.tasks import Task, read_tasks
from central.times import from_ms, to_ms
from contracts.descriptions import Grid
from contracts.orders import AnyAsk, ExtendAll
from contracts.topics import MachineReport

LATE_MS = 60_000
LIST_MAX = 100


class MachineView(msgspec.Struct, frozen=True):
    """One machine: `upto` is the last fact stored without a gap, `seen` the highest stored; `audit_at` when its last audit ended."""

    machine: str
    number: str
    place: str
    known: bool
    online: bool
    since: datetime | None
    heard: datetime | None
    boot: str
    epoch: str
    upto: int
    seen: int
    report: MachineReport | None
    report_at: datetime | None
    faults: list[FaultRow]
    audit_at: datetime | None = None
    audit_same: int = 0
    audit_diff: int = 0


class StepView(msgspec.Struct, frozen=True):
    """One step of an order's life; `by` is a person, `centre`, `answer` or `fact`."""

    state: str
    at: datetime
    by: str
    code: str


class OrderView(msgspec.Struct, frozen=True):
    """One order; `overdue` when its time has passed and the machine has not answered."""

    id: str
    machine: str
    verb: str
    deposit: str
    actor: str
    state: str
    code: str
    created: datetime
    expires: datetime
    overdue: bool
    steps: list[StepView]


class DepositView(msgspec.Struct, frozen=True):
    """One document as a clerk sees it; the phone is masked and the PIN is nowhere."""

    key: str
    machine: str
    case: str
    phone: str
    language: str
    low: bool
    state: str
    reason: str
    compartment: int
    reported: str
    until: datetime | None
    sms: str
    sms_code: str
    sms_at: datetime | None
    delivery: str
    order: str
    created: datetime
    changed: datetime
    kind: str = ""
    slip: bool = False
    printed: datetime | None = None


class MessageView(msgspec.Struct, frozen=True):
    """One text message; neither its text nor its phone."""

    purpose: str
    state: str
    code: str
    delivery: str
    created: datetime
    answered: datetime | None
    due: datetime | None


class WaitingView(msgspec.Struct, frozen=True):
    """What waits for a second person: more time at these machines."""

    group: str
    machines: list[str]
    until: datetime
    actor: str
    created: datetime


class FactView(msgspec.Struct, frozen=True):
    """One fact: `id` is the order of arrival, `entry` null when the stored bytes are no JSON, `late` when it came long afterwards."""

    id: int
    machine: str
    epoch: str
    seq: int
    kind: str
    received: datetime
    late: bool
    entry: msgspec.Raw


class DocumentView(msgspec.Struct, frozen=True):
    """One document with all that was done about it, and what its machine said, each with the code that a screen may have shown."""

    deposit: DepositView
    acts: list[Act]
    orders: list[OrderView]
    messages: list[MessageView]
    facts: list[tuple[str, FactView]]


class _Stamp(msgspec.Struct, frozen=True):
    wall: datetime


class Views:
    """Reads one store."""

    def __init__(self, store: Store, settings: Settings, grids: Mapping[str, Grid] | None = None, receipts: Receipts | None = None) -> None:
        self._store = store
        self._settings = settings
        self._receipts = receipts or Receipts(settings, {})
        self.grids = dict(grids or {})

    def machines(self) -> list[MachineView]:
        """Every machine of the settings."""
        with self._store.transaction() as t:
            heard = {station.machine: station for station in machines.read_all(t)}
            faults = machines.faults_of_all(t)
            stations = [heard.get(machine, Station(machine)) for machine in self._settings.machines]
            cursors = {s.machine: facts.read_cursor(t, s.machine, s.epoch) for s in stations if s.epoch}
        views: list[MachineView] = []
        for station in stations:
            about, cursor = self._settings.machines[station.machine], cursors.get(station.machine)
            views.append(
                MachineView(
                    machine=station.machine,
                    number=about.number,
                    place=about.place,
                    known=bool(station.connection),
                    online=station.online,
                    since=_moment(station.since_ms),
                    heard=_moment(station.heard_ms),
                    boot=station.boot,
                    epoch=station.epoch,
                    upto=cursor.upto if cursor else 0,
                    seen=cursor.seen if cursor else 0,
                    report=fleet.read_report(station),
                    report_at=_moment(station.report_ms),
                    faults=[fault for fault in faults if fault.machine == station.machine],
                    audit_at=_moment(station.audit_ms),
                    audit_same=station.audit_same,
                    audit_diff=station.audit_diff,
                )
            )
        return views

    def orders(self, now: datetime, limit: int = LIST_MAX) -> list[OrderView]:
        """The last orders with their lives, newest first."""
        with self._store.transaction() as t:
            return _orders(t, orders.newest(t, limit), now)

    def tasks(self, now: datetime) -> list[Task]:
        """What the clerks have to do, the most urgent first."""
        with self._store.transaction() as t:
            return read_tasks(t, self._settings, to_ms(now))

    def waiting(self) -> list[WaitingView]:
        """What waits for a second person, oldest first."""
        with self._store.transaction() as t:
            rows = orders.waiting(t)
        groups: dict[str, list[OrderRow]] = {}
        for row in rows:
            groups.setdefault(row.group_id, []).append(row)
        return [
            WaitingView(group, [row.machine for row in them], asked.until, them[0].actor, from_ms(them[0].created_ms))
            for group, them in groups.items()
            if isinstance(asked := msgspec.json.decode(them[0].ask, type=AnyAsk), ExtendAll)
        ]

    def document(self, key: str, now: datetime) -> DocumentView | None:
        """One document with its history, if it is ours."""
        with self._store.transaction() as t:
            row = deposits.read(t, key)
            if row is None:
                return None
            messages = sms.of_deposit(t, key)
            told = sms.of_deposits(t, [key])
            done, asked = acts.of_deposit(t, key), _orders(t, orders.of_deposit(t, key), now)
            said = [(code(self._settings, fact.machine, fact.seq), _fact(fact)) for fact in deposit_facts.of_deposit(t, key, LIST_MAX)]
        return DocumentView(_deposit(row, told.get(key)), done, asked, [_message(each) for each in messages], said)

    def to_load(self) -> list[DepositView]:
        """Documents that wait to be loaded, those of one machine together, the oldest first."""
        with self._store.transaction() as t:
            rows = sorted(deposits.in_states(t, ("held",)), key=lambda row: (row.machine, row.created_ms, row.key))
        return [_deposit(row, None) for row in rows]

    def quarantined(self, machine: str, compartment: int) -> CompartmentRow | None:
        """A compartment out of use."""
        with self._store.transaction() as t:
            return compartments.read(t, machine, compartment)

    def seen(self, machine: str) -> int:
        """The seq of this machine's last fact that the centre has without a gap."""
        with self._store.transaction() as t:
            epoch = machines.read(t, machine).epoch
            return facts.read_cursor(t, machine, epoch).upto if epoch else 0

    def deposits(self, limit: int = LIST_MAX) -> list[DepositView]:
        """The last deposits, newest first."""
        with self._store.transaction() as t:
            rows = deposits.newest(t, limit)
            messages = sms.of_deposits(t, [row.key for row in rows])
        return [_deposit(row, messages.get(row.key)) for row in rows]

    def found(self, text: str, limit: int = LIST_MAX) -> list[DepositView]:
        """Documents of a case, a phone or a screen's code, newest first; of a phone all that look like it, for only that may be shown."""
        number = mobile(text)
        with self._store.transaction() as t:
            rows = find(t, self._settings, text, masked(number) if number else "", limit)
            messages = sms.of_deposits(t, [row.key for row in rows])
        return [_deposit(row, messages.get(row.key)) for row in rows]

    def count(self) -> int:
        """How many documents there are and were."""
        with self._store.transaction() as t:
            return deposits.count(t)

    def deposit(self, key: str) -> DepositView | None:
        """One deposit, if it is ours."""
        with self._store.transaction() as t:
            row = deposits.read(t, key)
            messages = sms.of_deposits(t, [key])
        return _deposit(row, messages.get(key)) if row else None

    def receipt(self, text: str) -> Checked:
        """What a receipt is worth; raises ReceiptWrong."""
        with self._store.transaction() as t:
            return self._receipts.check(t, text)

    def facts_after(self, after: int, limit: int = LIST_MAX, machine: str | None = None) -> list[FactView]:
        """Facts in the order of arrival."""
        with self._store.transaction() as t:
            return [_fact(row) for row in facts.feed(t, after, limit, machine)]

    def newest_facts(self, limit: int) -> list[FactView]:
        """The last facts, newest first."""
        with self._store.transaction() as t:
            return [_fact(row) for row in facts.newest(t, limit)]

    def deeds(self, limit: int = LIST_MAX) -> list[Act]:
        """Who did what at the desk, newest first."""
        with self._store.transaction() as t:
            return acts.newest(t, limit)

    def counts(self) -> list[tuple[str, str, int]]:
        """(machine, name, n)."""
        with self._store.transaction() as t:
            return letters.all_counts(t)

    def letters(self, limit: int = LIST_MAX) -> list[Letter]:
        """The last dead letters."""
        with self._store.transaction() as t:
            return letters.letters(t, limit)

    def security(self, limit: int = LIST_MAX) -> list[SecurityEvent]:
        """The last security events."""
        with self._store.transaction() as t:
            return letters.security_list(t, limit)


def _orders(t: Connection, rows: list[OrderRow], now: datetime) -> list[OrderView]:
    lives: dict[str, list[StepView]] = {row.id: [] for row in rows}
    for step in orders.steps(t, list(lives)):
        lives[step.order_id].append(StepView(step.state, from_ms(step.at_ms), step.by, step.code))
    return [_order(row, lives[row.id], now) for row in rows]


def _message(row: SmsRow) -> MessageView:
    answered, due = _moment(row.answered_ms), _moment(row.due_ms)
    return MessageView(row.purpose, row.state, row.code, row.delivery, from_ms(row.created_ms), answered, due)


def _moment(ms: int) -> datetime | None:
    return from_ms(ms) if ms else None


def _deposit(row: DepositRow, message: SmsRow | None) -> DepositView:
    return DepositView(
        key=row.key,
        machine=row.machine,
        case=row.case_no,
        phone=row.phone_mask,
        language=row.language,
        low=row.low,
        state=row.state,
        reason=row.reason,
        compartment=row.compartment,
        reported=row.reported,
        until=_moment(row.until_ms) if row.stored_ms else None,
        sms=message.state if message else "",
        sms_code=message.code if message else "",
        sms_at=_moment(message.answered_ms) if message else None,
        delivery=message.delivery if message else "",
        order=row.set_order or row.load_order,
        created=from_ms(row.created_ms),
        changed=from_ms(row.changed_ms),
        kind=row.kind,
        slip=row.slip,
        printed=_moment(row.printed_ms),
    )


def _order(row: OrderRow, steps: list[StepView], now: datetime) -> OrderView:
    return OrderView(
        id=row.id,
        machine=row.machine,
        verb=row.verb,
        deposit=row.deposit,
        actor=row.actor,
        state=row.state,
        code=row.code,
        created=from_ms(row.created_ms),
        expires=from_ms(row.expires_ms),
        overdue=row.state not in ENDS and row.state not in ("taken", "waiting") and row.expires_ms <= to_ms(now),
        steps=steps,
    )


def _fact(row: FeedRow) -> FactView:
    entry = row.payload if _is_json(row.payload) else b"null"
    try:
        late = row.received_ms - to_ms(msgspec.json.decode(entry, type=_Stamp).wall) > LATE_MS
    except msgspec.DecodeError:
        late = False
    return FactView(row.id, row.machine, row.epoch, row.seq, row.kind, from_ms(row.received_ms), late, msgspec.Raw(entry))


def _is_json(payload: bytes) -> bool:
    try:
        msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
