"""What the centre needs of a payment gateway for BLIK, and what its answers mean (facts: payments 5).

Every call names our own id of the attempt, so each can be asked again; only `charge` is never made twice with the same code.
"""

from typing import Literal, Protocol

import msgspec

Reason = Literal["code", "refused", "not_confirmed", "funds", "technical"]
"""Why a payment was declined, as a person can be told: the code, their own no, their silence, their money, or none of these."""


class GatewayWrong(OSError):
    """The settings of the gateway cannot be used."""


class Registered(msgspec.Struct, frozen=True):
    """The gateway knows the attempt; no money yet. `token` stands for it in the next call."""

    token: str


class Pending(msgspec.Struct, frozen=True):
    """The code was taken: the customer confirms in the bank's application, or has done so, or will not."""


class Declined(msgspec.Struct, frozen=True):
    """There is no money, and there will be none of this try."""

    reason: Reason


class Unknown(msgspec.Struct, frozen=True):
    """No answer, or none that says anything: what was asked for may have happened. `code` is for the log."""

    code: str


class Absent(msgspec.Struct, frozen=True):
    """The gateway has never heard of the attempt."""


class Paid(msgspec.Struct, frozen=True):
    """The bank has the money: so many grosz, under the gateway's own number; `verified` when the gateway knows that we know."""

    order: int
    amount: int
    verified: bool


class Returned(msgspec.Struct, frozen=True):
    """The money was given back."""

    order: int


Status = Absent | Pending | Paid | Returned | Unknown


class BlikGateway(Protocol):
    """One gateway; no call raises for what the network or the gateway does."""

    async def register(self, attempt: str, amount: int, description: str) -> Registered | Declined | Unknown:
        """Announce an attempt; the same again gives the same."""
        ...

    async def charge(self, token: str, code: str) -> Pending | Declined | Unknown:
        """Ask for the money with the six digits, once: they are nowhere kept."""
        ...

    async def status(self, attempt: str) -> Status:
        """What became of an attempt."""
        ...

    async def verify(self, attempt: str, amount: int, order: int) -> bool:
        """Say that the payment is known, without which it goes back; false when nobody confirmed that."""
        ...

    async def refund(self, refund: str, attempt: str, order: int, amount: int) -> bool:
        """Give money back; the same `refund` again gives it once. False when nobody confirmed that."""
        ...
