"""What is asked for when somebody pays: a zone, from and until."""

from datetime import datetime, timedelta

import msgspec

from contracts.parking_facts import RightQuoted
from controller.parking.state import Parking
from controller.refused import Refused

STAY_MAX = timedelta(days=40)
"""No ticket of a street meter is longer; what is, comes of a clock or a tariff that is wrong."""


class RightAsked(msgspec.Struct, frozen=True):
    """The stay that attempt `attempt` is to pay for; aware times."""

    attempt: str
    zone: str
    start: datetime
    until: datetime


def decide(parking: Parking, request: RightAsked) -> tuple[RightQuoted, ...]:
    """The facts of a request; raises Refused."""
    if request.attempt in parking.rights:
        raise Refused("right_known")
    if not timedelta() < request.until - request.start <= STAY_MAX:
        raise Refused("stay_wrong")
    return (RightQuoted(attempt=request.attempt, zone=request.zone, start=request.start, until=request.until),)
