"""Phones, case numbers and marks go some days after a document's end; what happened stays."""

from contracts.facts import DepositWithdrawn, DocumentHandedOver
from tests.central.paper_machine import House

DAY = 86_400.0


def table(house: House, query: str) -> list[tuple[object, ...]]:
    from sqlalchemy import text

    with house.centre.store.transaction() as t:
        return [tuple(row) for row in t.execute(text(query))]


def days(house: House, n: float) -> None:
    for _ in range(int(n * 24)):
        house.later(3_600)


def test_what_has_served_is_erased_and_the_facts_stay() -> None:
    house = House()
    key = house.told()
    house.machine.fact(DocumentHandedOver(deposit=key, compartment=7), house.at.wall)
    house.sync()
    house.accept(house.wire.messages[-1])
    facts = table(house, "SELECT seq, payload FROM facts")
    days(house, 2.9)
    assert house.deposit(key).phone != b""
    days(house, 0.2)
    row = house.deposit(key)
    assert (row.phone, row.phone_mask, row.case_no, row.mark, row.pin) == (b"", "", "", "", None)
    assert row.state == "collected"
    assert table(house, "SELECT count(*) FROM orders WHERE length(ask) > 0") == [(0,)]
    assert table(house, "SELECT seq, payload FROM facts") == facts
    assert len(table(house, "SELECT mark FROM pin_marks")) == 1
    days(house, 30)
    assert table(house, "SELECT mark FROM pin_marks") == []


def test_what_still_lies_in_a_compartment_is_not_erased() -> None:
    house = House()
    key = house.told()
    house.machine.fact(DepositWithdrawn(deposit=key, compartment=7, reason="reach"))
    house.sync()
    days(house, 10)
    assert house.deposit(key).phone != b""


def test_a_fact_about_an_erased_order_breaks_nothing() -> None:
    from contracts.facts import OrderEnded

    house = House()
    key = house.told()
    order = str(table(house, "SELECT id FROM orders WHERE verb = 'set_pin'")[0][0])
    house.machine.fact(DocumentHandedOver(deposit=key, compartment=7), house.at.wall)
    house.sync()
    days(house, 4)
    house.machine.fact(OrderEnded(order=order, state="done", code="ok"))
    assert house.sync().upto == len(house.machine.stored)
