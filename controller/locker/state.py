"""All of what the facts say about documents and PINs, and nothing else.

Rules of this file:
- A deposit is its opaque key; PIN, case and phone are not here.
- At most one visit is in progress: one loading or one collection.
- A try is spent by `pin.try_spent`; what is compared later can only give it back.
"""

from datetime import datetime
from typing import Literal

import msgspec

from contracts.facts import (
    CollectionAbandoned,
    CollectionBegun,
    CollectionEnded,
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
    PinAccepted,
    PinPaused,
    PinRejected,
    PinResumed,
    PinSet,
    PinTrySpent,
    PinUnanswered,
)

DepositPhase = Literal["waiting", "stored", "collected", "withdrawn", "taken_back"]


class Deposit(msgspec.Struct, frozen=True):
    """One document: until when it may be collected, where it lies, and when its story ended (`sure`: by a trusted clock).

    `low`: it wants a compartment within everybody's reach.
    """

    until: datetime
    phase: DepositPhase = "waiting"
    compartment: int = 0
    ended: datetime | None = None
    sure: bool = True
    low: bool = False


class Loading(msgspec.Struct, frozen=True):
    """A clerk puts a document in; `moving` says why another compartment is wanted, `low` that the clerk has asked for a low one."""

    deposit: str
    compartment: int
    order: str
    moving: Literal["", "not_empty", "lower"] = ""
    low: bool = False


class Collection(msgspec.Struct, frozen=True):
    """A resident takes a document out; `asked` counts how often the door was asked for."""

    deposit: str
    compartment: int
    asked: int = 1
    handed_over: bool = False


class Try(msgspec.Struct, frozen=True):
    """A spent try whose digits are being compared; `seq` names it."""

    seq: int
    boot: str


class Pause(msgspec.Struct, frozen=True):
    """PIN entry pauses for `pause_ms` of running time since `mono_ms` of `boot`."""

    level: int
    pause_ms: int
    mono_ms: int
    boot: str


class Locker(msgspec.Struct, frozen=True):
    """Deposits by key and the visit in progress; `wrong` tries were spent since the last pause or hand-over."""

    deposits: dict[str, Deposit] = {}
    loading: Loading | None = None
    collection: Collection | None = None
    wrong: int = 0
    level: int = 0
    trying: Try | None = None
    pause: Pause | None = None

    def occupant(self, compartment: int) -> str | None:
        """The deposit that lies in this compartment as far as the facts tell."""
        for key, deposit in self.deposits.items():
            if deposit.compartment == compartment and deposit.phase in ("stored", "withdrawn"):
                return key
        return None


LockerFact = (
    PinSet | PinTrySpent | PinAccepted | PinRejected | PinUnanswered | PinPaused | PinResumed | DepositLoading | DepositMoving |
    DepositStored
    | DepositNotStored | DepositReported | DepositTakenBack | DepositWithdrawn | DepositForgotten | CollectionBegun
    | DocumentHandedOver | CollectionEnded | CollectionAbandoned
)  # fmt: skip
PinFact = PinTrySpent | PinAccepted | PinRejected | PinUnanswered | PinPaused | PinResumed
LoadingFact = DepositLoading | DepositMoving | DepositStored | DepositNotStored


def fold(locker: Locker, entry: Entry, fact: LockerFact) -> Locker:
    """The locker after this fact."""
    if isinstance(fact, PinFact):
        return _pin(locker, entry, fact)
    if isinstance(fact, LoadingFact):
        return _loading(locker, fact)
    match fact:
        case PinSet():
            old = locker.deposits.get(fact.deposit, Deposit(until=fact.until))
            return _with(locker, fact.deposit, msgspec.structs.replace(old, until=fact.until, low=fact.low))
        case DepositForgotten():
            return msgspec.structs.replace(locker, deposits={key: one for key, one in locker.deposits.items() if key != fact.deposit})
        case DepositReported():
            return locker
        case DepositTakenBack():
            ended = {"phase": "taken_back", "ended": entry.wall, "sure": entry.trusted}
            return _with(locker, fact.deposit, msgspec.structs.replace(locker.deposits[fact.deposit], **ended))
        case _:
            return _collection(locker, entry, fact)


def _pin(locker: Locker, entry: Entry, fact: PinFact) -> Locker:
    match fact:
        case PinTrySpent():
            return msgspec.structs.replace(locker, wrong=locker.wrong + 1, trying=Try(entry.seq, entry.boot))
        case PinAccepted():
            return msgspec.structs.replace(locker, wrong=max(0, locker.wrong - 1), trying=None)
        case PinRejected() | PinUnanswered():
            return msgspec.structs.replace(locker, trying=None)
        case PinPaused():
            pause = Pause(fact.level, fact.pause_ms, entry.mono_ms, entry.boot)
            return msgspec.structs.replace(locker, pause=pause, level=fact.level)
        case PinResumed():
            return msgspec.structs.replace(locker, pause=None, wrong=0)


def _loading(locker: Locker, fact: LoadingFact) -> Locker:
    match fact:
        case DepositLoading():
            low = locker.loading is not None and locker.loading.low
            return msgspec.structs.replace(locker, loading=Loading(fact.deposit, fact.compartment, fact.order, low=low))
        case DepositMoving():
            assert locker.loading is not None
            low = locker.loading.low or fact.reason == "lower"
            return msgspec.structs.replace(locker, loading=msgspec.structs.replace(locker.loading, moving=fact.reason, low=low))
        case DepositStored():
            deposit = msgspec.structs.replace(locker.deposits[fact.deposit], phase="stored", compartment=fact.compartment)
            return msgspec.structs.replace(_with(locker, fact.deposit, deposit), loading=None)
        case DepositNotStored():
            return msgspec.structs.replace(locker, loading=None)


def _collection(
    locker: Locker, entry: Entry, fact: CollectionBegun | DocumentHandedOver | CollectionEnded | CollectionAbandoned | DepositWithdrawn
) -> Locker:
    match fact:
        case CollectionBegun():
            asked = locker.collection.asked + 1 if locker.collection else 1
            return msgspec.structs.replace(locker, collection=Collection(fact.deposit, fact.compartment, asked))
        case DocumentHandedOver():
            deposit = msgspec.structs.replace(locker.deposits[fact.deposit], phase="collected", ended=entry.wall, sure=entry.trusted)
            collection = Collection(fact.deposit, fact.compartment, handed_over=True)
            # A hand-over forgives earlier typing errors; a stranger cannot use this, because each PIN forgives once.
            return msgspec.structs.replace(_with(locker, fact.deposit, deposit), collection=collection, wrong=0, level=0)
        case CollectionEnded() | CollectionAbandoned():
            return msgspec.structs.replace(locker, collection=None)
        case DepositWithdrawn():
            deposit = msgspec.structs.replace(locker.deposits[fact.deposit], phase="withdrawn")
            return msgspec.structs.replace(_with(locker, fact.deposit, deposit), collection=None)


def _with(locker: Locker, key: str, deposit: Deposit) -> Locker:
    return msgspec.structs.replace(locker, deposits={**locker.deposits, key: deposit})
