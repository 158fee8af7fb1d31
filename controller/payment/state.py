"""All of what the facts say about paying, and nothing else.

Rules of this file:
- At most one attempt is open at a terminal.
- An attempt that is in doubt stays open until the terminal or a person says what became of it.
- `committed` never goes back to false: from there on the customer may have been charged.
"""

from datetime import datetime
from typing import Literal

import msgspec

from contracts.facts import Entry
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

Phase = Literal["intent", "committing", "in_doubt"]
End = Literal["captured", "declined", "reversed", "manual"]


class Attempt(msgspec.Struct, frozen=True):
    """One try to pay that has not ended. `seq` is the fact that made what is due now, at `mono_ms` of `boot` and `wall`.

    `made` is the wall time of the intent, `known` the trace that the terminal had stored before; `trace` and `receipt` are its own, once
    approved. `tries` counts how often the terminal was asked what became of it.
    """

    id: str
    amount: int
    known: str
    made: datetime
    phase: Phase = "intent"
    committed: bool = False
    trace: str = ""
    receipt: str = ""
    tries: int = 0
    seq: int = 0
    boot: str = ""
    mono_ms: int = 0


class Payment(msgspec.Struct, frozen=True):
    """The open attempt, how the last one ended, and the trace of the last sale that the terminal has stored; None before it was asked."""

    open: Attempt | None = None
    last: tuple[str, End] | None = None
    stored: str | None = None


def fold(payment: Payment, entry: Entry, fact: PaymentFact) -> Payment:
    """Paying after this fact."""
    match fact:
        case AttemptMade():
            made = Attempt(fact.attempt, fact.amount, fact.trace, entry.wall)
            return msgspec.structs.replace(payment, open=_since(made, entry))
        case TerminalStored():
            return msgspec.structs.replace(payment, stored=fact.trace)
        case _:
            assert payment.open is not None
            return _folded(payment, payment.open, entry, fact)


def _folded(payment: Payment, attempt: Attempt, entry: Entry, fact: PaymentFact) -> Payment:
    match fact:
        case AttemptAuthorised():
            changed = msgspec.structs.replace(attempt, trace=fact.trace, receipt=fact.receipt)
        case AttemptCommitting():
            changed = msgspec.structs.replace(attempt, phase="committing", committed=True)
        case AttemptInDoubt():
            changed = msgspec.structs.replace(attempt, phase="in_doubt", tries=fact.tries)
        case AttemptCaptured():
            return Payment(None, (attempt.id, "captured"), attempt.trace)
        case AttemptDeclined():
            return Payment(None, (attempt.id, "declined"), payment.stored)
        case AttemptReversed():
            return Payment(None, (attempt.id, "reversed"), payment.stored)
        case AttemptManual():  # what the terminal has stored is to be asked for again
            return Payment(None, (attempt.id, "manual"), None)
        case _:
            return payment
    return msgspec.structs.replace(payment, open=_since(changed, entry))


def _since(attempt: Attempt, entry: Entry) -> Attempt:
    return msgspec.structs.replace(attempt, seq=entry.seq, boot=entry.boot, mono_ms=entry.mono_ms)
