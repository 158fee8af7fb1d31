"""What the clerks have to do, read from the store: each task is there because of what happened and goes away by what happens."""

import msgspec
from sqlalchemy import Connection

from central.deposits.history import code
from central.settings import Settings
from central.sms.outbox import UNDELIVERED
from central.sms.purposes import PURPOSES
from central.store import compartments, deposit_facts, deposits, orders, sms
from central.store.compartments import CompartmentRow
from central.store.deposits import DepositRow
from central.store.sms import SmsRow
from central.times import DAY_MS

PRIORITY = {
    "reported_foreign": 1, "reported_empty": 1, "forced": 1, "take_out": 2, "audit": 2, "sms_refused": 2, "sms_undelivered": 2,
    "quarantined": 3, "expired": 3, "slip": 3, "sms_silent": 3, "waits": 3,
}  # fmt: skip
ALONE = ("reported_foreign", "reported_empty", "forced", "audit")
"""Reasons of a quarantine that are tasks of their own."""
REPORTED = ("reported_foreign", "reported_empty")
SILENT_MS = 2 * DAY_MS
"""Without a word of the network for so long nobody knows whether the resident was told."""
BEFORE_STORED = ("registered", "held", "loading")


class Task(msgspec.Struct, frozen=True):
    """One thing to do; `kind` names what and how, `reason` why. `deposit` or `compartment` is what it is about.

    `about` is the document whose resident said what lies in a compartment, `code` what the screen gave them to tell on the telephone.
    """

    kind: str
    priority: int
    since_ms: int
    machine: str
    compartment: int = 0
    deposit: str = ""
    case: str = ""
    phone: str = ""
    reason: str = ""
    found: str = ""
    expected: str = ""
    by: str = ""
    about: str = ""
    code: str = ""


def read_tasks(t: Connection, settings: Settings, at_ms: int) -> list[Task]:
    """Everything to do, the most urgent and then the oldest first."""
    inside, before = deposits.inside(t), deposits.in_states(t, BEFORE_STORED)
    tasks = [_quarantined(t, settings, row) for row in compartments.read_all(t)]
    tasks += [_about("take_out", row, row.changed_ms, row.reason) for row in deposits.in_states(t, ("withdrawn",))]
    tasks += [_about("expired", row, row.until_ms) for row in inside if row.until_ms <= at_ms and row.state == "told"]
    tasks += [_about("slip", row, row.pin_ms) for row in (*inside, *before) if row.slip and row.pin is not None and row.until_ms]
    messages = sms.answered_for(t, [row.key for row in inside])
    tasks += [task for row in inside if not row.slip and (task := _untold(row, messages.get(row.key, []), at_ms)) is not None]
    tasks += _waiting(t)
    known = [task for task in tasks if task.machine in settings.machines]
    return sorted(known, key=lambda task: (task.priority, task.since_ms, task.machine, task.compartment))


def _quarantined(t: Connection, settings: Settings, row: CompartmentRow) -> Task:
    kind = "audit" if row.found else row.reason if row.reason in ALONE else "quarantined"
    place, seen = (row.machine, row.compartment), (row.found, row.expected)
    task = Task(kind, PRIORITY[kind], row.since_ms, *place, reason=row.reason, found=seen[0], expected=seen[1])
    said = deposits.reported_in(t, *place) if kind in REPORTED else None
    if said is None:
        return task
    seq = deposit_facts.last_seq(t, said.key, "deposit.reported")
    named = code(settings, row.machine, seq) if seq else ""
    return msgspec.structs.replace(task, about=said.key, case=said.case_no, phone=said.phone_mask, code=named)


def _about(kind: str, row: DepositRow, since_ms: int, reason: str = "") -> Task:
    place = (row.machine, row.compartment)
    return Task(kind, PRIORITY[kind], since_ms, *place, deposit=row.key, case=row.case_no, phone=row.phone_mask, reason=reason)


def _untold(row: DepositRow, messages: list[SmsRow], at_ms: int) -> Task | None:
    """Whether the PIN, or the last word besides, did not arrive: a later message that arrives brings no PIN."""
    with_pin = [message for message in messages if PURPOSES[message.purpose].names_pin]
    found = [_not_arrived(row, max(each, key=_said), at_ms) for each in (with_pin, messages) if each]
    return next((task for task in found if task is not None), None)


def _said(message: SmsRow) -> tuple[int, int]:
    return message.created_ms, message.answered_ms


def _not_arrived(row: DepositRow, last: SmsRow, at_ms: int) -> Task | None:
    if last.state == "refused":
        return _about("sms_refused", row, last.answered_ms, last.code)
    if last.delivery in UNDELIVERED:
        return _about("sms_undelivered", row, last.delivery_ms, last.delivery)
    silent = last.delivery != "delivered" and at_ms - last.answered_ms > SILENT_MS
    return _about("sms_silent", row, last.answered_ms) if silent else None


def _waiting(t: Connection) -> list[Task]:
    groups = {order.group_id: order for order in reversed(orders.waiting(t))}
    return [Task("waits", PRIORITY["waits"], order.created_ms, order.machine, by=order.actor) for order in groups.values()]
