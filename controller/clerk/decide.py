"""What becomes of clerk mode: the code, the session, what is taken back, what is looked at, and the times that run out."""

from typing import Literal

import msgspec

from contracts.clerk_facts import Contents
from contracts.facts import (
    AuditAnswered,
    AuditBegun,
    AuditEnded,
    AuditSkipped,
    AuditTurnedBack,
    ClerkCodeEnded,
    ClerkEntered,
    ClerkLeft,
    ClerkRejected,
    ClerkTrySpent,
    CompartmentQuarantined,
    Fact,
    QuarantineReason,
    TakeBackBegun,
    TakeBackEnded,
)
from controller.clerk.state import Clerk, TakeBack
from controller.clock import Now
from controller.refused import Refused
from controller.wishes import RECOVERY, MatchCode, Wish

TRIES_MAX = 5
"""A code of eight digits is guessed with five tries once in twenty million."""


class CodeEntered(msgspec.Struct, frozen=True):
    """Eight digits were confirmed; they stay in the visit."""


class CodeMatched(msgspec.Struct, frozen=True):
    """The vault compared the digits of try `match` with the clerk's code."""

    match: int
    right: bool


class LeaveAsked(msgspec.Struct, frozen=True):
    """The clerk logs out, or has gone without saying."""

    reason: Literal["finished", "idle"]


class TakeBackAsked(msgspec.Struct, frozen=True):
    """The clerk stands before the compartment of this document and asks for its door."""

    deposit: str
    compartment: int


class TakeBackAnswered(msgspec.Struct, frozen=True):
    """The clerk says, with the door closed, what became of the document, or that the door does not close."""

    code: Literal["ok", "not_there", "no_close", "unconfirmed"]


class AuditStarted(msgspec.Struct, frozen=True):
    """The clerk wants to look into every compartment."""


class AuditSaid(msgspec.Struct, frozen=True):
    """What the clerk sees in the compartment at hand; `same` that the books say so too."""

    contents: Contents
    same: bool


class AuditBack(msgspec.Struct, frozen=True):
    """The clerk wants to see the compartment before once more."""


class AuditStuck(msgspec.Struct, frozen=True):
    """The door at hand does not close."""


class AuditStopped(msgspec.Struct, frozen=True):
    """The clerk looks no further; `left` compartments were not come to."""

    left: int


class QuarantineAsked(msgspec.Struct, frozen=True):
    """The clerk takes a compartment out of service."""

    compartment: int
    reason: QuarantineReason


ClerkRequest = (
    CodeEntered | CodeMatched | LeaveAsked | TakeBackAsked | TakeBackAnswered | AuditStarted | AuditSaid | AuditBack | AuditStuck
    | AuditStopped | QuarantineAsked
)  # fmt: skip


def decide(clerk: Clerk, request: ClerkRequest) -> tuple[Fact, ...]:
    """The facts of a request; raises Refused when it is not legal in this state."""
    match request:
        case CodeEntered():
            return _entered(clerk)
        case CodeMatched():
            return _matched(clerk, request)
        case TakeBackAnswered():  # the question outlives the session: whoever is asked may say what is so, and no door opens for it
            taken = _taking(clerk)
            return (TakeBackEnded(deposit=taken.deposit, compartment=taken.compartment, code=request.code),)
        case LeaveAsked():
            _session(clerk)
            return (ClerkLeft(reason=request.reason),)
        case AuditSaid() | AuditBack() | AuditStuck() | AuditStopped():
            return _audit(clerk, request)
        case _:
            return _begun(clerk, request)


def _entered(clerk: Clerk) -> tuple[Fact, ...]:
    if clerk.expected is None:
        raise Refused("no_clerk_expected")
    if clerk.trying is not None:
        raise Refused("code_being_compared")
    if clerk.actor or clerk.at:
        raise Refused("busy")
    return (ClerkTrySpent(),)


def _matched(clerk: Clerk, request: CodeMatched) -> tuple[Fact, ...]:
    if clerk.trying is None or clerk.trying.seq != request.match or clerk.expected is None:
        raise Refused("late_outcome")
    if request.right:
        return (ClerkEntered(actor=clerk.expected.actor, match=request.match),)
    dead = clerk.expected.tries >= TRIES_MAX
    return (ClerkRejected(match=request.match), *((ClerkCodeEnded(reason="tries"),) if dead else ()))


def _begun(clerk: Clerk, request: TakeBackAsked | AuditStarted | QuarantineAsked) -> tuple[Fact, ...]:
    _session(clerk)
    if clerk.takeback is not None or clerk.audit is not None:
        raise Refused("busy")
    match request:
        case TakeBackAsked():
            return (TakeBackBegun(deposit=request.deposit, compartment=request.compartment),)
        case AuditStarted():
            return (AuditBegun(),)
        case QuarantineAsked():
            return (CompartmentQuarantined(compartment=request.compartment, reason=request.reason),)


def _audit(clerk: Clerk, request: AuditSaid | AuditBack | AuditStuck | AuditStopped) -> tuple[Fact, ...]:
    _session(clerk)
    audit = clerk.audit
    if audit is None:
        raise Refused("nobody_audits")
    match request:
        case AuditStopped():
            return (AuditEnded(same=audit.same, diff=audit.diff, skipped=audit.passed, left=request.left),)
        case AuditStuck():
            return (AuditSkipped(compartments=(audit.at,), reason="no_close"),)
        case _ if audit.then:
            raise Refused("moving")
        case AuditSaid():
            return (AuditAnswered(compartment=audit.at, contents=request.contents, same=request.same),)
        case AuditBack():
            if not audit.before():
                raise Refused("first_compartment")
            return (AuditTurnedBack(compartment=audit.at),)


def _session(clerk: Clerk) -> None:
    if not clerk.actor:
        raise Refused("no_clerk")


def _taking(clerk: Clerk) -> TakeBack:
    if clerk.takeback is None:
        raise Refused("nobody_takes_back")
    return clerk.takeback


def restarted(clerk: Clerk) -> tuple[Fact, ...]:
    """What a restart settles at once: code and session were of the boot before."""
    ended = (ClerkCodeEnded(reason="restarted"),) if clerk.expected is not None else ()
    return (*ended, *((ClerkLeft(reason="restarted"),) if clerk.actor else ()))


def overdue(clerk: Clerk, now: Now) -> tuple[Fact, ...]:
    """A code that is too old."""
    ends = deadline(clerk)
    return (ClerkCodeEnded(reason="old"),) if ends is not None and now.mono_ms >= ends else ()


def deadline(clerk: Clerk) -> int | None:
    """When the code is too old, in mono_ms of this boot."""
    return clerk.expected.mono_ms + clerk.expected.lasts_ms if clerk.expected is not None else None


def due(clerk: Clerk, boot: str) -> tuple[Wish, ...]:
    """The comparison of the digits of a spent try; digits of an earlier boot are gone."""
    if clerk.trying is None or (clerk.trying.boot != boot and RECOVERY[MatchCode] == "mute"):
        return ()
    return (Wish(clerk.trying.seq, MatchCode()),)
