"""Facts of rights to park: what was asked for, from when it counts, and what became of it. A plate is in the vault, never here."""

from datetime import datetime
from typing import Literal

from contracts.fact import Fact


class RightQuoted(Fact, frozen=True, tag="right.quoted"):
    """The right that attempt `attempt` is to pay for: in this zone, from and until, for a car whose plate lies in the vault."""

    attempt: str
    zone: str
    start: datetime
    until: datetime


class RightProvisional(Fact, frozen=True, tag="right.provisional"):
    """The car counts as paid from here on, whatever becomes of the money, until somebody knows that it was not paid."""

    attempt: str


class RightActive(Fact, frozen=True, tag="right.active"):
    """The right is paid for."""

    attempt: str


class RightVoid(Fact, frozen=True, tag="right.void"):
    """There is no right: it was not paid for, or the money goes back."""

    attempt: str
    reason: Literal["declined", "reversed", "refunded"]


ParkingFact = RightQuoted | RightProvisional | RightActive | RightVoid
"""All of what the facts say about rights."""
