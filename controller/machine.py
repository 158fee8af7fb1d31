"""One turn of the machine, pure: what a request makes, what is due, and when to look again.

The shell (`loop.py`) journals what `decide` returns, folds it, begins what `due` names and sets its timer to `deadline`.
"""

from collections import deque
from typing import cast

import msgspec

from contracts import facts as f
from contracts.facts import Entry
from contracts.faults import FaultName
from controller import clerk_rules, order_rules, rules, sale_rules
from controller.clerk import decide as clerk
from controller.clerk.decide import (
    AuditSaid,
    AuditStarted,
    AuditStuck,
    ClerkRequest,
    CodeEntered,
    LeaveAsked,
    QuarantineAsked,
    TakeBackAnswered,
    TakeBackAsked,
)
from controller.clock import Now
from controller.doors import decide as doors
from controller.doors.decide import DoorsMoved, LockOutcome
from controller.faults import faults
from controller.faults.faults import FaultsSeen
from controller.inputs import FactsGone, ModemSeen, ModemState, OrderSeen
from controller.live import Live
from controller.locker import decide as locker
from controller.locker.decide import LoadAnswered, LockerRequest, OpenAsked, OtherAsked
from controller.orders import orders
from controller.payment import decide as payment
from controller.payment import due as payment_due
from controller.payment.decide import BlikTold, Ended, Enquired, Offered
from controller.refused import Refused
from controller.sale_rules import SaleAsked
from controller.secret import Secret
from controller.settings import Settings
from controller.sms import sms
from controller.sms.sms import SmsOutcome, SmsReport
from controller.state import State, fold
from controller.wishes import Wish

FACTS_MAX = 32
MODEM_FAULTS: tuple[tuple[ModemState, FaultName], ...] = (
    ("silent", "modem_silent"), ("card", "modem_sim"), ("no_network", "modem_no_network"),
)  # fmt: skip


class TurnTooLong(RuntimeError):
    """The rules made more facts of one request than any request can need."""


class Restarted(msgspec.Struct, frozen=True):
    """The controller has started; `description` is the hash of its hardware description."""

    description: str


class Tick(msgspec.Struct, frozen=True):
    """A deadline has come."""


class LoadAsked(msgspec.Struct, frozen=True):
    """The clerk at the machine holds this document, whose case has these eight digits, and asks for a compartment."""

    deposit: str
    case: Secret


class ElsewhereSaid(msgspec.Struct, frozen=True):
    """The clerk says that the document lies in this compartment instead of the one that was opened for it."""

    compartment: int


ClerksRequest = ClerkRequest | LoadAsked | ElsewhereSaid
SaleRequest = SaleAsked | Offered | Ended | Enquired | BlikTold
Request = (
    LockerRequest
    | ClerksRequest
    | LockOutcome
    | DoorsMoved
    | FaultsSeen
    | OrderSeen
    | FactsGone
    | ModemSeen
    | SmsOutcome
    | SmsReport
    | SaleRequest
    | Restarted
    | Tick
)


def decide(state: State, live: Live, settings: Settings, request: Request, now: Now) -> tuple[Entry, ...]:
    """The entries of a request, all or none; raises Refused when it is not legal in this state."""
    queue = deque(_owner_decides(state, live, settings, request, now))
    entries: list[Entry] = []
    while queue:
        fact = queue.popleft()
        entry = Entry(state.seq + 1, now.wall, now.mono_ms, now.boot, now.trusted, cast("f.AnyFact", fact))
        state = fold(state, entry)
        entries.append(entry)
        if len(entries) > FACTS_MAX:
            raise TurnTooLong(type(request).__name__)
        # What a fact makes comes before its siblings: an opening is a hand-over before the same reading shows the door closed again.
        made = (
            *rules.follow(state, live, settings, fact),
            *clerk_rules.follow(state, live, settings, fact),
            *sale_rules.follow(state, fact),
        )
        queue.extendleft(reversed(made))
    return tuple(entries)


def _owner_decides(state: State, live: Live, settings: Settings, request: Request, now: Now) -> tuple[f.Fact, ...]:
    if isinstance(request, ClerkRequest):
        _refuse(_clerk_refusal(state, live, settings, request, now))
        return clerk.decide(state.clerk, request)
    if isinstance(request, SaleRequest):
        return _sale(state, live, settings, request, now)
    match request:
        case LockOutcome() | DoorsMoved():
            return doors.decide(state.doors, request)
        case FaultsSeen():
            return faults.decide(state.faults, request)
        case OrderSeen():
            refusal = order_rules.order_refusal(state, live, settings, request, now)
            return orders.decide(state.orders, request.order, refusal, live.nonce, now)
        case Restarted():
            started = f.BootStarted(software=settings.software, description=request.description)
            return (
                started,
                *locker.restarted(state.locker, settings.policy, now),
                *sms.restarted(state.sms),
                *clerk.restarted(state.clerk),
                *payment_due.restarted(state.payment),
            )
        case FactsGone():
            return _lost(state, request)
        case ModemSeen() | SmsOutcome() | SmsReport():
            return _modem(state, request)
        case Tick():
            return _overdue(state, live, settings, now)
        case LoadAsked() | ElsewhereSaid():
            return _clerk_loads(state, live, settings, request, now)
        case LoadAnswered(answer="not_put_in") if state.locker.loading is not None and not rules.may_open(state):
            _refuse(rules.answer_refusal(state, request))
            return clerk_rules.not_put_in(state)
        case _:
            _refuse(_locker_refusal(state, live, request))
            return locker.decide(state.locker, request, settings.policy, now)


