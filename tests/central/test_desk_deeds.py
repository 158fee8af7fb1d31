"""Slips, one-time codes, releases and corrections, as the machine hears of them and as the desk keeps them."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from central.deposits.registration import NewDocument, Slip
from central.deposits.rules import DeskRefused
from contracts.facts import DepositWithdrawn
from contracts.orders import AdmitClerk, Release, SetPin, Withdraw, clerk_mark, phone_mark
from tests.central.paper_machine import MACHINE, PIN_KEY, House, mark

HOUR = 3600.0


def desk(house: House, act: str, *given: Any) -> Any:
    """A deed about a document."""
    return house.centre.at_desk(lambda t: getattr(house.centre.registration, act)(t, *given, "A. Nowak", house.at), house.at)


def at_machine(house: House, act: str, *given: Any) -> Any:
    """A deed about a machine."""
    return house.centre.at_desk(lambda t: getattr(house.centre.machines, act)(t, *given, house.at), house.at)


def everything(house: House) -> str:
    """The whole store as text, to look for what must not be in it."""
    with house.centre.store.transaction() as t:
        names = [row[0] for row in t.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        return json.dumps([[repr(row) for row in t.execute(text(f"SELECT * FROM {name}"))] for name in names])


def slip(house: House) -> str:
    house.boot()
    return str(desk(house, "register", NewDocument("26004711", "", MACHINE, slip=True)))


def test_a_slip_holds_the_pin_and_a_number_that_the_machine_knows() -> None:
    house = House(pins=[1234567, 482913])
    key = slip(house)
    (order,) = house.orders()
    assert isinstance(order.ask, SetPin)
    assert (order.ask.hmac, order.ask.phone) == (mark("482913"), phone_mark(PIN_KEY, "001234567").hex())
    assert order.ask.told == "slip"
    with pytest.raises(DeskRefused, match="pin_not_held"):
        desk(house, "print_slip", key)
    house.do(order)
    printed: Slip = desk(house, "print_slip", key)
    assert (printed.pin, printed.number) == ("482913", "001234567")
    assert "482913" not in repr(printed)
    assert house.deposit(key).pin is None
    with pytest.raises(DeskRefused, match="printed_already"):
        desk(house, "print_slip", key)
    assert "print_slip" in everything(house)


def test_a_document_with_a_slip_is_told_without_a_message() -> None:
    house = House()
    key = slip(house)
    house.work()
    desk(house, "print_slip", key)
    house.centre.load(key, "A. Nowak", house.at)
    house.machine.store(house.orders()[0])
    house.sync()
    house.work()
    assert house.deposit(key).state == "told"
    for _ in range(60):
        house.later(HOUR)
    house.machine.fact(DepositWithdrawn(deposit=key, compartment=7, reason="jam"))
    house.sync()
    assert house.wire.messages == []


def test_a_slip_that_is_printed_late_gets_its_full_term() -> None:
    house = House()
    key = slip(house)
    house.work()
    house.centre.load(key, "A. Nowak", house.at)
    house.machine.store(house.orders()[0])
    house.sync()
    house.work()
    house.later(5 * HOUR)
    assert house.centre.at_desk(lambda t: house.centre.registration.freshen(t, key, house.at), house.at)
    house.work()
    assert not house.centre.at_desk(lambda t: house.centre.registration.freshen(t, key, house.at), house.at)
    printed: Slip = desk(house, "print_slip", key)
    assert printed.deposit.until_ms - house.at.wall.timestamp() * 1000 >= 48 * HOUR * 1000
    assert house.deposit(key).state == "told"


def test_who_has_no_phone_any_more_gets_a_slip_with_a_new_pin() -> None:
    house = House(pins=[111111, 7, 222222])
    key = house.told()
    desk(house, "to_slip", key)
    (order,) = house.orders()
    assert isinstance(order.ask, SetPin)
    assert (order.ask.hmac, order.ask.phone) == (mark("222222"), phone_mark(PIN_KEY, "000000007").hex())
    assert order.ask.told == "slip"
    house.do(order)
    assert desk(house, "print_slip", key).pin == "222222"
    house.later(40 * HOUR)
    assert house.purposes() == ["ready"]


def test_a_slip_in_place_of_a_message_under_way_has_another_pin() -> None:
    house = House(pins=[111111, 7, 222222])
    key = house.submitted()
    assert "111111" in house.wire.messages[-1].text  # given to the provider, and no answer yet
    desk(house, "to_slip", key)
    house.work()
    assert desk(house, "print_slip", key).pin == "222222"


def test_a_lost_slip_is_replaced_by_a_new_pin() -> None:
    house = House()
    key = slip(house)
    house.work()
    first = desk(house, "print_slip", key).pin
    house.centre.load(key, "A. Nowak", house.at)
    house.machine.store(house.orders()[0])
    house.sync()
    house.work()
    desk(house, "reissue", key)
    house.work()
    assert desk(house, "print_slip", key).pin != first


def test_a_one_time_code_is_kept_as_its_mark_only() -> None:
    house = House()
    house.boot()
    code = at_machine(house, "admit", MACHINE, "Żaneta Wójcik")
    (order,) = house.orders()
    assert isinstance(order.ask, AdmitClerk)
    assert order.actor == "Żaneta Wójcik"
    assert order.ask.code == clerk_mark(PIN_KEY, code.digits).hex()
    assert (order.ask.until - house.at.wall).total_seconds() == 300
    assert len(code.digits) == 8
    assert code.digits not in everything(house)
    assert code.digits not in repr(code)
    with pytest.raises(DeskRefused, match="actor_wrong"):
        at_machine(house, "admit", MACHINE, "")
    with pytest.raises(DeskRefused, match="machine_unknown"):
        at_machine(house, "admit", "nobody-1", "A")


def test_a_release_says_who_why_and_whether_it_is_empty() -> None:
    house = House()
    house.boot()
    at_machine(house, "release", MACHINE, 7, 1, True, "lock repaired", "A. Nowak")
    (order,) = house.orders()
    assert isinstance(order.ask, Release)
    assert (order.ask.compartment, order.ask.seen, order.ask.empty, order.reason) == (7, 1, True, "lock repaired")
    for compartment, reason, code in ((0, "x", "compartment_wrong"), (7, "", "reason_wrong"), (7, "a\nb", "reason_wrong")):
        with pytest.raises(DeskRefused, match=code):
            at_machine(house, "release", MACHINE, compartment, 1, False, reason, "A. Nowak")


@pytest.mark.parametrize("seen", [-1, 2, 999_999_999_999_999, 2**62])
def test_nobody_has_seen_what_no_machine_has_told(seen: int) -> None:
    house = House()
    house.boot()
    with pytest.raises(DeskRefused, match="seen_wrong"):
        at_machine(house, "release", MACHINE, 7, seen, True, "lock repaired", "A. Nowak")


def test_a_withdrawn_document_waits_for_the_machines_word() -> None:
    house = House()
    key = house.told()
    desk(house, "withdraw", key)
    (order,) = house.orders()
    assert isinstance(order.ask, Withdraw)
    assert house.deposit(key).state == "told"
    house.machine.take(order)
    house.machine.fact(DepositWithdrawn(deposit=key, compartment=7, reason="desk"))
    house.sync()
    assert house.deposit(key).state == "withdrawn"
    for act in ("reissue", "withdraw"):
        with pytest.raises(DeskRefused, match="ended_already"):
            desk(house, act, key)


@pytest.mark.parametrize("act", ["reissue", "withdraw"])
def test_what_is_not_in_a_compartment_is_refused(act: str) -> None:
    house = House()
    house.boot()
    key = house.register()
    with pytest.raises(DeskRefused, match="not_stored"):
        desk(house, act, key)
    with pytest.raises(DeskRefused, match="deposit_unknown"):
        desk(house, act, "x")


def test_a_slip_takes_no_phone_and_a_phone_no_empty_field() -> None:
    house = House()
    house.boot()
    for new in (NewDocument("1", "601234123", MACHINE, slip=True), NewDocument("1", "", MACHINE)):
        with pytest.raises(DeskRefused, match="phone_wrong"):
            desk(house, "register", new)
    with pytest.raises(DeskRefused, match="kind_unknown"):
        desk(house, "register", NewDocument("1", "601234123", MACHINE, kind="plates"))
