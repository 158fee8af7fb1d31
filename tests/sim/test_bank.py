"""The truth of money."""

import pytest

from sim.bank import Bank, Charge, Settled


def test_what_is_held_is_charged_or_let_go_and_what_is_charged_can_come_back() -> None:
    bank = Bank()
    first, second = bank.approve(350), bank.approve(100)
    assert isinstance(first, Charge)
    assert isinstance(second, Charge)
    assert bank.charged == []
    bank.settle(first, "charged")
    bank.settle(second, "released")
    assert bank.charged == [350]
    bank.settle(first, "returned")
    assert bank.charged == []


def test_a_refusal_holds_nothing() -> None:
    bank = Bank()
    bank.declines = [5]
    assert bank.approve(350) == 5
    assert bank.charges == []
    assert isinstance(bank.approve(350), Charge)


@pytest.mark.parametrize("states", [("charged", "charged"), ("released", "charged"), ("charged", "released"), ("returned",)])
def test_nothing_else_can_become_of_it(states: tuple[Settled, ...]) -> None:
    bank = Bank()
    charge = bank.approve(350)
    assert isinstance(charge, Charge)
    *before, last = states
    for state in before:
        bank.settle(charge, state)
    with pytest.raises(AssertionError, match="cannot be"):
        bank.settle(charge, last)
