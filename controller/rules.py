"""What one fact makes of another across the modules, and what one part must know of the other to say no.

Beside it `clerk_rules.py` for clerk mode and `order_rules.py` for orders: no other pure file decides over two modules.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from contracts import facts as f
from contracts.descriptions import SIZES
from contracts.locker_files import Size
from controller.doors.state import Door
from controller.live import Live
from controller.locker.decide import LoadAnswered, LockerRequest, OfficeAsked, OpenAsked, PinEntered
from controller.locker.pins import quiet
from controller.settings import Settings
from controller.sms import sms
from controller.sms.sms import SmsFact
from controller.state import State

CLEARED_BY_RELEASE = ("door_forced", "contents_reported")
"""Faults that ask somebody to look inside: no switch can clear them, only who has looked."""

OF_RESIDENTS = (PinEntered, OpenAsked, OfficeAsked)


def open_refusal(state: State, live: Live, request: OpenAsked) -> str | None:
    """Why the resident's door cannot be opened now; None when it can."""
    deposit = state.locker.deposits.get(request.deposit)
    if deposit is None:
        return None
    door = state.doors.door(deposit.compartment)
    if is_forced(door):
        return "door_forced"
    lock = door.lock
    if lock is not None and lock.opening:
        return "lock_busy"
    # The first pulse may have opened the door while nobody saw it: it is driven again only when it is seen to be closed.
    return "door_not_seen" if state.locker.collection is not None and not live.seen_closed(deposit.compartment) else None


def resident_refusal(state: State, request: LockerRequest) -> str | None:
    """Why nothing of a resident can be done now: a clerk is here; None when it can."""
    return "clerk_here" if (state.clerk.actor or state.clerk.at) and isinstance(request, OF_RESIDENTS) else None


def is_forced(door: Door) -> bool:
    """Whether this door was opened by force and nobody has looked since: what lies behind it is promised to nobody."""
    return door.quarantine == "forced"


def answer_refusal(state: State, request: LoadAnswered) -> str | None:
    """Why the clerk's word about the compartment does not count now: it is asked for once the door is closed."""
    loading = state.locker.loading
    if loading is None or request.answer not in ("in", "not_put_in"):
        return None
    door = state.doors.door(loading.compartment)
    if door.position == "open":
        return "door_open"
    return "lock_busy" if door.lock is not None and door.lock.opening else None


def may_open(state: State) -> bool:
    """Whether the loading in progress may open one more door: the desk ordered it, or its clerk is still here."""
    loading = state.locker.loading
    return loading is not None and (loading.order != "" or state.clerk.actor != "")


def other_refusal(state: State) -> str | None:
    """Why no other compartment is opened for the loading in progress; None when one is."""
    return "no_clerk" if state.locker.loading is not None and not may_open(state) else None


def choose(state: State, live: Live, settings: Settings, low: bool, size: Size, but: int = 0) -> int | None:
    """An empty compartment of at least this size whose door is seen closed; low ones are kept for those who ask for them.

    Of several one of the smallest, and of these the one whose lock was driven longest ago: its coil has rested, and all locks wear alike.
    """
    places = settings.cabinet.compartments()
    usable = [
        number
        for number, place in places.items()
        if number != but
        and SIZES.index(place.size) >= SIZES.index(size)
        and _free(state.doors.door(number), state.locker.occupant(number))
        and live.seen_closed(number)
        and board_boot(live, settings, number) is not None
    ]
    reachable = [number for number in usable if settings.cabinet.is_low(number)]
    others = [number for number in usable if number not in reachable]
    wanted = reachable if low or not others else others
    return min(wanted, key=lambda n: (SIZES.index(places[n].size), state.doors.door(n).driven, n), default=None)


def _free(door: Door, occupant: str | None) -> bool:
    return occupant is None and door.position == "closed" and not door.quarantine and door.lock is None


def board_boot(live: Live, settings: Settings, number: int) -> int | None:
    """The boot counter of the compartment's board; None while it does not answer, was not read yet or is another board."""
    board = live.boards.get(settings.cabinet.compartments()[number].board)
    return board.boot if board is not None and board.trusted else None


