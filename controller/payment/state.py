"""All of what the facts say about paying, and nothing else.

Rules of this file:
- At most one attempt is open at a terminal; those by BLIK are at the centre, each by itself.
- An attempt that is in doubt stays open until terminal, centre or a person say what became of it.
- `committed` never goes back to false: from there on the customer may have been charged.
"""

from collections.abc import Mapping
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
    AttemptRefunding,
    AttemptReversed,
    Method,
    PaymentFact,
    TerminalStored,
)

Phase = Literal["intent", "committing", "in_doubt"]
End = Literal["captured", "declined", "reversed", "refunding", "manual"]


class Attempt(msgspec.Struct, frozen=True):
    """One try to pay that has not ended. `seq` is the fact that made what is due now, at `mono_ms` of `boot` and `wall`.

    `made` is the wall time of the intent, `known` the trace that the terminal had stored before; `trace` and `receipt` are its own, once
    approved. `tries` counts how often terminal or centre were asked what became of it.
    """

    id: str
    method: Method
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
    """The attempt that is open at the terminal, those that are open at the centre by their id, and how the last one ended.

    `stored` is the trace of the last sale that the terminal has stored; None before it was asked.
    """

    open: Attempt | None = None
    blik: Mapping[str, Attempt] = {}
    last: tuple[str, End] | None = None
    stored: str | None = None

    def attempt(self, key: str) -> Attempt | None:
        """The open attempt of this id."""
        return self.open if self.open is not None and self.open.id == key else self.blik.get(key)


ENDS: Mapping[type, End] = {
    AttemptCaptured: "captured",
    AttemptDeclined: "declined",
    AttemptReversed: "reversed",
    AttemptRefunding: "refunding",
    AttemptManual: "manual",
}


def fold(payment: Payment, entry: Entry, fact: PaymentFact) -> Payment:
    """Paying after this fact."""
    match fact:
        case AttemptMade():
            return _with(payment, _since(Attempt(fact.attempt, fact.method, fact.amount, fact.trace, entry.wall), entry))
        case TerminalStored():
            return msgspec.structs.replace(payment, stored=fact.trace)
        case _:
            attempt = payment.attempt(fact.attempt)
            assert attempt is not None
            end = ENDS.get(type(fact))
            return _with(payment, _since(_folded(attempt, fact), entry)) if end is None else _ended(payment, attempt, end)


def _folded(attempt: Attempt, fact: PaymentFact) -> Attempt:
    match fact:
        case AttemptAuthorised():
            return msgspec.structs.replace(attempt, trace=fact.trace, receipt=fact.receipt)
        case AttemptCommitting():
            return msgspec.structs.replace(attempt, phase="committing", committed=True)
        case AttemptInDoubt():
            return msgspec.structs.replace(attempt, phase="in_doubt", tries=fact.tries)
        case _:
            return attempt


def _ended(payment: Payment, attempt: Attempt, end: End) -> Payment:
    last = (attempt.id, end)
    if attempt.method == "blik":
        return msgspec.structs.replace(payment, blik={key: one for key, one in payment.blik.items() if key != attempt.id}, last=last)
    # After a sale that a person must look at, what the terminal has stored is to be asked for again.
    stored = {"captured": attempt.trace, "manual": None}.get(end, payment.stored)
    return msgspec.structs.replace(payment, open=None, last=last, stored=stored)


def _with(payment: Payment, attempt: Attempt) -> Payment:
    if attempt.method == "blik":
        return msgspec.structs.replace(payment, blik={**payment.blik, attempt.id: attempt})
    return msgspec.structs.replace(payment, open=attempt)


def _since(attempt: Attempt, entry: Entry) -> Attempt:
    return msgspec.structs.replace(attempt, seq=entry.seq, boot=entry.boot, mono_ms=entry.mono_ms)
