"""An order has one life, whatever comes twice, late, or in another order."""

from itertools import permutations
from typing import Any

import pytest

from contracts.facts import OrderEnded, OrderTaken
from contracts.orders import Order
from tests.central.paper_machine import MACHINE, House


def sent(house: House) -> Order:
    """One order on its way."""
    house.boot()
    house.register()
    (order,) = house.orders()
    return order


def life(house: House, order: str) -> tuple[str, list[str]]:
    """State and steps of an order."""
    from central.store import orders

    with house.centre.store.transaction() as t:
        row = orders.read(t, order)
        assert row is not None
        return row.state, [step.state for step in orders.steps(t, [order])]


EVENTS = ("answer taken", "answer done", "fact taken", "fact done", "answer done")


@pytest.mark.parametrize("order_of", sorted(set(permutations(EVENTS))))
def test_every_order_of_answers_ends_done(order_of: tuple[str, ...]) -> None:
    house = House()
    order = sent(house)
    journal: dict[str, Any] = {
        "fact taken": OrderTaken(order=order.id, verb="set_pin", actor=order.actor, counter=order.counter),
        "fact done": OrderEnded(order=order.id, state="done", code="ok"),
    }
    for event in order_of:
        if event in journal:
            house.machine.fact(journal[event])
            house.sync()
        else:
            house.answer(order.id, event.split()[1])
    state, steps = life(house, order.id)
    assert state == "done"
    assert steps.count("done") == 1
    assert steps[:3] == ["drafted", "signed", "sent"]
    assert not any(name.startswith("security.") for name in house.counts())
    house.later(3_600)
    assert house.orders() == []


def test_a_different_later_end_is_a_security_event() -> None:
    house = House()
    order = sent(house)
    house.machine.do(order)
    house.sync()
    house.answer(order.id, "failed", "jam")
    assert life(house, order.id)[0] == "done"
    assert house.counts()["security.order_ended_twice"] == 1


def test_a_fact_overrules_an_answer() -> None:
    house = House()
    order = sent(house)
    house.answer(order.id, "failed")
    house.machine.do(order)
    house.sync()
    assert life(house, order.id)[0] == "done"
    assert house.counts()["security.order_ended_twice"] == 1


def test_it_is_sent_again_on_a_growing_timer() -> None:
    house = House()
    first = sent(house)
    waits: list[int] = []
    for _ in range(5):
        deadline = house.centre.deadline()
        assert deadline is not None
        waits.append(deadline - house.at.mono_ms)
        house.later(waits[-1] / 1000)
        (again,) = house.orders()
        assert again == first
    assert waits == [5_000, 10_000, 20_000, 40_000, 80_000]


def test_a_new_boot_gets_the_same_order_signed_anew() -> None:
    house = House()
    first = sent(house)
    house.birth("c2", "n2")
    (again,) = house.orders()
    assert (again.id, again.nonce) == (first.id, "n2")
    assert again.counter > first.counter
    house.will("c2")
    house.later(1_000)
    assert house.orders() == []


def test_a_restart_sends_what_is_open() -> None:
    house = House()
    first = sent(house)
    house.start()
    assert house.orders() == [first]


def test_nothing_goes_out_without_a_link() -> None:
    house = House()
    sent(house)
    house.centre.link_down(house.at)
    house.later(600)
    assert house.orders() == []
    house.centre.link_up(house.at)
    assert len(house.orders()) == 1


def test_no_answer_is_not_a_failure() -> None:
    from central.views import Views

    house = House()
    order = sent(house)
    house.later(86_400 + 60)
    (view,) = Views(house.centre.store, house.settings).orders(house.at.wall)
    assert (view.state, view.overdue) == ("sent", True)
    house.machine.refuse(order, "expired")
    house.sync()
    assert life(house, order.id)[0] == "expired"


def test_answers_of_others_change_nothing() -> None:
    house = House()
    order = sent(house)
    house.answer("00000000", "done")
    assert life(house, order.id)[0] == "sent"
    assert house.counts()["security.order_unknown"] == 1


def test_counters_only_grow() -> None:
    house = House()
    counters = [sent(house).counter]
    for n in range(5):
        house.register(f"c{n}")
        counters += [order.counter for order in house.orders()]
    assert counters == sorted(set(counters))
    assert len(counters) == 6


def test_orders_wait_for_their_machine() -> None:
    house = House()
    house.register()
    assert house.orders() == []
    house.birth()
    (order,) = house.orders()
    assert order.machine == MACHINE
