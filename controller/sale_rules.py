"""What paying makes of a right, and why nothing is sold now. Like `rules.py`, for the two modules of a meter."""

import hashlib
from base64 import b32encode
from collections.abc import Iterator
from datetime import datetime

import msgspec

from contracts import facts as f
from contracts.payment_facts import Method
from controller.clock import Now
from controller.live import Live
from controller.parking import decide as parking
from controller.parking.decide import RightAsked
from controller.payment import decide as payment
from controller.payment.decide import PayAsked
from controller.settings import Settings
from controller.state import State

ID_SIGNS = 16


class SaleAsked(msgspec.Struct, frozen=True):
    """Somebody at the meter pays for this stay; the plate and, for BLIK, the code lie in the visit."""

    method: Method
    amount: int
    zone: str
    start: datetime
    until: datetime


def attempt_id(settings: Settings, seq: int, now: Now) -> str:
    """The id of the attempt that the fact `seq` of this boot makes: the same again after no other, and no run of decimals."""
    return b32encode(hashlib.sha256(f"{settings.machine}\n{now.boot}\n{seq}".encode()).digest())[:ID_SIGNS].decode().lower()


def sale_refusal(live: Live, settings: Settings, request: SaleAsked, now: Now) -> str | None:
    """Why nothing is sold now; None when it is."""
    if settings.meter is None:
        return "no_meter"
    if not now.trusted:
        return "clock_not_trusted"
    if request.method == "blik":
        return None if live.centre else "no_centre"
    return None if live.terminal else "no_terminal"


def sold(state: State, settings: Settings, request: SaleAsked, now: Now) -> tuple[f.Fact, ...]:
    """What is asked for and how it is paid, as one; raises Refused."""
    attempt = attempt_id(settings, state.seq + 1, now)
    quoted = parking.decide(state.parking, RightAsked(attempt, request.zone, request.start, request.until))
    return (*quoted, *payment.decide(state.payment, PayAsked(attempt, request.amount, request.method)))


def follow(state: State, fact: f.Fact) -> Iterator[f.Fact]:
    """What a fact of paying makes of the right: provisional before any money, active with it, void without."""
    match fact:
        case f.AttemptAuthorised() if _phase(state, fact.attempt) == "quoted":
            yield f.RightProvisional(attempt=fact.attempt)
        case f.AttemptMade(method="blik") if _phase(state, fact.attempt) == "quoted":
            yield f.RightProvisional(attempt=fact.attempt)
        case f.AttemptCaptured() if _phase(state, fact.attempt):
            yield f.RightActive(attempt=fact.attempt)
        case f.AttemptDeclined() if _phase(state, fact.attempt):
            yield f.RightVoid(attempt=fact.attempt, reason="declined")
        case f.AttemptReversed() if _phase(state, fact.attempt):
            yield f.RightVoid(attempt=fact.attempt, reason="reversed")
        case f.AttemptRefunding() if _phase(state, fact.attempt):
            yield f.RightVoid(attempt=fact.attempt, reason="refunded")
        case _:
            return


def _phase(state: State, attempt: str) -> str:
    right = state.parking.rights.get(attempt)
    return right.phase if right is not None else ""