OVERTAKES = (f.PinSet, f.DocumentHandedOver, f.DepositWithdrawn, f.DepositTakenBack)
"""After these a message that was written before may name a dead PIN or deadline, or a document that is gone; the centre writes it anew."""


def unlock_due(live: Live, settings: Settings, number: int, cause: f.DoorCause, pulse_ms: int) -> f.DoorUnlockDue:
    """The lock of this compartment is to be driven once, on the boot that its board is in now."""
    boot = board_boot(live, settings, number)
    return f.DoorUnlockDue(compartment=number, cause=cause, pulse_ms=pulse_ms, board_boot=-1 if boot is None else boot)


def follow(state: State, live: Live, settings: Settings, fact: f.Fact) -> Iterator[f.Fact]:
    """The facts that this one makes; `state` has seen it already."""
    if isinstance(fact, OVERTAKES):
        yield from sms.overtaken(state.sms, fact.deposit)
    match fact:
        case f.OrderTaken():
            yield from _order_taken(state, live, settings, fact)
        case f.DepositLoading() | f.CollectionBegun() | f.CollectionResumed():
            cause = "deposit" if isinstance(fact, f.DepositLoading) else "collection"
            yield unlock_due(live, settings, fact.compartment, cause, _pulse_ms(state, settings, fact.compartment))
        case f.DepositStored():
            yield f.DoorGivenUp(compartment=fact.compartment)
            yield from _load_order_ended(state, fact.deposit, "ok")
        case f.DepositNotStored():
            yield from _not_stored(state, fact)
        case f.DepositReported():
            yield _quarantined(fact.compartment, "reported_empty" if fact.contents == "empty" else "reported_foreign")
            yield f.FaultRaised(fault="contents_reported", where=f"door {fact.compartment}")
        case f.DepositWithdrawn():
            yield f.DoorGivenUp(compartment=fact.compartment)
            if fact.reason == "jam":
                yield _quarantined(fact.compartment, "jam")
        case f.CollectionAbandoned() | f.CollectionEnded():
            yield from _collection_over(state, fact)
        case f.PinSteppedUp() | f.PinDayBegun() | f.FaultRaised():
            yield from _trouble(state, fact)
        case _:
            yield from _sms(state, live, fact) if isinstance(fact, SmsFact) else _door(state, live, settings, fact)


def _collection_over(state: State, fact: f.CollectionAbandoned | f.CollectionEnded) -> Iterator[f.Fact]:
    if isinstance(fact, f.CollectionAbandoned) and (reason := _unopened(state, fact)) is not None:
        yield _quarantined(fact.compartment, reason)
    yield f.DoorGivenUp(compartment=fact.compartment)
    if isinstance(fact, f.CollectionEnded) and not fact.closed:
        yield _quarantined(fact.compartment, "no_close")
        yield f.FaultRaised(fault="door_left_open", where=f"door {fact.compartment}")


def _unopened(state: State, fact: f.CollectionAbandoned) -> Literal["in_doubt", "jam"] | None:
    """Why somebody must look behind the door that a resident gave up; None when nothing hangs on it."""
    lock, deposit = state.doors.door(fact.compartment).lock, state.locker.deposits.get(fact.deposit)
    if lock is not None and lock.phase == "doubt":
        return "in_doubt"
    # Who came back had left something behind, and no PIN opens this door for it any more.
    return "jam" if deposit is not None and deposit.phase == "collected" else None


def _trouble(state: State, fact: f.PinSteppedUp | f.PinDayBegun | f.FaultRaised) -> Iterator[f.Fact]:
    if isinstance(fact, f.FaultRaised):
        yield from _unseen_while_open(state, fact)
    else:
        yield from _guessed(state, fact)


def _pulse_ms(state: State, settings: Settings, compartment: int) -> int:
    """The usual pulse; for a door that did not open, twice as long if the board allows it and counts the time as it is told."""
    usual = settings.cabinet.file.lock.pulse_ms
    if state.locker.collection is None or state.locker.collection.asked == 1:
        return usual
    address = settings.cabinet.compartments()[compartment].board
    bought = settings.cabinet.bought.get(address)
    if bought is not None:
        return usual if bought.file.pulse_ms is not None else min(2 * usual, bought.file.limits.pulse_ms_max.value)
    return min(2 * usual, settings.cabinet.boards[address].file.limits.pulse_ms_max.value)


