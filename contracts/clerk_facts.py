"""The kinds of fact that clerk mode makes; they belong to `facts.py` and follow its rules."""

from datetime import datetime
from typing import Literal

from contracts.fact import Fact

CodeEnd = Literal["tries", "old", "restarted"]
ClerkLeftReason = Literal["finished", "idle", "door_left_open", "restarted"]
TakeBackCode = Literal["ok", "not_there", "jam", "refused", "in_doubt", "no_close", "unconfirmed"]
Contents = Literal["empty", "document", "other"]
AuditSkip = Literal["not_ready", "jam", "refused", "in_doubt", "no_close"]


class ClerkExpected(Fact, frozen=True, tag="clerk.expected"):
    """The vault holds a one-time code with which this actor may enter clerk mode until `until`; an earlier code is void."""

    actor: str
    until: datetime


class ClerkTrySpent(Fact, frozen=True, tag="clerk.try_spent"):
    """One try of the clerk's code was spent, before anything was compared."""


class ClerkRejected(Fact, frozen=True, tag="clerk.rejected"):
    """The typed digits are not the clerk's code; `match` is the seq of the try."""

    match: int


class ClerkCodeEnded(Fact, frozen=True, tag="clerk.code_ended"):
    """The clerk's code is void and erased without having been used."""

    reason: CodeEnd


class ClerkEntered(Fact, frozen=True, tag="clerk.entered"):
    """The actor is in clerk mode at the machine; the code is used up. `match` is the seq of the try."""

    actor: str
    match: int


class ClerkLeft(Fact, frozen=True, tag="clerk.left"):
    """Clerk mode is over; what was asked about a door that was opened in it may still be answered."""

    reason: ClerkLeftReason


class TakeBackBegun(Fact, frozen=True, tag="takeback.begun"):
    """The clerk wants to take this document out of this compartment."""

    deposit: str
    compartment: int


class TakeBackEnded(Fact, frozen=True, tag="takeback.ended"):
    """What became of it: `ok` when the door was opened and closed again and the clerk says to have the document."""

    deposit: str
    compartment: int
    code: TakeBackCode


class AuditBegun(Fact, frozen=True, tag="audit.begun"):
    """The clerk began to look into every compartment."""


class AuditAsked(Fact, frozen=True, tag="audit.asked"):
    """The clerk is asked what lies in this compartment, and its door opens for it."""

    compartment: int


class AuditAnswered(Fact, frozen=True, tag="audit.answered"):
    """What the clerk saw, and whether the books say the same."""

    compartment: int
    contents: Contents
    same: bool


class AuditTurnedBack(Fact, frozen=True, tag="audit.turned_back"):
    """The clerk wants to look into the compartment before this one again."""

    compartment: int


class AuditSkipped(Fact, frozen=True, tag="audit.skipped"):
    """Nobody could look into these compartments, and why."""

    compartments: tuple[int, ...]
    reason: AuditSkip


class AuditEnded(Fact, frozen=True, tag="audit.ended"):
    """How many compartments agree with the books and differ from them, could not be opened, or were not come to."""

    same: int
    diff: int
    skipped: int
    left: int


class CompartmentReleased(Fact, frozen=True, tag="compartment.released"):
    """Somebody has looked: the compartment is back in service."""

    compartment: int
