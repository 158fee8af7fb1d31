"""Facts of paying: an attempt is made and stored before anybody is asked for money, and ends in one of five ways (facts: payments 4, 5)."""

from typing import Literal

from contracts.fact import Fact

Method = Literal["card", "blik"]


class AttemptMade(Fact, frozen=True, tag="attempt.made"):
    """Somebody wants to pay `amount` grosz; `trace`, for a card, is that of the last sale that the terminal is known to have stored."""

    attempt: str
    method: Method
    amount: int
    trace: str


class AttemptAuthorised(Fact, frozen=True, tag="attempt.authorised"):
    """The host has approved, and nothing is charged yet: the terminal waits for our word."""

    attempt: str
    trace: str
    receipt: str
    time: str
    date: str
    card: str
    last4: str


class AttemptCommitting(Fact, frozen=True, tag="attempt.committing"):
    """The right is stored; from here on the terminal may be told to charge, or the centre be given the BLIK code."""

    attempt: str


class AttemptCaptured(Fact, frozen=True, tag="attempt.captured"):
    """The terminal has stored the sale, or the gateway has the money: the customer has paid."""

    attempt: str


class AttemptDeclined(Fact, frozen=True, tag="attempt.declined"):
    """No money was asked for with success; `result` is the terminal's code or the centre's word, empty when there was none."""

    attempt: str
    result: str = ""


class AttemptReversed(Fact, frozen=True, tag="attempt.reversed"):
    """The approval was let go: the customer has not paid, and what was granted is void."""

    attempt: str
    result: str = ""


class AttemptInDoubt(Fact, frozen=True, tag="attempt.in_doubt"):
    """Nobody can say yet whether the customer has paid; terminal or centre will be asked for the `tries`th time."""

    attempt: str
    tries: int


class AttemptRefunding(Fact, frozen=True, tag="attempt.refunding"):
    """The money came too late to be used, and the centre gives it back: there is no right."""

    attempt: str


class AttemptManual(Fact, frozen=True, tag="attempt.manual"):
    """A person must look: nobody said within a day, the terminal charged what was never committed, or the gateway another amount."""

    attempt: str
    reason: Literal["silent", "uncommitted", "amount"]


class TerminalStored(Fact, frozen=True, tag="terminal.stored"):
    """The trace of the terminal's last stored sale, before the first attempt of all; empty when there is none."""

    trace: str


PaymentFact = (
    AttemptMade | AttemptAuthorised | AttemptCommitting | AttemptCaptured | AttemptDeclined | AttemptReversed | AttemptInDoubt
    | AttemptRefunding | AttemptManual | TerminalStored
)  # fmt: skip
