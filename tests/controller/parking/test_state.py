"""What is remembered of rights: whatever somebody may still be paying for, and what was paid until a day after its end."""

from datetime import timedelta

import pytest

from contracts.facts import Entry, RightActive, RightProvisional, RightQuoted, RightVoid
from contracts.parking_facts import ParkingFact
from controller.parking.decide import STAY_MAX, RightAsked, decide
from controller.parking.state import Parking, fold
from controller.refused import Refused
from tests.controller.histories import AT

HOUR = timedelta(hours=1)


def after(*facts: ParkingFact, at: timedelta = timedelta(), parking: Parking | None = None) -> Parking:
    parking = parking or Parking()
    for n, fact in enumerate(facts, 1):
        parking = fold(parking, Entry(n, AT + at, 0, "boot", True, fact), fact)
    return parking


def quoted(attempt: str) -> RightQuoted:
    return RightQuoted(attempt=attempt, zone="SPP", start=AT, until=AT + HOUR)


def test_a_right_counts_from_provisional_on() -> None:
    parking = after(quoted("a"))
    assert not parking.rights["a"].counts
    assert after(RightProvisional(attempt="a"), parking=parking).rights["a"].counts
    assert after(RightProvisional(attempt="a"), RightActive(attempt="a"), parking=parking).rights["a"].phase == "active"
    assert after(RightVoid(attempt="a", reason="declined"), parking=parking).rights == {}


@pytest.mark.parametrize("days", [2, 50, 4_000])
def test_no_clock_makes_it_forget_what_somebody_may_be_paying_for(days: int) -> None:
    parking = after(quoted("open"), quoted("in doubt"), RightProvisional(attempt="in doubt"), quoted("paid"), RightActive(attempt="paid"))
    later = after(quoted("new"), at=timedelta(days=days), parking=parking)
    assert set(later.rights) == {"open", "in doubt", "new"}


def test_a_paid_right_is_remembered_for_a_day() -> None:
    parking = after(quoted("paid"), RightActive(attempt="paid"))
    assert "paid" in after(quoted("new"), at=24 * HOUR, parking=parking).rights


@pytest.mark.parametrize("long", [timedelta(), -HOUR, STAY_MAX + HOUR])
def test_no_stay_is_empty_or_without_end(long: timedelta) -> None:
    with pytest.raises(Refused, match="stay_wrong"):
        decide(Parking(), RightAsked("a", "SPP", AT, AT + long))


def test_one_attempt_asks_for_one_right() -> None:
    with pytest.raises(Refused, match="right_known"):
        decide(after(quoted("a")), RightAsked("a", "SPP", AT, AT + HOUR))
