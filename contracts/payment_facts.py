"""Facts of paying: an attempt is made and stored before anybody is asked for money, and ends in one of five ways (facts: payments 4)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Method = Literal["card"]
Amount = Annotated[int, Meta(gt=0, lt=10**12)]


class PaymentStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """What a journal says about paying. No machine sells, so it is no contracts.fact.Fact that a centre could be sent."""


class AttemptMade(PaymentStep, frozen=True, tag="attempt.made"):
    """Somebody wants to pay `amount` grosz; `trace` is that of the last sale that the terminal is known to have stored."""

    attempt: str
    method: Method
    amount: Amount
    trace: str


class AttemptAuthorised(PaymentStep, frozen=True, tag="attempt.authorised"):
    """The host has approved, and nothing is charged yet: the terminal waits for our word."""

    attempt: str
    trace: str
    receipt: str
    time: str
    date: str
    card: str
    last4: str


class AttemptCommitting(PaymentStep, frozen=True, tag="attempt.committing"):
    """The right is stored; from here on the terminal may be told to charge."""

    attempt: str


class AttemptCaptured(PaymentStep, frozen=True, tag="attempt.captured"):
    """The terminal has stored the sale: the customer has paid."""

    attempt: str


class AttemptDeclined(PaymentStep, frozen=True, tag="attempt.declined"):
    """No money was asked for with success; `result` is the terminal's code, empty when it gave none."""

    attempt: str
    result: str = ""


class AttemptReversed(PaymentStep, frozen=True, tag="attempt.reversed"):
    """The approval was let go: the customer has not paid, and what was granted is void."""

    attempt: str
    result: str = ""


class AttemptInDoubt(PaymentStep, frozen=True, tag="attempt.in_doubt"):
    """Nobody can say yet whether the customer has paid; the terminal will be asked for the `tries`th time."""

    attempt: str
    tries: int


class AttemptManual(PaymentStep, frozen=True, tag="attempt.manual"):
    """A person must look: the terminal did not say within a day, or charged what was never committed."""

    attempt: str
    reason: Literal["silent", "uncommitted"]


class TerminalStored(PaymentStep, frozen=True, tag="terminal.stored"):
    """The trace of the terminal's last stored sale, before the first attempt of all; empty when there is none."""

    trace: str


PaymentFact = (
    AttemptMade | AttemptAuthorised | AttemptCommitting | AttemptCaptured | AttemptDeclined | AttemptReversed | AttemptInDoubt
    | AttemptManual | TerminalStored
)  # fmt: skip
