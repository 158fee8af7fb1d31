"""Every request in every state: the facts it makes or the code it is refused with, line by line in every_request.txt."""

from pathlib import Path
from typing import Any, get_args

import pytest

from contracts.orders import AdmitClerk, AnyAsk, ExtendAll, Forget, Load, Order, Release, SendSms, SetPin, Withdraw
from controller import machine
from controller.clerk.decide import (
    AuditBack,
    AuditSaid,
    AuditStarted,
    AuditStopped,
    AuditStuck,
    CodeEntered,
    CodeMatched,
    LeaveAsked,
    QuarantineAsked,
    TakeBackAnswered,
    TakeBackAsked,
)
from controller.doors.decide import DoorMove, DoorsMoved, LockOutcome
from controller.doors.state import LockWish
from controller.faults.faults import FaultsSeen
from controller.inputs import FactsGone, ModemSeen, OrderSeen
from controller.locker.decide import (
    LeftOpen,
    LoadAnswered,
    OfficeAsked,
    OpenAsked,
    OtherAsked,
    PinEntered,
    PinMatched,
    Reported,
    VisitLeft,
)
from controller.machine import ElsewhereSaid, LoadAsked, Request, Restarted, Tick
from controller.payment.decide import BlikTold, Ended, Enquired, Offered
from controller.refused import Refused
from controller.sale_rules import SaleAsked
from controller.secret import Secret
from controller.settings import Meter, Settings
from controller.sms.sms import SmsOutcome, SmsReport
from controller.state import State
from tests.controller.bench_machine import CABINET, MACHINE, broken_rules, kind_of
from tests.controller.histories import HISTORIES, LATER, LIVE, NOW, UNTIL, folded

SETTINGS = Settings(MACHINE, "U-01", "place", CABINET, "0.1", modem=True, meter=Meter("SPP"))
GOLDEN = Path(__file__).parent / "every_request.txt"


def order(ask: AnyAsk, sealed_wrong: bool = False, **changes: Any) -> OrderSeen:
    fields: dict[str, Any] = {"machine": MACHINE, "id": "o-9", "counter": 9, "nonce": "nonce", "expires": UNTIL, "actor": "a"}
    return OrderSeen(Order(**(fields | changes), reason="r", ask=ask), sealed_wrong=sealed_wrong)


SET_PIN, LOAD = SetPin("dep-1", "ab" * 32, UNTIL), Load("dep-1", "26004711")
ADMIT = AdmitClerk("cd" * 32, UNTIL)
SEND = SendSms("dep-1-ready", "c2VhbGVk")