def _guessed(state: State, fact: f.PinSteppedUp | f.PinDayBegun) -> Iterator[f.Fact]:
    raised = state.faults.has("step_up_again", "locker")
    match fact:
        case f.PinSteppedUp() if fact.again and not raised:
            yield f.FaultRaised(fault="step_up_again", where="locker")
        case f.PinDayBegun() if raised and quiet(state.locker.pins, fact.day):
            yield f.FaultCleared(fault="step_up_again", where="locker")
        case _:
            return


def _unseen_while_open(state: State, fact: f.FaultRaised) -> Iterator[f.Fact]:
    """The switch of the open door broke: nobody will see it close, so the resident may go at once."""
    visit = state.locker.collection
    if visit is not None and visit.handed_over and (fact.fault, fact.where) == ("switch_unknown", f"door {visit.compartment}"):
        yield f.CollectionEnded(deposit=visit.deposit, compartment=visit.compartment, closed=False)


def _order_taken(state: State, live: Live, settings: Settings, fact: f.OrderTaken) -> Iterator[f.Fact]:
    if fact.idx is not None:
        # One idx goes out once, however often it is asked for.
        sent = state.sms.was_sent(fact.idx)
        yield f.OrderEnded(order=fact.order, state="done", code="ok") if sent else f.SmsDue(idx=fact.idx, order=fact.order)
        return
    if fact.verb == "load":
        assert fact.deposit is not None
        compartment = choose(state, live, settings, fact.low, state.locker.deposits[fact.deposit].size)
        assert compartment is not None
        yield f.DepositLoading(deposit=fact.deposit, compartment=compartment, order=fact.order)
        return
    if fact.verb == "release":
        assert fact.compartment is not None
        yield from _released(state, fact.compartment, fact.empty)
    else:
        yield _done_at_once(state, fact)
    yield f.OrderEnded(order=fact.order, state="done", code="ok")


def _done_at_once(state: State, fact: f.OrderTaken) -> f.Fact:
    """What an order makes that is done as soon as it is taken."""
    match fact.verb, fact.deposit, fact.until:
        case "set_pin", str(deposit), datetime() as until:
            return f.PinSet(deposit=deposit, until=until, low=fact.low, size=fact.size, told=fact.told)
        case "admit_clerk", _, datetime() as until:
            return f.ClerkExpected(actor=fact.actor, until=until)
        case "extend_all", _, datetime() as until:
            return f.TermsExtended(until=until)
        case "withdraw", str(deposit), _:
            return f.DepositWithdrawn(deposit=deposit, compartment=state.locker.deposits[deposit].compartment, reason="desk")
        case "forget", str(deposit), _:
            return f.DepositForgotten(deposit=deposit)
        case _:
            raise ValueError(f"an order that was taken although nobody knows its verb {fact.verb}")


def _released(state: State, compartment: int, empty: bool) -> Iterator[f.Fact]:
    deposit = state.locker.occupant(compartment)
    if empty and deposit is not None:
        yield f.DepositTakenBack(deposit=deposit, compartment=compartment)
    yield f.CompartmentReleased(compartment=compartment)


def _sms(state: State, live: Live, fact: SmsFact) -> Iterator[f.Fact]:
    match fact:
        case f.SmsTrySpent() | f.SmsDelivered():
            return
        case f.SmsDue():
            pass
        case f.SmsSent():
            yield f.OrderEnded(order=state.sms.ended_order, state="done", code="ok")
        case f.SmsFailed() | f.SmsInDoubt():
            code = fact.code if isinstance(fact, f.SmsFailed) else "in_doubt"
            yield f.OrderEnded(order=state.sms.ended_order, state="failed", code=code)
    if live.modem_ready:
        yield from sms.next_try(state.sms)


