"""States a machine can be in, each as the history of facts that leads there: compartment 1, deposit dep-1, order o-1."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from contracts import facts as f
from contracts.facts import AnyFact, Entry
from controller.clock import Now
from controller.live import BoardLink, Live, Seen
from controller.state import State, fold
from tests.controller.bench_machine import CABINET

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
UNTIL = AT + timedelta(hours=48)
SIX = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
NOW = Now(AT, 10_000, "boot-1", trusted=True)
LATER = Now(AT, 100_000, "boot-1", trusted=True)
SEEN = {number: Seen(closed=True, since_ms=0) for number in CABINET.compartments()}
LIVE = Live(nonce="nonce", seen=SEEN, boards={0: BoardLink(1, fits=True, read=True)}, centre=True, terminal=True)

BOOT = f.BootStarted(software="0.1", description="d")
HELD = (BOOT, f.PinSet(deposit="dep-1", until=UNTIL))
LOADING = (
    *HELD,
    f.OrderTaken(order="o-1", verb="load", actor="clerk", counter=1, deposit="dep-1"),
    f.DepositLoading(deposit="dep-1", compartment=1, order="o-1"),
    f.DoorUnlockDue(compartment=1, cause="deposit", pulse_ms=500, board_boot=1),
)
LOAD_OPEN = (*LOADING, f.DoorPulsed(compartment=1, wish=5), f.DoorOpened(compartment=1, cause="deposit", opens=1, board_boot=1))
LOAD_CHECK = (*LOAD_OPEN, f.DoorClosed(compartment=1, opens=1, board_boot=1))
STORED = (
    *LOAD_CHECK, f.DepositStored(deposit="dep-1", compartment=1), f.DoorGivenUp(compartment=1),
    f.OrderEnded(order="o-1", state="done", code="ok"),
)  # fmt: skip
TRYING = (*STORED, f.PinTrySpent())
BEGUN = (f.CollectionBegun(deposit="dep-1", compartment=1), f.DoorUnlockDue(compartment=1, cause="collection", pulse_ms=500, board_boot=1))
OPENING = (*STORED, *BEGUN)  # the wish is 13
PULSED = (*OPENING, f.DoorPulsed(compartment=1, wish=13))
JAMMED = (*PULSED, f.DoorJammed(compartment=1, wish=13), f.FaultRaised(fault="door_jammed", where="door 1"))
HANDED_OVER = (
    *PULSED, f.DoorOpened(compartment=1, cause="collection", opens=2, board_boot=1),
    f.DocumentHandedOver(deposit="dep-1", compartment=1),
)  # fmt: skip
COLLECTED = (
    *HANDED_OVER, f.DoorClosed(compartment=1, opens=2, board_boot=1),
    f.CollectionEnded(deposit="dep-1", compartment=1, closed=True), f.DoorGivenUp(compartment=1),
)  # fmt: skip
RESUMED = (
    f.CollectionResumed(deposit="dep-1", compartment=1),
    f.DoorUnlockDue(compartment=1, cause="collection", pulse_ms=500, board_boot=1),
)  # fmt: skip
STEPPED_UP = (*STORED, f.PinSteppedUp(until=SIX, asks="phone", day="2026-11-22", again=False))
NUMBER_TRIED = (f.NumberTrySpent(number="number-1"), f.PinRejected(match=0))
WITHDRAWN = (*STORED, f.DepositWithdrawn(deposit="dep-1", compartment=1, reason="reach"), f.DoorGivenUp(compartment=1))

EXPECTED = (*HELD, f.ClerkExpected(actor="A. Nowak", until=UNTIL))
CODE_TRY = (*EXPECTED, f.ClerkTrySpent())
CLERK_IN = (*CODE_TRY, f.ClerkEntered(actor="A. Nowak", match=4))
ASKED = (f.DepositLoading(deposit="dep-1", compartment=1, order=""),
         f.DoorUnlockDue(compartment=1, cause="deposit", pulse_ms=500, board_boot=1))  # fmt: skip
CLERK_LOADING = (*CLERK_IN, *ASKED)  # the wish is 7
CLERK_CHECK = (
    *CLERK_LOADING, f.DoorPulsed(compartment=1, wish=7), f.DoorOpened(compartment=1, cause="deposit", opens=1, board_boot=1),
    f.DoorClosed(compartment=1, opens=1, board_boot=1),
)  # fmt: skip
LEFT = f.ClerkLeft(reason="restarted")
BOUND = (*WITHDRAWN, f.ClerkExpected(actor="A. Nowak", until=UNTIL), f.ClerkTrySpent(), f.ClerkEntered(actor="A. Nowak", match=14))
TAKING = (
    *BOUND, f.TakeBackBegun(deposit="dep-1", compartment=1), f.DoorUnlockDue(compartment=1, cause="takeback", pulse_ms=500, board_boot=1),
)  # fmt: skip
TAKE_OPEN = (*TAKING, f.DoorPulsed(compartment=1, wish=17), f.DoorOpened(compartment=1, cause="takeback", opens=2, board_boot=1))
TAKE_SHUT = (*TAKE_OPEN, f.DoorClosed(compartment=1, opens=2, board_boot=1))
TAKEN = (*TAKE_SHUT, f.TakeBackEnded(deposit="dep-1", compartment=1, code="ok"), f.DoorGivenUp(compartment=1),
         f.DepositTakenBack(deposit="dep-1", compartment=1))  # fmt: skip
AUDIT = (
    *CLERK_IN, f.AuditBegun(), f.AuditAsked(compartment=1), f.DoorUnlockDue(compartment=1, cause="audit", pulse_ms=500, board_boot=1),
)  # fmt: skip
AUDIT_OPEN = (*AUDIT, f.DoorPulsed(compartment=1, wish=8), f.DoorOpened(compartment=1, cause="audit", opens=1, board_boot=1))
SMS_WAITING = (
    BOOT, f.OrderTaken(order="o-1", verb="send_sms", actor="centre", counter=1, idx="dep-1-ready"),
    f.SmsDue(idx="dep-1-ready", order="o-1"),
)  # fmt: skip
SMS_TRYING = (*SMS_WAITING, f.SmsTrySpent(idx="dep-1-ready"))  # the wish is 4
SMS_SENT = (*SMS_TRYING, f.SmsSent(idx="dep-1-ready", reference=7), f.OrderEnded(order="o-1", state="done", code="ok"))

TERMINAL = (BOOT, f.TerminalStored(trace="000041"))
QUOTED = f.RightQuoted(attempt="a-1", zone="SPP", start=AT, until=AT + timedelta(hours=2))
PAYING = (*TERMINAL, QUOTED, f.AttemptMade(attempt="a-1", method="card", amount=500, trace="000041"))
COMMITTING = (
    *PAYING,
    f.AttemptAuthorised(attempt="a-1", trace="000042", receipt="0007", time="101500", date="1123", card="Visa", last4="4242"),
    f.RightProvisional(attempt="a-1"), f.AttemptCommitting(attempt="a-1"),
)  # fmt: skip
BLIK_ASKED = (
    *TERMINAL, QUOTED, f.AttemptMade(attempt="a-1", method="blik", amount=500, trace=""), f.RightProvisional(attempt="a-1"),
    f.AttemptCommitting(attempt="a-1"),
)  # fmt: skip

HISTORIES: Mapping[str, tuple[AnyFact, ...]] = {
    "empty": (BOOT,),
    "held": HELD,
    "loading, lock due": LOADING,
    "loading, lock refused": (*LOADING, f.DoorRefused(compartment=1, wish=5, code="cooling", wait_ms=900)),
    "loading, in doubt": (*LOADING, f.DoorInDoubt(compartment=1, wish=5)),
    "loading, open": LOAD_OPEN,
    "loading, moving": (*LOAD_OPEN, f.DepositMoving(deposit="dep-1", compartment=1, reason="not_empty")),
    "loading, closed": LOAD_CHECK,
    "stored": STORED,
    "a try is compared": TRYING,
    "day spent": (*STORED, f.PinDayBegun(day="2026-11-23"),
                  *(fact for n in range(13, 53, 2) for fact in (f.PinTrySpent(), f.PinRejected(match=n)))),
    "stepped up": STEPPED_UP,
    "stepped up, until nobody knows": (*STORED, f.PinSteppedUp(until=None, asks="phone", day="", again=False)),
    "stepped up, a number is tried": (*STEPPED_UP, f.NumberTrySpent(number="number-1")),
    "stepped up, a number tried thrice": (*STEPPED_UP, *NUMBER_TRIED, *NUMBER_TRIED, f.NumberTrySpent(number="number-1")),
    "stepped up, number paused": (*STEPPED_UP, *(NUMBER_TRIED * 3), f.NumberPaused(number="number-1", level=1, pause_ms=60_000)),
    "no PINs today": (*STORED, f.PinSteppedUp(until=SIX, asks="nothing", day="2026-11-23", again=False)),
    "collecting, lock due": OPENING,
    "collecting, pulsed": PULSED,
    "collecting, jammed": JAMMED,
    "collecting, asked thrice": (*JAMMED, *BEGUN, f.DoorJammed(compartment=1, wish=18), *BEGUN, f.DoorJammed(compartment=1, wish=21)),
    "collecting, in doubt": (*OPENING, f.DoorInDoubt(compartment=1, wish=13)),
    "given up while due": (*OPENING, f.CollectionAbandoned(deposit="dep-1", compartment=1), f.DoorGivenUp(compartment=1)),
    "handed over": HANDED_OVER,
    "collected": COLLECTED,
    "asked for once more": (*COLLECTED, f.PinTrySpent()),
    "opening once more": (*COLLECTED, *RESUMED),
    "open once more": (*COLLECTED, *RESUMED, f.DoorOpened(compartment=1, cause="collection", opens=3, board_boot=1),
                       f.CollectionReopened(deposit="dep-1", compartment=1)),
    "reported": (*HANDED_OVER, f.DepositReported(deposit="dep-1", compartment=1, contents="empty")),
    "forced": (*STORED, f.FaultRaised(fault="door_forced", where="door 1"), f.CompartmentQuarantined(compartment=1, reason="forced")),
    "withdrawn": WITHDRAWN,
    "a clerk is expected": EXPECTED,
    "the last code try": (*EXPECTED, *(fact for n in range(4, 12, 2) for fact in (f.ClerkTrySpent(), f.ClerkRejected(match=n))),
                          f.ClerkTrySpent()),
    "a code is compared": CODE_TRY,
    "a clerk is in": CLERK_IN,
    "a clerk loads, lock due": CLERK_LOADING,
    "a clerk loads, closed": CLERK_CHECK,
    "a clerk loaded and has left": (*CLERK_CHECK, LEFT),
    "taking back, lock due": TAKING,
    "taking back, open": TAKE_OPEN,
    "taking back, closed": TAKE_SHUT,
    "taking back, the clerk has left": (*TAKE_SHUT, LEFT),
    "taken back": TAKEN,
    "audit, lock due": AUDIT,
    "audit, open": AUDIT_OPEN,
    "audit, answered and open": (*AUDIT_OPEN, f.AuditAnswered(compartment=1, contents="empty", same=True)),
    "quarantined": (*STORED, f.CompartmentQuarantined(compartment=1, reason="damaged")),
    "a message waits": SMS_WAITING,
    "a message is with the modem": SMS_TRYING,
    "a message was sent": SMS_SENT,
    "a message was delivered": (*SMS_SENT, f.SmsDelivered(idx="dep-1-ready", status="delivered")),
    "a terminal is known": TERMINAL,
    "a card is asked for": PAYING,
    "a card is asked for, in doubt": (*PAYING, f.AttemptInDoubt(attempt="a-1", tries=1)),
    "a card is charged": COMMITTING,
    "a card was charged, in doubt": (*COMMITTING, f.AttemptInDoubt(attempt="a-1", tries=1)),
    "paid by card": (*COMMITTING, f.AttemptCaptured(attempt="a-1"), f.RightActive(attempt="a-1")),
    "a card is a person's": (*COMMITTING, f.AttemptInDoubt(attempt="a-1", tries=9), f.AttemptManual(attempt="a-1", reason="silent")),
    "BLIK is asked for": BLIK_ASKED,
    "BLIK in doubt": (*BLIK_ASKED, f.AttemptInDoubt(attempt="a-1", tries=1)),
    "BLIK refused": (*BLIK_ASKED, f.AttemptDeclined(attempt="a-1", result="user"), f.RightVoid(attempt="a-1", reason="declined")),
    "a message is in doubt": (*SMS_TRYING, f.SmsInDoubt(idx="dep-1-ready"), f.OrderEnded(order="o-1", state="failed", code="in_doubt")),
}  # fmt: skip


def folded(*facts: AnyFact, state: State | None = None, now: Now = NOW) -> State:
    """The state after these facts, all written at once."""
    state = state or State()
    for fact in facts:
        state = fold(state, Entry(state.seq + 1, now.wall, now.mono_ms, now.boot, now.trusted, fact))
    return state
