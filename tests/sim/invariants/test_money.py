"""The sentences about money hold and break as they say."""

from datetime import UTC, datetime

import pytest

from contracts.facts import AnyFact, AttemptMade, AttemptManual, Entry, RightActive, RightProvisional, RightVoid
from sim.bank import Bank, Charge
from sim.invariants import money

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MADE = AttemptMade(attempt="a-1", method="card", amount=500, trace="")
PROVISIONAL, ACTIVE, VOID = RightProvisional(attempt="a-1"), RightActive(attempt="a-1"), RightVoid(attempt="a-1", reason="declined")


def entries(*facts: AnyFact) -> list[Entry]:
    return [Entry(seq=n, wall=AT, mono_ms=0, boot="b", trusted=True, fact=fact) for n, fact in enumerate(facts, 1)]


def bank(*amounts: int) -> Bank:
    made = Bank()
    for amount in amounts:
        charge = made.approve(amount)
        assert isinstance(charge, Charge)
        made.settle(charge, "charged")
    return made


@pytest.mark.parametrize(("facts", "broken"), [((MADE,), True), ((MADE, PROVISIONAL), False), ((PROVISIONAL,), True)])
def test_a_charge_needs_a_right_on_disk(facts: tuple[AnyFact, ...], broken: bool) -> None:
    assert bool(list(money.nobody_is_charged_before_the_right_is_on_disk(entries(*facts), bank(500).charges[0]))) == broken


def test_two_charges_of_one_attempt_are_found() -> None:
    assert list(money.nobody_is_charged_twice(bank(500, 600))) == []
    assert list(money.nobody_is_charged_twice(bank(500, 500))) == ["500 grosz 2 times"]


@pytest.mark.parametrize(
    ("facts", "paid", "broken"),
    [
        ((MADE, PROVISIONAL, ACTIVE), True, False),
        ((MADE, PROVISIONAL, VOID), False, False),
        ((MADE, PROVISIONAL, ACTIVE), False, True),
        ((MADE, PROVISIONAL, VOID), True, True),
        ((MADE, PROVISIONAL), True, True),
        ((MADE, PROVISIONAL), False, True),
        ((MADE, PROVISIONAL, AttemptManual(attempt="a-1", reason="silent")), True, False),
    ],
)
def test_money_and_rights_agree(facts: tuple[AnyFact, ...], paid: bool, broken: bool) -> None:
    assert bool(list(money.money_and_rights_agree(entries(*facts), bank(500) if paid else Bank()))) == broken


def test_money_that_is_held_is_found() -> None:
    held = Bank()
    held.approve(500)
    assert list(money.money_and_rights_agree([], held)) == ["held: [500]"]


def test_an_attempt_for_people_is_found() -> None:
    assert list(money.no_attempt_is_given_to_people(entries(MADE))) == []
    manual = entries(MADE, AttemptManual(attempt="a-1", reason="silent"))
    assert list(money.no_attempt_is_given_to_people(manual)) == ["attempt a-1: silent"]
