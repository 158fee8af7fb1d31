"""All kinds of fact a machine can journal, and nothing else.

Rules of this file:
- A fact says what happened, in the past tense; it never holds a PIN, a phone, a case number, a key or a name.
- A deposit is named by its opaque key; what belongs to the key lives in the vault and can be erased.
- A fact is never changed once released: a new shape gets a new kind, and `older_facts.py` reads the old one.
"""

from datetime import datetime
from typing import Literal

import msgspec

from contracts.clerk_facts import (
    AuditAnswered,
    AuditAsked,
    AuditBegun,
    AuditEnded,
    AuditSkipped,
    AuditTurnedBack,
    ClerkCodeEnded,
    ClerkEntered,
    ClerkExpected,
    ClerkLeft,
    ClerkRejected,
    ClerkTrySpent,
    CompartmentReleased,
    TakeBackBegun,
    TakeBackEnded,
)
from contracts.fact import Fact
from contracts.locker_files import Size
from contracts.parking_facts import RightActive, RightProvisional, RightQuoted, RightVoid
from contracts.payment_facts import (
    AttemptAuthorised,
    AttemptCaptured,
    AttemptCommitting,
    AttemptDeclined,
    AttemptInDoubt,
    AttemptMade,
    AttemptManual,
    AttemptRefunding,
    AttemptReversed,
    TerminalStored,
)
from contracts.pin_facts import (
    NumberPaused,
    NumberResumed,
    NumberTrySpent,
    PinAccepted,
    PinDayBegun,
    PinPaused,
    PinRejected,
    PinResumed,
    PinSet,
    PinSteppedUp,
    PinStepUpEnded,
    PinTrySpent,
    PinUnanswered,
    Told,
)

DoorCause = Literal["deposit", "collection", "takeback", "audit", "none"]
NotStoredReason = Literal["not_put_in", "elsewhere", "unconfirmed", "no_compartment", "jam", "refused"]
ReportedContents = Literal["empty", "foreign"]
WithdrawnReason = Literal["jam", "reach", "desk"]
LostReason = Literal["pruned"]
DeliveryStatus = Literal["delivered", "failed"]
QuarantineReason = Literal[
    "not_empty", "elsewhere", "unconfirmed", "jam", "in_doubt", "no_close", "reported_empty", "reported_foreign", "forced",
    "not_there", "audit", "damaged", "dirty", "wrong_contents",
]  # fmt: skip


class BootStarted(Fact, frozen=True, tag="boot.started"):
    """The controller started; `description` is the hash of the hardware description it runs."""

    software: str
    description: str


class FactsLost(Fact, frozen=True, tag="facts.lost"):
    """The centre asked for facts that this machine has no more: all up to `upto` of this epoch, where the chain's head was `head` (hex)."""

    upto: int
    head: str
    reason: LostReason


class OrderTaken(Fact, frozen=True, tag="order.taken"):
    """The machine took a signed order and owes exactly one end to it."""

    order: str
    verb: str
    actor: str
    counter: int
    deposit: str | None = None
    until: datetime | None = None
    low: bool = False
    compartment: int | None = None
    empty: bool = False
    idx: str | None = None
    size: Size = "S"
    told: Told = "sms"


class OrderRefused(Fact, frozen=True, tag="order.refused"):
    """A properly signed order was refused; code `expired` answers as expired."""

    order: str
    verb: str
    actor: str
    counter: int
    code: str


class OrderEnded(Fact, frozen=True, tag="order.ended"):
    """A taken order ended; `code` is `ok` for done, else why it failed."""

    order: str
    state: Literal["done", "failed"]
    code: str


class DepositLoading(Fact, frozen=True, tag="deposit.loading"):
    """A clerk is loading this deposit and was given this compartment; `order` is empty for a clerk who is logged in at the machine."""

    deposit: str
    compartment: int
    order: str


class DepositMoving(Fact, frozen=True, tag="deposit.moving"):
    """The clerk wants another compartment; the next one opens once this door is closed."""

    deposit: str
    compartment: int
    reason: Literal["not_empty", "lower"]


