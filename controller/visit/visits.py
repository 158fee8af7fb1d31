"""What a visit learns: from facts that were written, and from time that has passed."""

import msgspec

from contracts import facts as f
from contracts.facts import Entry
from controller.clock import Now
from controller.faults.faults import FaultsSeen
from controller.live import Live, Visit
from controller.locker.collection import LeftOpen, expired
from controller.receipts import ReceiptSigner
from controller.rules import is_forced
from controller.secret import Secret
from controller.settings import Settings
from controller.state import State
from controller.visit import choices, clerk_learns, keys, resident, screens
from controller.visit.visiting import VisitRequest

CASE_DONE = (f.DepositStored, f.DepositNotStored, f.DocumentHandedOver, f.DepositWithdrawn, f.DepositForgotten)
"""From here on nobody needs the case number."""


def reflect(live: Live, state: State, settings: Settings, entries: tuple[Entry, ...], now: Now) -> Live:
    """Live after these entries were folded into `state`."""
    for entry in entries:
        if isinstance(entry.fact, CASE_DONE):
            live = msgspec.structs.replace(live, cases={key: case for key, case in live.cases.items() if key != entry.fact.deposit})
        visit = _learned(live.visit, state, settings, entry, now)
        if visit is not live.visit:
            live = msgspec.structs.replace(live, visit=visit)
            name = screens.where(state, live, settings, now)
            idle = None if name == "l.attract" else now.mono_ms + keys.idle_ms(name, settings, live.choices)
            live = msgspec.structs.replace(live, visit=msgspec.structs.replace(visit, idle_ms=idle, since_ms=now.mono_ms))
    return choices.settled(live)


def named(live: Live, state: State, settings: Settings, key: str, now: Now) -> Live:
    """Live once the typed number has its key."""
    live = msgspec.structs.replace(live, visit=msgspec.structs.replace(live.visit, named=key))
    return _waits(live, now.mono_ms + keys.idle_ms(screens.where(state, live, settings, now), settings, live.choices))


def certified(live: Live, state: State, receipts: ReceiptSigner) -> Live:
    """Live with the receipt of the collection that has just ended."""
    deposit = state.locker.deposits.get(live.visit.deposit)
    if live.visit.step != "done" or deposit is None or deposit.taken is None or not deposit.taken.reopens:
        return live
    return msgspec.structs.replace(live, visit=msgspec.structs.replace(live.visit, receipt=receipts.text(live.visit.deposit, deposit)))


def _learned(visit: Visit, state: State, settings: Settings, entry: Entry, now: Now) -> Visit:
    code = f"{settings.number}-{entry.seq}"
    fact = entry.fact
    match fact:
        case f.PinAccepted():
            return _accepted(Visit(lang=visit.lang, deposit=fact.deposit, code=code, seq=entry.seq), state, now)
        case f.PinRejected() | f.PinSteppedUp():
            return _not_accepted(visit, fact, now)
        case f.DepositReported():
            return Visit(step="reported", lang=visit.lang, code=code, compartment=fact.compartment, seq=entry.seq)
        case f.CollectionAbandoned() if visit.step == "reported":
            return Visit(step="reported", lang=visit.lang, code=code, compartment=fact.compartment, seq=entry.seq)
        case f.DepositWithdrawn() if (fact.deposit == visit.deposit and visit.step != "loaded") or fact.reason == "jam":
            return Visit(step="office", lang=visit.lang, deposit=fact.deposit, code=code, seq=entry.seq)
        case f.CollectionEnded() if visit.step == "reported" and fact.closed:
            return msgspec.structs.replace(visit, over="")  # whoever found something wrong still needs the code
        case f.CollectionEnded():
            ended = Visit(step="done" if fact.closed else "noclose", lang=visit.lang, asking=visit.asking)
            return msgspec.structs.replace(ended, deposit=fact.deposit, compartment=fact.compartment, code=code, seq=entry.seq)
        case f.DoorJammed() | f.DoorInDoubt() | f.DoorRefused() if fact.compartment == state.at:
            return msgspec.structs.replace(visit, over="", seq=entry.seq)
        case f.DoorOpened() | f.DoorClosed() if fact.compartment == state.at:
            return msgspec.structs.replace(visit, over="")
        case _:
            return clerk_learns.learned(visit, state, fact)


def _not_accepted(visit: Visit, fact: f.PinRejected | f.PinSteppedUp, now: Now) -> Visit:
    match fact:
        case f.PinRejected() if visit.named and not visit.again:
            return Visit(step="checking", lang=visit.lang, named=visit.named, answer_ms=now.mono_ms + resident.ANSWER_AFTER_MS)
        case f.PinRejected():
            return Visit(step="wrong", lang=visit.lang)
        case f.PinSteppedUp() if visit.step == "checking" and visit.answer_ms is None:
            return Visit(step="pin", lang=visit.lang)  # nothing was compared: both are asked for from here on
        case _:
            return visit


