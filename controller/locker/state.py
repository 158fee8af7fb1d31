"""All of what the facts say about documents, and nothing else.

Rules of this file:
- A deposit is its opaque key; PIN, case and phone are not here.
- At most one visit is in progress: one loading or one collection.
- The hand-over is the first opening; a door that is opened for the second time hands nothing over.
"""

from datetime import datetime
from typing import Literal

import msgspec

from contracts.facts import (
    CollectionAbandoned,
    CollectionBegun,
    CollectionEnded,
    CollectionReopened,
    CollectionResumed,
    DepositForgotten,
    DepositLoading,
    DepositMoving,
    DepositNotStored,
    DepositReported,
    DepositStored,
    DepositTakenBack,
    DepositWithdrawn,
    DocumentHandedOver,
    Entry,
    PinSet,
    TermsExtended,
)
from contracts.locker_files import Size
from contracts.pin_facts import Told
from controller.locker import pin_state
from controller.locker.pin_state import PinFact, Pins, Try

DepositPhase = Literal["waiting", "stored", "collected", "withdrawn", "taken_back"]


class Taken(msgspec.Struct, frozen=True):
    """How a collection ended behind a closed door: both edges in mono_ms of `boot`, the closing by the wall clock, the hand-over's seq.

    `opened_ms` is None when the door was opened in another boot; `sure`: the clock was trusted at both edges; `reopens`: the same PIN
    may open it once more.
    """

    boot: str
    opened_ms: int | None
    closed_ms: int
    closed: datetime
    seq: int
    sure: bool
    reopens: bool = True


class Deposit(msgspec.Struct, frozen=True):
    """One document: until when it may be collected, where it lies, and when its story ended (`sure`: by a trusted clock).

    `low`: it wants a compartment within everybody's reach; `told`: how the resident hears of things. `unsaid`: whoever took it out was the
    last at its compartment, and has said nothing about what lies there.
    """

    until: datetime
    phase: DepositPhase = "waiting"
    compartment: int = 0
    ended: datetime | None = None
    sure: bool = True
    low: bool = False
    size: Size = "S"
    told: Told = "sms"
    taken: Taken | None = None
    unsaid: bool = False


class Loading(msgspec.Struct, frozen=True):
    """A clerk puts a document in; `moving` says why another compartment is wanted, `low` that the clerk has asked for a low one."""

    deposit: str
    compartment: int
    order: str
    moving: Literal["", "not_empty", "lower"] = ""
    low: bool = False


class Collection(msgspec.Struct, frozen=True):
    """A resident takes a document out; `asked` counts how often the door was asked for, `again` that it is opened for the second time.

    `handed_over` once the door was seen to open in this visit: by the fact `seq`, at `opened_ms` of `boot`. `reported`: something is wrong
    in there, so the door is not opened once more.
    """

    deposit: str
    compartment: int
    asked: int = 1
    handed_over: bool = False
    again: bool = False
    opened_ms: int = 0
    boot: str = ""
    seq: int = 0
    reported: bool = False


class Locker(msgspec.Struct, frozen=True):
    """Deposits by key, the visit in progress, and the tries of PINs."""

    deposits: dict[str, Deposit] = {}
    loading: Loading | None = None
    collection: Collection | None = None
    pins: Pins = Pins()

    @property
    def trying(self) -> Try | None:
        """The try whose digits are being compared."""
        return self.pins.trying

    def occupant(self, compartment: int) -> str | None:
        """The deposit that lies in this compartment as far as the facts tell."""
        for key, deposit in self.deposits.items():
            if deposit.compartment == compartment and deposit.phase in ("stored", "withdrawn"):
                return key
        return None


DepositFact = PinSet | TermsExtended | DepositForgotten | DepositReported | DepositTakenBack
LoadingFact = DepositLoading | DepositMoving | DepositStored | DepositNotStored
CollectionFact = (
    CollectionBegun | CollectionResumed | DocumentHandedOver | CollectionReopened | CollectionEnded | CollectionAbandoned | DepositWithdrawn
)  # fmt: skip
LockerFact = PinFact | DepositFact | LoadingFact | CollectionFact


def fold(locker: Locker, entry: Entry, fact: LockerFact) -> Locker:
    """The locker after this fact."""
    if isinstance(fact, PinFact):
        return msgspec.structs.replace(locker, pins=pin_state.fold(locker.pins, entry, fact))
    if isinstance(fact, LoadingFact):
        return _loading(locker, fact)
    if isinstance(fact, DepositFact):
        return _deposit(locker, entry, fact)
    return _collection(locker, entry, fact)


def _deposit(locker: Locker, entry: Entry, fact: DepositFact) -> Locker:
    match fact:
        case PinSet():
            old = locker.deposits.get(fact.deposit, Deposit(until=fact.until))
            held = {"until": fact.until, "low": fact.low, "size": fact.size, "told": fact.told}
            return _with(locker, fact.deposit, msgspec.structs.replace(old, **held))
        case TermsExtended():
            deposits = {key: _extended(one, fact.until) for key, one in locker.deposits.items()}
            return msgspec.structs.replace(locker, deposits=deposits)
        case DepositTakenBack():
            back = {"phase": "taken_back", "ended": entry.wall, "sure": entry.trusted}
            return _with(locker, fact.deposit, msgspec.structs.replace(locker.deposits[fact.deposit], **back))
        case DepositForgotten():
            return msgspec.structs.replace(locker, deposits={key: one for key, one in locker.deposits.items() if key != fact.deposit})
        case DepositReported():
            visit = locker.collection
            said = _with(locker, fact.deposit, _used(locker.deposits[fact.deposit], fact.compartment))
            return msgspec.structs.replace(said, collection=visit and msgspec.structs.replace(visit, reported=True))