class DepositStored(Fact, frozen=True, tag="deposit.stored"):
    """The clerk confirmed, with the door closed, that the document lies in this compartment."""

    deposit: str
    compartment: int


class DepositNotStored(Fact, frozen=True, tag="deposit.not_stored"):
    """Loading ended without a confirmed document in this compartment (0: none was given)."""

    deposit: str
    compartment: int
    reason: NotStoredReason


class DepositReported(Fact, frozen=True, tag="deposit.reported"):
    """The resident said what lies in the compartment: in front of its open door, or after it closed and before it is used again."""

    deposit: str
    compartment: int
    contents: ReportedContents


class DepositWithdrawn(Fact, frozen=True, tag="deposit.withdrawn"):
    """The document is to be taken out by a clerk and collected at the office."""

    deposit: str
    compartment: int
    reason: WithdrawnReason


class DepositTakenBack(Fact, frozen=True, tag="deposit.taken_back"):
    """The document was taken out of this compartment for the office; nothing lies there any more."""

    deposit: str
    compartment: int


class TermsExtended(Fact, frozen=True, tag="terms.extended"):
    """No document that lies here expires before `until`; a later deadline stays."""

    until: datetime


class DepositForgotten(Fact, frozen=True, tag="deposit.forgotten"):
    """Thirty days after its end, or before its document was put in, the vault row and the state of a deposit were erased."""

    deposit: str


class CollectionBegun(Fact, frozen=True, tag="collection.begun"):
    """The resident stands in front of the compartment and asked for its door."""

    deposit: str
    compartment: int


class DocumentHandedOver(Fact, frozen=True, tag="document.handed_over"):
    """The door was seen to open after a right PIN: this is the time of hand-over."""

    deposit: str
    compartment: int


class CollectionResumed(Fact, frozen=True, tag="collection.resumed"):
    """Shortly after the hand-over the same PIN asked for the same door once more."""

    deposit: str
    compartment: int


class CollectionReopened(Fact, frozen=True, tag="collection.reopened"):
    """The door was seen to open for the second time; the hand-over stays the first."""

    deposit: str
    compartment: int


class CollectionEnded(Fact, frozen=True, tag="collection.ended"):
    """The visit ended; `closed` is false when the door was left open."""

    deposit: str
    compartment: int
    closed: bool


class CollectionAbandoned(Fact, frozen=True, tag="collection.abandoned"):
    """The visit ended before the door was seen to open; a document that waits there still waits."""

    deposit: str
    compartment: int


class DoorUnlockDue(Fact, frozen=True, tag="door.unlock_due"):
    """The lock is to be energised once; the seq of this fact is the id of the wish.

    `board_boot` is the board's boot counter when the wish was made: on another boot nobody can tell whether it was carried out.
    """

    compartment: int
    cause: DoorCause
    pulse_ms: int
    board_boot: int


class DoorPulsed(Fact, frozen=True, tag="door.pulsed"):
    """The board says that it carried out this wish."""

    compartment: int
    wish: int


class DoorRefused(Fact, frozen=True, tag="door.refused"):
    """The lock was certainly not energised for this wish; `wait_ms` is the board's advice, or how long its first word is waited for."""

    compartment: int
    wish: int
    code: str
    wait_ms: int


class DoorInDoubt(Fact, frozen=True, tag="door.in_doubt"):
    """Nobody knows whether the lock was energised; it is never driven again by itself."""

    compartment: int
    wish: int


class DoorJammed(Fact, frozen=True, tag="door.jammed"):
    """The lock was energised in this boot, and when the time was over its door was still seen closed."""

    compartment: int
    wish: int


class DoorGivenUp(Fact, frozen=True, tag="door.given_up"):
    """Whoever asked for this door has gone; a later opening is not theirs."""

    compartment: int


