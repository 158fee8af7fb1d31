"""What becomes of an attempt to pay: never charged without a right, never a right without payment (facts: payments 3 to 5).

The right and *committing* are one transaction, and only then is the terminal told to charge, or the centre given the BLIK code. Whoever
does not know asks the terminal for what it stored last, or the centre what it knows, and never for the money again.
"""

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
    AttemptRefunding,
    AttemptReversed,
    Method,
    PaymentFact,
    TerminalStored,
)
from contracts.topics import BlikState
from controller.payment.state import Attempt, Payment
from controller.refused import Refused

AMOUNT_MAX = 10**12


class PayAsked(msgspec.Struct, frozen=True):
    """Somebody wants to pay; the id was made for this try alone."""

    attempt: str
    amount: int
    method: Method = "card"


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


class BlikTold(msgspec.Struct, frozen=True):
    """What the centre knows of an attempt by BLIK; `reason` is why it was declined."""

    attempt: str
    state: BlikState
    reason: str = ""


PaymentRequest = PayAsked | Offered | Ended | Enquired | BlikTold


def decide(payment: Payment, request: PaymentRequest) -> tuple[PaymentFact, ...]:
    """The facts of a request; raises Refused when it is not legal in this state."""
    match request:
        case PayAsked():
            return _made(payment, request)
        case Offered():
            return _offered(payment, request)
        case Ended():
            return (_ended(_of(payment, request.attempt), request),)
        case Enquired():
            return _enquired(payment, request)
        case BlikTold():
            return (_told(payment, request),)


def _made(payment: Payment, request: PayAsked) -> tuple[PaymentFact, ...]:
    if not 0 < request.amount < AMOUNT_MAX:
        raise Refused("amount_wrong")
    if request.method == "blik":
        if request.attempt in payment.blik:
            raise Refused("attempt_open")
        made = AttemptMade(attempt=request.attempt, method="blik", amount=request.amount, trace="")
        return made, AttemptCommitting(attempt=request.attempt)
    if payment.open is not None:
        raise Refused("attempt_open")
    if payment.stored is None:
        raise Refused("terminal_unknown")
    return (AttemptMade(attempt=request.attempt, method="card", amount=request.amount, trace=payment.stored),)


def _told(payment: Payment, request: BlikTold) -> PaymentFact:
    attempt = payment.blik.get(request.attempt)
    if attempt is None:
        raise Refused("attempt_unknown")
    match request.state:
        case "pending":
            raise Refused("no_change")
        case "paid":
            return AttemptCaptured(attempt=attempt.id)
        case "declined":
            return AttemptDeclined(attempt=attempt.id, result=request.reason)
        case "refunding":
            return AttemptRefunding(attempt=attempt.id)
        case "manual":
            return AttemptManual(attempt=attempt.id, reason="silent" if request.reason == "silent" else "amount")


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