def _accepted(visit: Visit, state: State, now: Now) -> Visit:
    deposit = state.locker.deposits[visit.deposit]
    learned = msgspec.structs.replace(visit, step="found", compartment=deposit.compartment)
    match deposit.phase:
        case "stored" if is_forced(state.doors.door(deposit.compartment)):
            return msgspec.structs.replace(learned, step="unsure")
        case "stored":
            return msgspec.structs.replace(learned, step="expired") if expired(deposit, now) else learned
        case "waiting":
            return msgspec.structs.replace(learned, step="notready")
        case "collected":
            return msgspec.structs.replace(learned, step="used")
        case "withdrawn":
            return msgspec.structs.replace(learned, step="office")
        case "taken_back":
            return msgspec.structs.replace(learned, step="expired.office" if expired(deposit, now) else "moved")


def passed(state: State, live: Live, settings: Settings, now: Now) -> tuple[Live, VisitRequest | FaultsSeen | None]:
    """Live after time has passed, and the request of a visit whose time ran out."""
    collection = state.locker.collection
    if collection is not None and collection.handed_over:
        opened = resident.opened_ms(state.doors.door(collection.compartment), now)
        if now.mono_ms >= opened + settings.door_alarm_ms:
            return live, LeftOpen()
        until_ms = _over_until_ms(live.visit)
        return _laid_aside(live) if until_ms is not None and now.mono_ms >= until_ms else live, None
    visit, name = live.visit, screens.where(state, live, settings, now)
    wait = choices.waits(name, state)
    if wait == "first" and visit.idle_ms is not None and now.mono_ms >= visit.idle_ms:
        return msgspec.structs.replace(live, visit=Visit()), None  # the language that somebody chose goes with them
    if visit.over in choices.OVER and visit.idle_ms is not None and now.mono_ms >= visit.idle_ms:
        aside = _laid_aside(live)
        return _waits(aside, now.mono_ms + keys.idle_ms(screens.where(state, aside, settings, now), settings, live.choices)), None
    if (over_ms := _over_ms(state, visit, now)) is not None and now.mono_ms >= over_ms:
        return _answered(live, state, settings, now) if visit.step == "checking" else msgspec.structs.replace(live, visit=Visit()), None
    if wait in ("first", "device"):
        return live, _left_open(state, settings, now)
    if wait == "idle" and visit.idle_ms is None:  # came up by itself, after a restart
        return _waits(live, now.mono_ms + keys.idle_ms(name, settings, live.choices)), None
    if visit.idle_ms is None or now.mono_ms < visit.idle_ms:
        return live, None
    if wait == "idle" and name != "more_time":
        asking = msgspec.structs.replace(live, visit=msgspec.structs.replace(visit, over="more_time"))
        return _waits(asking, now.mono_ms + settings.more_time_ms), None
    visit, request = choices.gone(state, msgspec.structs.replace(visit, over="", digits=Secret()))
    return msgspec.structs.replace(live, visit=visit), request


def _over_ms(state: State, visit: Visit, now: Now) -> int | None:
    """When a step ends that no key puts off: a wrong entry is told, or the way back into a compartment is over."""
    if visit.step == "grace":
        return resident.reopens_ms(state, visit, now) or now.mono_ms
    return visit.answer_ms if visit.step == "checking" else None


def _answered(live: Live, state: State, settings: Settings, now: Now) -> Live:
    wrong = Visit(step="wrong", lang=live.visit.lang, named=live.visit.named, since_ms=now.mono_ms)
    live = msgspec.structs.replace(live, visit=wrong)
    return _waits(live, now.mono_ms + keys.idle_ms(screens.where(state, live, settings, now), settings, live.choices))


def _left_open(state: State, settings: Settings, now: Now) -> FaultsSeen | None:
    """A clerk may take any time; a door that stays open is for a technician to know."""
    alarm_ms = _alarm_ms(state, settings, now)
    if alarm_ms is None or now.mono_ms < alarm_ms:
        return None
    return FaultsSeen((("door_left_open", f"door {state.at}", True),))


def _alarm_ms(state: State, settings: Settings, now: Now) -> int | None:
    if not state.at or state.locker.collection is not None or state.faults.has("door_left_open", f"door {state.at}"):
        return None
    door = state.doors.door(state.at)
    return resident.opened_ms(door, now) + settings.door_alarm_ms if door.position == "open" else None


def _over_until_ms(visit: Visit) -> int | None:
    """When a choice that lies over the screen of an open door goes away by itself: the door is what matters."""
    return visit.idle_ms if visit.over else None


def _laid_aside(live: Live) -> Live:
    return msgspec.structs.replace(live, visit=msgspec.structs.replace(live.visit, over=""))


def _waits(live: Live, idle_ms: int) -> Live:
    return msgspec.structs.replace(live, visit=msgspec.structs.replace(live.visit, idle_ms=idle_ms))


def deadline(state: State, live: Live, settings: Settings, now: Now) -> int | None:
    """When the visit changes by itself, in mono_ms of this boot."""
    collection = state.locker.collection
    if collection is not None and collection.handed_over:
        opened = resident.opened_ms(state.doors.door(collection.compartment), now)
        times = (opened + settings.close_after_ms, opened + settings.door_alarm_ms, _over_until_ms(live.visit) or 0)
        return min((time for time in times if time > now.mono_ms), default=now.mono_ms)
    wait = choices.waits(screens.where(state, live, settings, now), state)
    if wait == "device":
        over_ms = _over_ms(state, live.visit, now)
        return over_ms if over_ms is not None else _alarm_ms(state, settings, now)
    return now.mono_ms if wait == "idle" and live.visit.idle_ms is None else live.visit.idle_ms
