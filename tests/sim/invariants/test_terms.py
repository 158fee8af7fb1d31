"""A door that is asked for after its document's term is seen, to the second, and one of an untrusted clock is not."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.facts import AnyFact, CollectionBegun, Entry, PinSet, TermsExtended
from sim.invariants.terms import Outage, Terms, no_door_is_asked_for_after_the_term, who_waited_through_an_outage_has_more_time

UNTIL = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
BEGUN = CollectionBegun(deposit="d", compartment=3)


def entry(fact: AnyFact, wall: datetime = UNTIL, trusted: bool = True) -> Entry:
    return Entry(1, wall, 1_000, "b1", trusted, fact)


def waiting(*facts: AnyFact) -> Terms:
    terms = Terms()
    for fact in (PinSet(deposit="d", until=UNTIL), *facts):
        terms.take(entry(fact), {"d"})
    return terms


@pytest.mark.parametrize(("late_s", "broken"), [(-1, 0), (0, 1), (1, 1)])
def test_a_term_ends_to_the_second(late_s: int, broken: int) -> None:
    asked = entry(BEGUN, UNTIL + timedelta(seconds=late_s))
    assert len(list(no_door_is_asked_for_after_the_term(waiting(), asked))) == broken


def test_a_clock_that_nobody_trusts_ends_none() -> None:
    assert list(no_door_is_asked_for_after_the_term(waiting(), entry(BEGUN, UNTIL + timedelta(days=9), trusted=False))) == []


def test_more_time_for_all_is_more_time_for_those_who_wait() -> None:
    later = entry(BEGUN, UNTIL + timedelta(hours=1))
    assert list(no_door_is_asked_for_after_the_term(waiting(TermsExtended(until=UNTIL + timedelta(days=1))), later)) == []
    shorter = waiting(TermsExtended(until=UNTIL - timedelta(days=1)))
    assert len(list(no_door_is_asked_for_after_the_term(shorter, later))) == 1


def test_who_waited_through_an_outage_has_so_much_more_time() -> None:
    length = timedelta(minutes=30)
    outage = Outage(1_000_000, length, {"d1": UNTIL})

    def given(until: datetime, **ended: int) -> list[str]:
        entries = [Entry(1, UNTIL, 1, "b1", True, PinSet(deposit="d1", until=until))]
        return list(who_waited_through_an_outage_has_more_time(outage, entries, ended))

    assert given(UNTIL + length) == []
    assert given(UNTIL + length - timedelta(minutes=1)) == []
    assert len(given(UNTIL)) == 1
    assert given(UNTIL, d1=1_010_000) == []  # it was collected before anybody could say so