def _sale(state: State, live: Live, settings: Settings, request: SaleRequest, now: Now) -> tuple[f.Fact, ...]:
    if not isinstance(request, SaleAsked):
        return payment.decide(state.payment, request)
    _refuse(sale_rules.sale_refusal(live, settings, request, now))
    return sale_rules.sold(state, settings, request, now)


def _locker_refusal(state: State, live: Live, request: LockerRequest) -> str | None:
    match request:
        case OpenAsked():
            return rules.resident_refusal(state, request) or rules.open_refusal(state, live, request)
        case LoadAnswered():
            return rules.answer_refusal(state, request)
        case OtherAsked():
            return rules.other_refusal(state)
        case _:
            return rules.resident_refusal(state, request)


def _clerk_loads(state: State, live: Live, settings: Settings, request: LoadAsked | ElsewhereSaid, now: Now) -> tuple[f.Fact, ...]:
    match request:
        case LoadAsked():
            _refuse(clerk_rules.clerk_refusal(state) or order_rules.deposit_refusal(state, live, settings, request.deposit))
            deposit = state.locker.deposits[request.deposit]
            compartment = rules.choose(state, live, settings, deposit.low, deposit.size)
            assert compartment is not None
            return (f.DepositLoading(deposit=request.deposit, compartment=compartment, order=""),)
        case ElsewhereSaid():
            _refuse(clerk_rules.elsewhere_refusal(state, settings, request.compartment))
            ended = locker.decide(state.locker, LoadAnswered("elsewhere"), settings.policy, now)
            return (*ended, f.CompartmentQuarantined(compartment=request.compartment, reason="elsewhere"))


def _clerk_refusal(state: State, live: Live, settings: Settings, request: ClerkRequest, now: Now) -> str | None:
    match request:
        case CodeEntered():
            return "busy" if state.at or state.locker.trying is not None else None
        case LeaveAsked(reason="finished") | AuditStarted():
            return clerk_rules.clerk_refusal(state)
        case QuarantineAsked():
            known = request.compartment in settings.cabinet.compartments()
            return clerk_rules.clerk_refusal(state) if known else "compartment_unknown"
        case TakeBackAsked():
            listed = clerk_rules.take_back_refusal(state, now, request.deposit, request.compartment)
            return listed or clerk_rules.open_refusal(state, live, settings, request.compartment)
        case TakeBackAnswered():
            return clerk_rules.answer_refusal(state, request.code)
        case AuditSaid():
            return clerk_rules.audit_refusal(state, request.same, request.contents)
        case AuditStuck():
            return None if state.doors.door(state.clerk.at).position == "open" else "door_closed"
        case _:
            return None


def _lost(state: State, gone: FactsGone) -> tuple[f.Fact, ...]:
    if gone.upto <= state.lost.upto:
        raise Refused("loss_known")
    return (f.FactsLost(upto=gone.upto, head=gone.head, reason="pruned"),)


def _modem(state: State, seen: ModemSeen | SmsOutcome | SmsReport) -> tuple[f.Fact, ...]:
    """Its faults, and the message that can go now; or what became of one."""
    if not isinstance(seen, ModemSeen):
        return sms.decide(state.sms, seen)
    changed = faults.changes(state.faults, tuple((fault, "modem", seen.state == name) for name, fault in MODEM_FAULTS))
    facts = (*changed, *(sms.next_try(state.sms) if seen.state == "ready" else ()))
    if not facts:
        raise Refused("no_change")
    return facts


def _refuse(code: str | None) -> None:
    if code is not None:
        raise Refused(code)


def _overdue(state: State, live: Live, settings: Settings, now: Now) -> tuple[f.Fact, ...]:
    of_locker = locker.overdue(state.locker, settings.policy, now)
    of_doors = doors.overdue(state.doors, live.seen_closed, lambda number: rules.board_boot(live, settings, number), now)
    of_others = (*sms.overdue(state.sms, now), *clerk.overdue(state.clerk, now), *payment_due.overdue(state.payment, now))
    facts = (*of_doors, *of_locker, *of_others)
    if not facts:
        raise Refused("nothing_overdue")
    return facts


def due(state: State, settings: Settings, now: Now) -> tuple[Wish, ...]:
    """Every wish that is outstanding, live and after a restart alike."""
    boot = state.boot.id
    of_locker = (*doors.due(state.doors, boot), *locker.due(state.locker, boot), *sms.due(state.sms, boot), *clerk.due(state.clerk, boot))
    return of_locker if settings.meter is None else (*of_locker, *payment_due.due(state.payment, now))


def deadline(state: State, now: Now) -> int | None:
    """When the state has something to decide by itself, in mono_ms of this boot."""
    of_locker = (doors.deadline(state.doors, now.boot), locker.deadline(state.locker, now), sms.deadline(state.sms, now))
    times = (*of_locker, clerk.deadline(state.clerk), payment_due.deadline(state.payment, now))
    return min((time for time in times if time is not None), default=None)
