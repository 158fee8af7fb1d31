"""Where most inputs end: in Live, without a fact. What needs a decision becomes one request."""

import msgspec

from controller import machine, senses
from controller.clerk.decide import CodeMatched
from controller.clock import Now
from controller.devices.card_terminal import DayEnded, LastSale, SaleEnded, SaleOffered, TerminalLost, TerminalSays, TerminalSeen
from controller.devices.lock_board_events import BoardLost, BoardSeen, Executed, Levels, UnlockResult
from controller.faults.faults import FaultsSeen
from controller.inputs import (
    AnswerMalformed,
    BlikHeard,
    CasesKnown,
    CodeCompared,
    CodeScanned,
    FactsGone,
    HeadphonesPlugged,
    HeadphonesUnplugged,
    Input,
    InputsDropped,
    KeyPressed,
    LinkDown,
    LinkUp,
    ModemSeen,
    OrderSeen,
    PageAlive,
    PinCompared,
    SmsAnswered,
    SmsReported,
    TimerFired,
    VoiceSeen,
)
from controller.live import Live
from controller.locker.decide import PinMatched
from controller.machine import Request, Tick
from controller.payment.decide import BlikTold, Ended, Enquired, Offered
from controller.secret import Secret
from controller.senses import BoardEvent
from controller.settings import Settings
from controller.sms.sms import SmsOutcome, SmsReport
from controller.state import State
from controller.till import TerminalEvent
from controller.visit import choices, clerk_cases, keys, screens, visits
from controller.visit.visiting import CaseRead

AnyInput = Input | BoardEvent | TerminalEvent
PAGE_SILENT_MS = 15_000


def absorb(state: State, live: Live, settings: Settings, item: AnyInput, now: Now) -> tuple[Live, Request | CaseRead | None]:
    """Live after the input, and the request it makes."""
    live, request = _of_terminal(live, item) if isinstance(item, TerminalEvent) else _absorb(state, live, settings, item, now)
    return choices.settled(live), request


def _absorb(state: State, live: Live, settings: Settings, item: Input | BoardEvent, now: Now) -> tuple[Live, Request | CaseRead | None]:
    match item:
        case BoardSeen() | BoardLost() | Levels() | UnlockResult() | Executed():
            return senses.absorb(state, live, settings, item, now)
        case KeyPressed():
            return _key(state, live, settings, item, now)
        case OrderSeen() | FactsGone() | BlikHeard():
            return live, BlikTold(item.attempt, item.state, item.reason) if isinstance(item, BlikHeard) else item
        case PageAlive():
            return msgspec.structs.replace(live, page_ms=now.mono_ms, rescue=""), FaultsSeen((("screen_silent", "screen", False),))
        case PinCompared() | CodeCompared():
            return live, _compared(live, item)
        case CodeScanned():
            return _scanned(state, live, settings, item, now)
        case HeadphonesPlugged() | HeadphonesUnplugged():
            return choices.plugged(live, settings, isinstance(item, HeadphonesPlugged), now), None
        case VoiceSeen():
            return live, FaultsSeen((("voice_silent", item.part, not item.works),))
        case ModemSeen():
            return msgspec.structs.replace(live, modem_ready=item.state == "ready"), item
        case SmsAnswered() | SmsReported():
            return live, _of_modem(item)
        case TimerFired():
            return _timer(state, live, settings, now)
        case _:
            return _heard(live, item), None


def _of_terminal(live: Live, event: TerminalEvent) -> tuple[Live, Request | None]:
    match event:
        case TerminalSeen() | TerminalLost():
            seen = isinstance(event, TerminalSeen)
            return msgspec.structs.replace(live, terminal=seen), FaultsSeen((("terminal_silent", "terminal", not seen),))
        case SaleOffered(attempt=attempt, sale=s):
            return live, Offered(attempt, s.amount, s.trace, s.receipt, s.time, s.date, s.card, s.last4)
        case SaleEnded():
            return live, Ended(event.attempt, event.end, event.result)
        case LastSale(sale=s):
            return live, Enquired(event.known, s.trace, s.receipt, s.amount) if s is not None else Enquired(event.known)
        case TerminalSays() | DayEnded():
            return live, None


def _compared(live: Live, item: PinCompared | CodeCompared) -> Request:
    if isinstance(item, PinCompared):
        return PinMatched(item.match, item.deposit, live.visit.again)
    return CodeMatched(item.match, item.right)


def _of_modem(item: SmsAnswered | SmsReported) -> Request:
    if isinstance(item, SmsAnswered):
        return SmsOutcome(item.wish, item.end, item.code, item.reference)
    return SmsReport(item.reference, item.status)


def _key(state: State, live: Live, settings: Settings, pressed: KeyPressed, now: Now) -> tuple[Live, Request | CaseRead | None]:
    # A key meant for a screen that is gone must not act on the next one (a double tap, a slow page).
    if not live.screen_rev <= pressed.rev <= live.rev:
        return live.counted("key_of_another_screen"), None
    if pressed.key not in screens.keys(screens.where(state, live, settings, now), state, live, settings, now):
        return live.counted("key_not_active"), None
    return keys.absorb(state, live, settings, pressed.key, now)


def _scanned(state: State, live: Live, settings: Settings, read: CodeScanned, now: Now) -> tuple[Live, CaseRead | None]:
    name = screens.where(state, live, settings, now)
    if name not in clerk_cases.SCANNED_ON:
        return live.counted("scan_not_expected"), None
    waiting = msgspec.structs.replace(live.visit, idle_ms=now.mono_ms + keys.idle_ms(name, settings, live.choices), digits=Secret())
    return msgspec.structs.replace(live, visit=waiting), CaseRead(read.code)


def _timer(state: State, live: Live, settings: Settings, now: Now) -> tuple[Live, Request | CaseRead | None]:
    live, request = visits.passed(state, live, settings, now)
    if request is not None:
        return live, request
    silent_ms = _silent_ms(live)
    if silent_ms is not None and now.mono_ms >= silent_ms:
        live = msgspec.structs.replace(live, rescue="restart" if live.rescue else "reload")
        return live, FaultsSeen((("screen_silent", "screen", True),))
    due_ms = machine.deadline(state, now)
    return live, Tick() if due_ms is not None and now.mono_ms >= due_ms else None


def _heard(live: Live, item: Input) -> Live:
    match item:
        case AnswerMalformed():
            return live.counted("page_answer_wrong")
        case InputsDropped():
            return live.counted("inputs_dropped")
        case LinkUp() | LinkDown():
            return msgspec.structs.replace(live, centre=isinstance(item, LinkUp))
        case CasesKnown():
            return msgspec.structs.replace(live, cases=item.cases)
        case _:
            return live


def _silent_ms(live: Live) -> int | None:
    """When the page has missed three signs of life and is reloaded, then three more and its browser is restarted, once.

    A machine without a page yet misses none.
    """
    if live.page_ms is None or live.rescue == "restart":
        return None
    return live.page_ms + (2 if live.rescue else 1) * PAGE_SILENT_MS


def deadline(state: State, live: Live, settings: Settings, now: Now) -> int | None:
    """When the state or the visit changes by itself, in mono_ms of this boot."""
    times = (machine.deadline(state, now), visits.deadline(state, live, settings, now), _silent_ms(live))
    return min((time for time in times if time is not None), default=None)
