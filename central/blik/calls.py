"""What the centre asks of the gateway: one call at a time for each attempt, its result comes back later."""

from typing import Protocol

import msgspec

from central.blik.gateway import Declined, Pending, Registered, Status, Unknown


class Register(msgspec.Struct, frozen=True):
    """Announce the attempt."""

    attempt: str
    amount: int


class Charge:
    """Ask for the money with the code, once; it is personal and worth money for two minutes, so this has no repr."""

    __slots__ = ("attempt", "code", "token")

    def __init__(self, attempt: str, token: str, code: str) -> None:
        self.attempt = attempt
        self.token = token
        self.code = code

    def __repr__(self) -> str:
        return f"Charge({self.attempt})"


class AskStatus(msgspec.Struct, frozen=True):
    """What became of the attempt?"""

    attempt: str


class Verify(msgspec.Struct, frozen=True):
    """Say that the payment is known."""

    attempt: str
    amount: int
    order: int


class Refund(msgspec.Struct, frozen=True):
    """Give the money back; the attempt is the id of its one refund."""

    attempt: str
    order: int
    amount: int


Call = Register | Charge | AskStatus | Verify | Refund
Result = Registered | Declined | Unknown | Pending | Status | bool
"""What came of a call: what each gives, central/blik/gateway.py says; an Unknown may have been done."""


class BlikLine(Protocol):
    """The way to the gateway; the result comes back later through Centre.blik_answered."""

    def ask(self, call: Call) -> None:
        """Ask without waiting."""
        ...


class NoGateway:
    """A centre without a gateway: every attempt is declined before anything is asked."""

    def ask(self, call: Call) -> None:
        """Nothing is ever asked of it."""
        raise AssertionError(type(call).__name__)
