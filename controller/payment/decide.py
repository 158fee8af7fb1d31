"""What becomes of an attempt to pay by card: never charged without a right, never a right without payment (facts: payments 3, 4).

The right and *committing* are one transaction, and only then is the terminal told to charge. Whoever does not know asks the terminal for
what it stored last, and never for the money again.
"""

from datetime import timedelta
from typing import Literal

import msgspec

from contracts.payment_facts import (
    AttemptAuthorised,
    AttemptCaptured,
    AttemptCommitting,
    AttemptDeclined,
    AttemptInDoubt,
    AttemptMade,
    AttemptManual,
    AttemptReversed,
    PaymentFact,
    TerminalStored,
)
from controller.clock import Now
from controller.payment.state import Attempt, Payment
from controller.refused import Refused

QUIET_MS = 45_000
"""Before it is asked, the terminal has had time to reverse by itself: 30 s for our answer, and what the line needs."""
AGAIN_MS = (30_000, 60_000, 120_000, 300_000, 900_000)
"""Between two enquiries that were not answered."""
SILENT_FOR = timedelta(hours=24)


class PayAsked(msgspec.Struct, frozen=True):
    """Somebody wants to pay by card; the id was made for this try alone."""

    attempt: str
    amount: int


class Offered(msgspec.Struct, frozen=True):
    """The terminal holds an approval and waits for our word."""

    attempt: str
    amount: int
    trace: str
    receipt: str
    time: str = ""
    date: str = ""
    card: str = ""
    last4: str = ""


class Ended(msgspec.Struct, frozen=True):
    """How the terminal's part ended, as far as it said."""

    attempt: str
    end: Literal["stored", "declined", "unknown"]
    result: str = ""


class Enquired(msgspec.Struct, frozen=True):
    """What the terminal stored last; `known` is false when it did not say, `trace` empty when it has nothing."""

    known: bool
    trace: str = ""
    receipt: str = ""
    amount: int = 0


PaymentRequest = PayAsked | Offered | Ended | Enquired


def decide(payment: Payment, request: PaymentRequest) -> tuple[PaymentFact, ...]:
    """The facts of a request; raises Refused when it is not legal in this state."""
    match request:
        case PayAsked():
            return (_made(payment, request),)
        case Offered():
            return _offered(payment, request)
        case Ended():
            return (_ended(_of(payment, request.attempt), request),)
        case Enquired():
            return _enquired(payment, request)


def _made(payment: Payment, request: PayAsked) -> PaymentFact:
    if payment.open is not None:
        raise Refused("attempt_open")
    if payment.stored is None:
        raise Refused("terminal_unknown")
    if not 0 < request.amount < 10**12:
        raise Refused("amount_wrong")
    return AttemptMade(attempt=request.attempt, method="card", amount=request.amount, trace=payment.stored)


def _of(payment: Payment, attempt: str) -> Attempt:
    if payment.open is None or payment.open.id != attempt:
        raise Refused("attempt_unknown")
    return payment.open


def _offered(payment: Payment, request: Offered) -> tuple[PaymentFact, ...]:
    attempt = _of(payment, request.attempt)
    if attempt.phase != "intent":
        raise Refused("attempt_not_asking")
    if request.amount != attempt.amount or request.trace == attempt.known:
        raise Refused("sale_of_another")
    numbers = {name: getattr(request, name) for name in ("trace", "receipt", "time", "date", "card", "last4")}
    return AttemptAuthorised(attempt=attempt.id, **numbers), AttemptCommitting(attempt=attempt.id)


def _ended(attempt: Attempt, request: Ended) -> PaymentFact:
    if attempt.phase == "in_doubt":
        raise Refused("attempt_in_doubt")  # from here on only what is stored counts
    match request.end:
        case "stored" if attempt.committed:
            return AttemptCaptured(attempt=attempt.id)
        case "declined":
            return _void(attempt, request.result)
        case _:
            return AttemptInDoubt(attempt=attempt.id, tries=1)


def _void(attempt: Attempt, result: str = "") -> PaymentFact:
    kind = AttemptReversed if attempt.trace else AttemptDeclined
    return kind(attempt=attempt.id, result=result)