def requests(state: State) -> dict[str, Request]:
    """Every kind of request, addressed to what is in progress in this state."""
    door = state.doors.door(1)
    wish = door.lock.wish if door.lock else 4
    trying = state.sms.trying()
    sms = trying.seq if trying else 4
    match = state.locker.trying.seq if state.locker.trying else 0
    return {
        "PinEntered": PinEntered(),
        "PinEntered number": PinEntered("number-1"),
        "PinEntered other number": PinEntered("number-2"),
        "PinEntered again": PinEntered(again="dep-1"),
        "PinMatched dep-1": PinMatched(match, "dep-1"),
        "PinMatched dep-1 again": PinMatched(match, "dep-1", again="dep-1"),
        "PinMatched other again": PinMatched(match, "dep-1", again="dep-2"),
        "PinMatched none": PinMatched(match, None),
        "PinMatched late": PinMatched(match - 1, "dep-1"),
        "OpenAsked": OpenAsked("dep-1"),
        "OpenAsked other": OpenAsked("dep-2"),
        "OfficeAsked jam": OfficeAsked("dep-1", "jam"),
        "OfficeAsked reach": OfficeAsked("dep-1", "reach"),
        "Reported": Reported("dep-1", "empty"),
        "Reported other": Reported("dep-2", "empty"),
        "LeftOpen": LeftOpen(),
        "VisitLeft": VisitLeft(),
        "LoadAnswered in": LoadAnswered("in"),
        "LoadAnswered not_put_in": LoadAnswered("not_put_in"),
        "LoadAnswered elsewhere": LoadAnswered("elsewhere"),
        "OtherAsked": OtherAsked("not_empty"),
        "LockOutcome pulsed": LockOutcome(wish, 1, "pulsed"),
        "LockOutcome refused": LockOutcome(wish, 1, "refused", "busy"),
        "LockOutcome doubt": LockOutcome(wish, 1, "doubt"),
        "LockOutcome late": LockOutcome(wish + 1, 1, "pulsed"),
        "DoorsMoved open": DoorsMoved((DoorMove(1, "open", 9, 1),)),
        "DoorsMoved closed": DoorsMoved((DoorMove(1, "closed", 9, 1),)),
        "DoorsMoved both": DoorsMoved((DoorMove(1, "open", 9, 1, closed_again=True),)),
        "FaultsSeen": FaultsSeen((("door_jammed", "door 1", True),)),
        "OrderSeen set_pin": order(SET_PIN),
        "OrderSeen load": order(LOAD),
        "OrderSeen extend_all": order(ExtendAll(UNTIL)),
        "OrderSeen withdraw": order(Withdraw("dep-1")),
        "OrderSeen withdraw other": order(Withdraw("dep-2")),
        "OrderSeen forget": order(Forget("dep-1")),
        "OrderSeen forget other": order(Forget("dep-2")),
        "OrderSeen known": order(LOAD, id="o-1"),
        "OrderSeen other boot": order(LOAD, nonce="old"),
        "OrderSeen expired": order(LOAD, expires=NOW.wall),
        "OrderSeen admit_clerk": order(ADMIT),
        "OrderSeen admit_clerk old": order(AdmitClerk("cd" * 32, NOW.wall)),
        "OrderSeen release": order(Release(1, state.seq, empty=True)),
        "OrderSeen release unseen": order(Release(1, state.seq + 1, empty=True)),
        "OrderSeen release none": order(Release(99, 1)),
        "OrderSeen send_sms": order(SEND),
        "OrderSeen send_sms sealed": order(SEND, sealed_wrong=True),
        "SmsOutcome sent": SmsOutcome(sms, "sent", reference=7),
        "SmsOutcome failed": SmsOutcome(sms, "failed", "cms_38"),
        "SmsOutcome doubt": SmsOutcome(sms, "doubt"),
        "SmsOutcome late": SmsOutcome(sms - 1, "sent", reference=8),
        "SmsReport": SmsReport(7, "delivered"),
        "SmsReport other": SmsReport(8, "failed"),
        "ModemSeen ready": ModemSeen("ready"),
        "ModemSeen silent": ModemSeen("silent"),
        "FactsGone": FactsGone(5, "ab" * 32),
        "FactsGone before": FactsGone(0, "00" * 32),
        "Restarted": Restarted("d"),
        "Tick": Tick(),
        **of_clerks(state),
        **of_drivers(),
    }


def of_drivers() -> dict[str, Request]:
    """Every kind of request of somebody who pays, and of terminal and centre about it."""
    card = SaleAsked("card", 500, "SPP", NOW.wall, UNTIL)
    return {
        "SaleAsked card": card,
        "SaleAsked blik": SaleAsked("blik", 500, "SPP", NOW.wall, UNTIL),
        "SaleAsked nothing": SaleAsked("card", 0, "SPP", NOW.wall, UNTIL),
        "SaleAsked no time": SaleAsked("blik", 500, "SPP", NOW.wall, NOW.wall),
        "Offered": Offered("a-1", 500, "000042", "0007"),
        "Offered old": Offered("a-1", 500, "000041", "0006"),
        "Offered other amount": Offered("a-1", 501, "000042", "0007"),
        "Offered other": Offered("a-2", 500, "000042", "0007"),
        "Ended stored": Ended("a-1", "stored"),
        "Ended declined": Ended("a-1", "declined", "6c"),
        "Ended unknown": Ended("a-1", "unknown"),
        "Ended other": Ended("a-2", "stored"),
        "Enquired ours": Enquired(True, "000042", "0007", 500),
        "Enquired old": Enquired(True, "000041", "0006", 500),
        "Enquired silent": Enquired(False),
        "BlikTold pending": BlikTold("a-1", "pending"),
        "BlikTold paid": BlikTold("a-1", "paid"),
        "BlikTold declined": BlikTold("a-1", "declined", "user"),
        "BlikTold refunding": BlikTold("a-1", "refunding"),
        "BlikTold manual": BlikTold("a-1", "manual"),
        "BlikTold other": BlikTold("a-2", "paid"),
    }