class DoorOpened(Fact, frozen=True, tag="door.opened"):
    """The switch was seen to open; `opens` is the board's counter on boot `board_boot`."""

    compartment: int
    cause: DoorCause
    opens: int
    board_boot: int


class DoorClosed(Fact, frozen=True, tag="door.closed"):
    """The switch was seen to close; `opens` is the board's counter on boot `board_boot`."""

    compartment: int
    opens: int
    board_boot: int


class CompartmentQuarantined(Fact, frozen=True, tag="compartment.quarantined"):
    """The compartment takes no documents until somebody has looked inside."""

    compartment: int
    reason: QuarantineReason


class SmsDue(Fact, frozen=True, tag="sms.due"):
    """A text message is to go out through the modem; its content lies sealed in the vault until it has ended."""

    idx: str
    order: str


class SmsTrySpent(Fact, frozen=True, tag="sms.try_spent"):
    """The message is handed to the modem now; the seq of this fact is the id of the wish."""

    idx: str


class SmsSent(Fact, frozen=True, tag="sms.sent"):
    """The network took the message; `reference` is what a delivery report will name it by."""

    idx: str
    reference: int


class SmsFailed(Fact, frozen=True, tag="sms.failed"):
    """The network did not take the message."""

    idx: str
    code: str


class SmsInDoubt(Fact, frozen=True, tag="sms.in_doubt"):
    """Nobody knows whether the network took the message; it is never handed over again by itself."""

    idx: str


class SmsDelivered(Fact, frozen=True, tag="sms.delivered"):
    """What the network reported later about a message it took."""

    idx: str
    status: DeliveryStatus


class FaultRaised(Fact, frozen=True, tag="fault.raised"):
    """A named trouble of a device; `fault` is a key of contracts.faults, `where` e.g. `door 12`."""

    fault: str
    where: str


class FaultCleared(Fact, frozen=True, tag="fault.cleared"):
    """The trouble is over."""

    fault: str
    where: str


AnyFact = (
    BootStarted | FactsLost | OrderTaken | OrderRefused | OrderEnded | PinSet | DepositLoading | DepositMoving | DepositStored
    | DepositNotStored | DepositReported | DepositWithdrawn | DepositForgotten | PinTrySpent | PinAccepted | PinRejected | PinUnanswered
    | PinPaused | PinResumed | CollectionBegun | DocumentHandedOver | CollectionEnded | CollectionAbandoned | DoorUnlockDue | DoorPulsed
    | DoorRefused | DoorInDoubt | DoorJammed | DoorGivenUp | DoorOpened | DoorClosed | CompartmentQuarantined | FaultRaised | FaultCleared
    | SmsDue | SmsTrySpent | SmsSent | SmsFailed | SmsInDoubt | SmsDelivered
    | PinDayBegun | PinSteppedUp | PinStepUpEnded | NumberTrySpent | NumberPaused | NumberResumed | CollectionResumed | CollectionReopened
    | DepositTakenBack | TermsExtended | ClerkExpected | ClerkTrySpent | ClerkRejected | ClerkCodeEnded | ClerkEntered
    | ClerkLeft | TakeBackBegun | TakeBackEnded | AuditBegun | AuditAsked | AuditAnswered | AuditTurnedBack | AuditSkipped | AuditEnded
    | CompartmentReleased
    | AttemptMade | AttemptAuthorised | AttemptCommitting | AttemptCaptured | AttemptDeclined | AttemptReversed | AttemptInDoubt
    | AttemptRefunding | AttemptManual | TerminalStored | RightQuoted | RightProvisional | RightActive | RightVoid
)  # fmt: skip


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a machine's journal: the fact and when it was written.

    `wall` is the wall clock and `trusted` whether it was known to be right; `mono_ms` counts from the start of `boot`.
    Order is `seq` alone.
    """

    seq: int
    wall: datetime
    mono_ms: int
    boot: str
    trusted: bool
    fact: AnyFact


KINDS: tuple[str, ...] = tuple(str(kind.__struct_config__.tag) for kind in Fact.__subclasses__())