def _enquired(payment: Payment, request: Enquired) -> tuple[PaymentFact, ...]:
    attempt = payment.open
    if attempt is None:
        if payment.stored is not None or not request.known:
            raise Refused("nothing_to_know")
        return (TerminalStored(trace=request.trace),)
    if attempt.phase != "in_doubt":
        raise Refused("attempt_not_in_doubt")
    if not request.known:
        return (AttemptInDoubt(attempt=attempt.id, tries=attempt.tries + 1),)
    if not _is_ours(attempt, request):
        return (_void(attempt),)
    if not attempt.committed:
        return (AttemptManual(attempt=attempt.id, reason="uncommitted"),)
    return (AttemptCaptured(attempt=attempt.id),)


def _is_ours(attempt: Attempt, last: Enquired) -> bool:
    """By its numbers where they are known, else by being newer than what was stored before; no clock is asked."""
    if last.amount != attempt.amount:
        return False
    return (last.trace, last.receipt) == (attempt.trace, attempt.receipt) if attempt.trace else last.trace not in ("", attempt.known)


# --- time, restarts, wishes --------------------------------------------------------------------------------------------------------------


class Authorise(msgspec.Struct, frozen=True):
    """Ask the terminal for the money of this attempt, once."""

    attempt: str
    amount: int


class Commit(msgspec.Struct, frozen=True):
    """Tell the terminal to charge: the right is on disk."""

    attempt: str


class EnquireLast(msgspec.Struct, frozen=True):
    """Ask the terminal what it stored last."""


class Due(msgspec.Struct, frozen=True):
    """Something due at the terminal; `id` is the seq of the fact that made it due, 0 for what no fact has made."""

    id: int
    what: Authorise | Commit | EnquireLast


def restarted(payment: Payment) -> tuple[PaymentFact, ...]:
    """Whatever was under way at the terminal when the power failed is asked for, and never begun again."""
    attempt = payment.open
    if attempt is None:
        return ()
    return (AttemptInDoubt(attempt=attempt.id, tries=max(1, attempt.tries)),)


def overdue(payment: Payment, now: Now) -> tuple[PaymentFact, ...]:
    """An attempt about which nobody could say anything for a day is a person's."""
    attempt = payment.open
    if attempt is None or attempt.phase != "in_doubt" or not now.trusted or now.wall < attempt.made + SILENT_FOR:
        return ()
    return (AttemptManual(attempt=attempt.id, reason="silent"),)


def due(payment: Payment, now: Now) -> tuple[Due, ...]:
    """What is outstanding at the terminal."""
    attempt = payment.open
    if attempt is None:
        return (Due(0, EnquireLast()),) if payment.stored is None else ()
    match attempt.phase:
        case "intent":
            return (Due(attempt.seq, Authorise(attempt.id, attempt.amount)),)
        case "committing":
            return (Due(attempt.seq, Commit(attempt.id)),)
        case "in_doubt":
            return (Due(attempt.seq, EnquireLast()),) if now.mono_ms >= _enquire_ms(attempt, now) else ()


def deadline(payment: Payment, now: Now) -> int | None:
    """When time brings something about by itself, in mono_ms of this boot."""
    attempt = payment.open
    if attempt is None or attempt.phase != "in_doubt":
        return None
    at_ms = _enquire_ms(attempt, now)
    manual_ms = now.mono_ms + max(0, (attempt.made + SILENT_FOR - now.wall) // timedelta(milliseconds=1))
    times = [time for time in (at_ms, manual_ms if now.trusted else None) if time is not None and time > now.mono_ms]
    return min(times, default=None)


def _enquire_ms(attempt: Attempt, now: Now) -> int:
    """The first time after the terminal has come to rest, then ever more seldom; an earlier boot's clock says nothing."""
    wait_ms = QUIET_MS if attempt.tries <= 1 else AGAIN_MS[min(attempt.tries - 2, len(AGAIN_MS) - 1)]
    return (attempt.mono_ms if attempt.boot == now.boot else 0) + wait_ms