def of_clerks(state: State) -> dict[str, Request]:
    """Every kind of request of clerk mode."""
    match = state.clerk.trying.seq if state.clerk.trying else 0
    return {
        "CodeEntered": CodeEntered(),
        "CodeMatched right": CodeMatched(match, right=True),
        "CodeMatched wrong": CodeMatched(match, right=False),
        "CodeMatched late": CodeMatched(match - 1, right=True),
        "LeaveAsked finished": LeaveAsked("finished"),
        "LeaveAsked idle": LeaveAsked("idle"),
        "LoadAsked": LoadAsked("dep-1", Secret("26004711")),
        "LoadAsked other": LoadAsked("dep-9", Secret("26004711")),
        "ElsewhereSaid": ElsewhereSaid(7),
        "ElsewhereSaid same": ElsewhereSaid(1),
        "TakeBackAsked": TakeBackAsked("dep-1", 1),
        "TakeBackAsked other": TakeBackAsked("dep-1", 2),
        "TakeBackAnswered ok": TakeBackAnswered("ok"),
        "TakeBackAnswered not_there": TakeBackAnswered("not_there"),
        "TakeBackAnswered no_close": TakeBackAnswered("no_close"),
        "AuditStarted": AuditStarted(),
        "AuditSaid empty": AuditSaid("empty", same=True),
        "AuditSaid document": AuditSaid("document", same=False),
        "AuditBack": AuditBack(),
        "AuditStuck": AuditStuck(),
        "AuditStopped": AuditStopped(20),
        "QuarantineAsked": QuarantineAsked(5, "dirty"),
        "QuarantineAsked none": QuarantineAsked(99, "dirty"),
    }


def outcome(state: State, request: Request) -> str:
    before = repr(state)
    now = LATER if isinstance(request, Tick) else NOW
    try:
        entries = machine.decide(state, LIVE, SETTINGS, request, now)
    except Refused as refused:
        assert repr(state) == before
        return f"! {refused.code}"
    after = folded(*(entry.fact for entry in entries), state=state, now=now)
    assert repr(state) == before
    assert [entry.seq for entry in entries] == list(range(state.seq + 1, after.seq + 1))
    return " ".join(kind_of(entry) for entry in entries)


def table() -> str:
    lines: list[str] = []
    for name, history in HISTORIES.items():
        state = folded(*history)
        lines += ["", f"[{name}]", *(f"{asked:27} {outcome(state, request)}" for asked, request in requests(state).items())]
    return "\n".join(lines[1:]) + "\n"


def test_every_request_in_every_state() -> None:
    assert table() == GOLDEN.read_text("utf-8")


def test_every_kind_of_request_is_asked() -> None:
    asked = {type(request) for request in requests(folded(*HISTORIES["empty"])).values()}
    assert asked == set(get_args(Request))


def test_every_phase_is_there() -> None:
    states = [folded(*history) for history in HISTORIES.values()]
    locks = [door.lock for state in states for door in state.doors.doors.values() if door.lock is not None]
    phases = get_args(LockWish.__annotations__["phase"])
    assert {lock.phase for lock in locks} == set(phases)
    assert {lock.wanted for lock in locks} == {True, False}
    assert {one.phase for state in states for one in state.locker.deposits.values()} == {
        "waiting", "stored", "collected", "withdrawn", "taken_back",
    }  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_the_histories_keep_the_rules(name: str) -> None:
    assert broken_rules(folded(*HISTORIES[name])) == []


@pytest.mark.parametrize("name", HISTORIES)
def test_what_is_taken_keeps_the_rules(name: str) -> None:
    """Except what no screen offers: a clerk's answer while the lock is still due has no key."""
    state = folded(*HISTORIES[name])
    for asked, request in requests(state).items():
        try:
            entries = machine.decide(state, LIVE, SETTINGS, request, NOW)
        except Refused:
            continue
        assert broken_rules(folded(*(entry.fact for entry in entries), state=state)) == [], asked
