"""All of what the facts say about clerk mode, and nothing else.

Rules of this file:
- A code is expected or used up; its digits are in the vault alone. One code is expected at a time, and a newer one takes its place.
- A session lives in one boot of the controller; what was asked about an opened door (a take-back) outlives it.
- At most one errand is in progress: one take-back or one audit.
"""

from datetime import timedelta
from typing import Literal

import msgspec

from contracts.facts import (
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
    Entry,
    TakeBackBegun,
    TakeBackEnded,
)

CODE_MS_MAX = 300_000
"""A code on a clerk's slip of paper is worth a walk to the machine, whatever the order says (screens.md k.login)."""


class Expected(msgspec.Struct, frozen=True):
    """A code that opens one session for `actor`, for `lasts_ms` of running time since `mono_ms` of this boot; `tries` were spent."""

    actor: str
    mono_ms: int
    lasts_ms: int
    tries: int = 0


class Try(msgspec.Struct, frozen=True):
    """A spent try whose digits are being compared; `seq` names it."""

    seq: int
    boot: str


class TakeBack(msgspec.Struct, frozen=True):
    """A clerk takes this document out."""

    deposit: str
    compartment: int


class Audit(msgspec.Struct, frozen=True):
    """A clerk looks into every compartment, now into `at`; `answers` say of each whether it agrees with the books.

    `then` says where to once the door at hand is closed.
    """

    at: int = 0
    then: Literal["", "next", "back"] = ""
    answers: dict[int, bool] = {}
    skipped: tuple[int, ...] = ()

    @property
    def same(self) -> int:
        """How many agree."""
        return sum(self.answers.values())

    @property
    def diff(self) -> int:
        """How many differ."""
        return len(self.answers) - self.same

    @property
    def passed(self) -> int:
        """How many nobody could look into."""
        return len(set(self.skipped) - set(self.answers))

    def before(self) -> int:
        """The compartment that was answered last before this one; 0 when this is the first."""
        return max((number for number in self.answers if number < self.at), default=0)


class Clerk(msgspec.Struct, frozen=True):
    """Who may come, who is here (`actor`, empty for nobody), and what is being done."""

    expected: Expected | None = None
    trying: Try | None = None
    actor: str = ""
    takeback: TakeBack | None = None
    audit: Audit | None = None

    @property
    def at(self) -> int:
        """The compartment whose door the clerk stands before; 0 for none."""
        if self.takeback is not None:
            return self.takeback.compartment
        return self.audit.at if self.audit is not None else 0


SessionFact = ClerkExpected | ClerkTrySpent | ClerkRejected | ClerkCodeEnded | ClerkEntered | ClerkLeft
AuditFact = AuditBegun | AuditAsked | AuditAnswered | AuditTurnedBack | AuditSkipped | AuditEnded
ClerkFact = (
    ClerkExpected | ClerkTrySpent | ClerkRejected | ClerkCodeEnded | ClerkEntered | ClerkLeft | TakeBackBegun | TakeBackEnded | AuditBegun
    | AuditAsked | AuditAnswered | AuditTurnedBack | AuditSkipped | AuditEnded
)  # fmt: skip


def fold(clerk: Clerk, entry: Entry, fact: ClerkFact) -> Clerk:
    """Clerk mode after this fact."""
    match fact:
        case TakeBackBegun():
            return msgspec.structs.replace(clerk, takeback=TakeBack(fact.deposit, fact.compartment))
        case TakeBackEnded():
            return msgspec.structs.replace(clerk, takeback=None)
        case AuditBegun() | AuditAsked() | AuditAnswered() | AuditTurnedBack() | AuditSkipped() | AuditEnded():
            return msgspec.structs.replace(clerk, audit=_audit(clerk.audit or Audit(), fact))
        case _:
            return _session(clerk, entry, fact)


def _session(clerk: Clerk, entry: Entry, fact: SessionFact) -> Clerk:
    match fact:
        case ClerkExpected():
            lasts_ms = min(CODE_MS_MAX, (fact.until - entry.wall) // timedelta(milliseconds=1))
            return msgspec.structs.replace(clerk, expected=Expected(fact.actor, entry.mono_ms, lasts_ms), trying=None)
        case ClerkTrySpent():
            assert clerk.expected is not None
            expected = msgspec.structs.replace(clerk.expected, tries=clerk.expected.tries + 1)
            return msgspec.structs.replace(clerk, expected=expected, trying=Try(entry.seq, entry.boot))
        case ClerkRejected():
            return msgspec.structs.replace(clerk, trying=None)
        case ClerkCodeEnded():
            return msgspec.structs.replace(clerk, expected=None, trying=None)
        case ClerkEntered():
            return msgspec.structs.replace(clerk, expected=None, trying=None, actor=fact.actor)
        case ClerkLeft():
            return msgspec.structs.replace(clerk, actor="")


def _audit(audit: Audit, fact: AuditFact) -> Audit | None:
    match fact:
        case AuditBegun():
            return Audit()
        case AuditAsked():
            return msgspec.structs.replace(audit, at=fact.compartment, then="")
        case AuditAnswered():
            return msgspec.structs.replace(audit, answers={**audit.answers, fact.compartment: fact.same}, then="next")
        case AuditTurnedBack():
            return msgspec.structs.replace(audit, then="back")
        case AuditSkipped():
            return msgspec.structs.replace(audit, skipped=tuple(sorted({*audit.skipped, *fact.compartments})))
        case AuditEnded():
            return None