def _extended(deposit: Deposit, until: datetime) -> Deposit:
    return msgspec.structs.replace(deposit, until=max(deposit.until, until)) if deposit.phase == "stored" else deposit


def _loading(locker: Locker, fact: LoadingFact) -> Locker:
    match fact:
        case DepositLoading():
            low = locker.loading is not None and locker.loading.low
            loading = Loading(fact.deposit, fact.compartment, fact.order, low=low)
            deposits = {key: _used(one, fact.compartment) for key, one in locker.deposits.items()}
            return msgspec.structs.replace(locker, loading=loading, deposits=deposits)
        case DepositMoving():
            assert locker.loading is not None
            low = locker.loading.low or fact.reason == "lower"
            return msgspec.structs.replace(locker, loading=msgspec.structs.replace(locker.loading, moving=fact.reason, low=low))
        case DepositStored():
            deposit = msgspec.structs.replace(locker.deposits[fact.deposit], phase="stored", compartment=fact.compartment)
            return msgspec.structs.replace(_with(locker, fact.deposit, deposit), loading=None)
        case DepositNotStored():
            return msgspec.structs.replace(locker, loading=None)


def _used(deposit: Deposit, compartment: int) -> Deposit:
    """Nobody reaches in or says what lies there any more: it is known already, or it is another document's compartment now."""
    shut = _shut(deposit, compartment)
    return msgspec.structs.replace(shut, unsaid=False) if shut.unsaid and shut.compartment == compartment else shut


def _shut(deposit: Deposit, compartment: int) -> Deposit:
    """Who took a document from here before finds somebody else's behind this door from now on."""
    if deposit.compartment != compartment or deposit.taken is None:
        return deposit
    return msgspec.structs.replace(deposit, taken=msgspec.structs.replace(deposit.taken, reopens=False))


def _collection(locker: Locker, entry: Entry, fact: CollectionFact) -> Locker:
    match fact:
        case CollectionBegun():
            return msgspec.structs.replace(locker, collection=Collection(fact.deposit, fact.compartment, _asked(locker)))
        case CollectionResumed():
            deposit = _shut(locker.deposits[fact.deposit], fact.compartment)  # once only
            collection = Collection(fact.deposit, fact.compartment, _asked(locker), again=True)
            return msgspec.structs.replace(_with(locker, fact.deposit, deposit), collection=collection)
        case DocumentHandedOver():
            deposit = msgspec.structs.replace(locker.deposits[fact.deposit], phase="collected", ended=entry.wall, sure=entry.trusted)
            return msgspec.structs.replace(_with(locker, fact.deposit, deposit), collection=_opened(locker, entry))
        case CollectionReopened():
            return msgspec.structs.replace(locker, collection=_opened(locker, entry))
        case CollectionEnded():
            return msgspec.structs.replace(_unsaid(_taken(locker, entry) if fact.closed else locker), collection=None)
        case CollectionAbandoned():
            return msgspec.structs.replace(locker, collection=None)
        case DepositWithdrawn():
            deposit = msgspec.structs.replace(locker.deposits[fact.deposit], phase="withdrawn")
            theirs = locker.collection is not None and locker.collection.deposit == fact.deposit
            left = _with(locker, fact.deposit, deposit)
            return msgspec.structs.replace(left, collection=None) if theirs else left


def _asked(locker: Locker) -> int:
    return locker.collection.asked + 1 if locker.collection is not None else 1


def _opened(locker: Locker, entry: Entry) -> Collection:
    assert locker.collection is not None
    return msgspec.structs.replace(locker.collection, handed_over=True, opened_ms=entry.mono_ms, boot=entry.boot, seq=entry.seq)


def _taken(locker: Locker, entry: Entry) -> Locker:
    visit = locker.collection
    if visit is None or visit.again or not visit.handed_over:
        return locker
    deposit = locker.deposits[visit.deposit]
    opened_ms = visit.opened_ms if visit.boot == entry.boot else None
    taken = Taken(entry.boot, opened_ms, entry.mono_ms, entry.wall, visit.seq, entry.trusted and deposit.sure, not visit.reported)
    return _with(locker, visit.deposit, msgspec.structs.replace(deposit, taken=taken))


def _unsaid(locker: Locker) -> Locker:
    visit = locker.collection
    if visit is None or not visit.handed_over or visit.reported:
        return locker
    return _with(locker, visit.deposit, msgspec.structs.replace(locker.deposits[visit.deposit], unsaid=True))


def _with(locker: Locker, key: str, deposit: Deposit) -> Locker:
    return msgspec.structs.replace(locker, deposits={**locker.deposits, key: deposit})