def _door(state: State, live: Live, settings: Settings, fact: f.Fact) -> Iterator[f.Fact]:
    collection = state.locker.collection
    match fact:
        case f.DoorOpened():
            if collection is not None and collection.compartment == fact.compartment:
                if not collection.handed_over:
                    kind = f.CollectionReopened if collection.again else f.DocumentHandedOver
                    yield kind(deposit=collection.deposit, compartment=fact.compartment)
            elif fact.compartment != state.at:
                yield from _forced(state, fact.compartment)
        case f.DoorClosed():
            yield from _door_closed(state, live, settings, fact)
        case _:
            yield from _door_shut(state, fact)


def _forced(state: State, compartment: int) -> Iterator[f.Fact]:
    """Nobody had asked for this door: what lies behind it is not offered before somebody has looked."""
    if not state.faults.has("door_forced", f"door {compartment}"):
        yield f.FaultRaised(fault="door_forced", where=f"door {compartment}")
    if not is_forced(state.doors.door(compartment)):
        yield _quarantined(compartment, "forced")


def _door_shut(state: State, fact: f.Fact) -> Iterator[f.Fact]:
    """A lock was to be driven and no opening was seen."""
    collection, loading = state.locker.collection, state.locker.loading
    match fact:
        case f.DoorJammed():
            if not state.faults.has("door_jammed", f"door {fact.compartment}"):
                yield f.FaultRaised(fault="door_jammed", where=f"door {fact.compartment}")
            if loading is not None and loading.compartment == fact.compartment:
                yield f.DepositNotStored(deposit=loading.deposit, compartment=fact.compartment, reason="jam")
        case f.DoorInDoubt():
            # The document may be gone: whoever looks at the machine must know. A clerk who loads is asked on the spot.
            asked = collection is not None and collection.compartment == fact.compartment
            if asked and not state.faults.has("door_in_doubt", f"door {fact.compartment}"):
                yield f.FaultRaised(fault="door_in_doubt", where=f"door {fact.compartment}")
        case f.DoorRefused():
            lock = state.doors.door(fact.compartment).lock
            waits = lock is not None and lock.waits
            if loading is not None and loading.compartment == fact.compartment and not waits:
                yield f.DepositNotStored(deposit=loading.deposit, compartment=fact.compartment, reason="refused")
        case _:
            return


def _door_closed(state: State, live: Live, settings: Settings, fact: f.DoorClosed) -> Iterator[f.Fact]:
    collection, loading, where = state.locker.collection, state.locker.loading, f"door {fact.compartment}"
    for fault in ("door_left_open", "door_jammed", "door_in_doubt"):
        if state.faults.has(fault, where):
            yield f.FaultCleared(fault=fault, where=where)
    if collection is not None and collection.compartment == fact.compartment and collection.handed_over:
        yield f.CollectionEnded(deposit=collection.deposit, compartment=fact.compartment, closed=True)
    if loading is None or loading.compartment != fact.compartment or not loading.moving:
        return
    if loading.moving == "not_empty":
        yield _quarantined(fact.compartment, "not_empty")
    deposit = state.locker.deposits[loading.deposit]
    low = loading.low or state.orders.low(loading.order) or deposit.low
    other = choose(state, live, settings, low, deposit.size, but=fact.compartment) if may_open(state) else None
    if other is None:
        yield f.DepositNotStored(deposit=loading.deposit, compartment=fact.compartment, reason="no_compartment")
    else:
        yield f.DoorGivenUp(compartment=fact.compartment)
        yield f.DepositLoading(deposit=loading.deposit, compartment=other, order=loading.order)


def _not_stored(state: State, fact: f.DepositNotStored) -> Iterator[f.Fact]:
    yield f.DoorGivenUp(compartment=fact.compartment)
    match fact.reason:
        case "elsewhere" | "unconfirmed" | "jam":
            yield _quarantined(fact.compartment, fact.reason)
        case "not_put_in" | "no_compartment" | "refused":
            pass
    yield from _load_order_ended(state, fact.deposit, fact.reason)


def _load_order_ended(state: State, deposit: str, code: str) -> Iterator[f.Fact]:
    order = state.orders.loading(deposit)
    if order is not None:
        yield f.OrderEnded(order=order, state="done" if code == "ok" else "failed", code=code)


def _quarantined(compartment: int, reason: f.QuarantineReason) -> f.CompartmentQuarantined:
    return f.CompartmentQuarantined(compartment=compartment, reason=reason)
