"""One document through the centre, from the clerk to the collection."""

import re

import pytest

from central.deposits.rules import DeskRefused
from central.ports import SmsResult
from contracts.facts import DepositForgotten, DepositLoading, DepositNotStored, DepositStored, DocumentHandedOver, OrderEnded, PinSet
from contracts.orders import Forget, Load, SetPin, Withdraw, case_mark, phone_mark
from tests.central.paper_machine import PIN_KEY, House, mark


def stored(house: House) -> str:
    """A document registered, loaded and stored; its key. The second set_pin is on its way."""
    house.boot()
    key = house.register()
    (first,) = house.orders()
    house.machine.do(first)
    house.sync()
    house.centre.load(key, "A. Nowak", house.at)
    (load,) = house.orders()
    house.machine.store(load)
    house.sync()
    return key


def test_one_pin_end_to_end() -> None:
    house = House(pins=[482913])
    key = stored(house)
    assert house.wire.messages == []
    (second,) = house.orders()
    assert isinstance(second.ask, SetPin)
    assert second.ask.hmac == mark("482913")
    house.machine.do(second)
    house.sync()
    (sms,) = house.wire.messages
    assert sms.phone == "48601234123"
    assert sms.text == (
        "UM Poznan: dokument czeka w Urzedomacie, ul. Gronowa 22a. PIN: 482913. Odbierz do 25.11 godz. 11:00. "
        "Nie podawaj PIN-u nikomu. Pomoc: 61 646 33 44"
    )
    assert house.deposit(key).pin is not None
    house.centre.sms_answered(sms.idx, SmsResult("accepted", provider_id="p1"), house.at)
    assert house.deposit(key).state == "told"
    assert house.deposit(key).pin is None
    house.machine.fact(DocumentHandedOver(deposit=key, compartment=7))
    house.sync()
    assert house.deposit(key).state == "collected"
    collected = house.wire.messages[-1]
    assert collected.text == "UM Poznan: dokument wydano z Urzedomatu 23.11 godz. 10:00. To nie Ty? Zadzwon od razu: 61 646 33 44"
    house.accept(collected)
    house.later(100_000)
    assert house.purposes() == ["ready", "collected"]


def test_the_machine_gets_the_marks_of_phone_and_case() -> None:
    house = House()
    house.boot()
    house.register("26004711")
    house.register("A/12")
    asks = [order.ask for order in house.orders() if isinstance(order.ask, SetPin)]
    assert [ask.phone for ask in asks] == [phone_mark(PIN_KEY, "601234123").hex()] * 2
    assert [ask.case for ask in asks] == [case_mark(PIN_KEY, "26004711").hex(), ""]


def test_no_sms_before_the_machine_holds_the_pin_and_the_document() -> None:
    house = House()
    house.boot()
    house.register()
    (first,) = house.orders()
    assert isinstance(first.ask, SetPin)
    house.machine.do(first)
    house.sync()
    house.later(3_600)
    assert house.wire.messages == []


def test_an_answer_alone_brings_no_sms() -> None:
    house = House()
    stored(house)
    (second,) = house.orders()
    house.answer(second.id, "done")
    house.later(60)
    assert house.wire.messages == []


def test_pin_taken_is_drawn_again() -> None:
    house = House(pins=[111111, 222222])
    house.boot()
    key = house.register()
    (first,) = house.orders()
    house.machine.refuse(first, "pin_taken")
    house.sync()
    (again,) = house.orders()
    assert again.id != first.id
    assert isinstance(again.ask, SetPin)
    assert again.ask.hmac == mark("222222")
    house.machine.do(again)
    house.sync()
    assert house.deposit(key).state == "held"


def test_a_pin_of_another_deposit_is_not_drawn() -> None:
    house = House(pins=[111111, 111111, 333333])
    house.boot()
    house.register("1")
    house.register("2")
    marks = [order.ask.hmac for order in house.orders() if isinstance(order.ask, SetPin)]
    assert marks == [mark("111111"), mark("333333")]


def test_a_pin_rests_thirty_days() -> None:
    house = House(pins=[111111, 111111, 222222, 111111])
    house.boot()
    key = house.register("1")
    house.machine.fact(DocumentHandedOver(deposit=key, compartment=1))
    house.sync()
    house.orders()
    house.later(29 * 86_400)
    house.birth("c2", "n2")
    house.register("2")
    house.later(2 * 86_400)
    house.register("3")
    asks = {order.ask.deposit: order.ask for order in house.orders() if isinstance(order.ask, SetPin)}
    assert {ask.hmac for ask in asks.values()} == {mark("111111"), mark("222222")}


@pytest.mark.parametrize("kind", ["failed", "refused", "not_stored"])
def test_a_failed_load_waits_again_with_its_reason(kind: str) -> None:
    house = House()
    house.boot()
    key = house.register()
    house.machine.do(house.orders()[0])
    house.sync()
    house.centre.load(key, "A. Nowak", house.at)
    (load,) = house.orders()
    assert isinstance(load.ask, Load)
    if kind == "refused":
        house.machine.refuse(load, "busy")
    else:
        house.machine.take(load)
        if kind == "not_stored":
            house.machine.fact(DepositNotStored(deposit=key, compartment=3, reason="not_put_in"))
        house.machine.fact(OrderEnded(order=load.id, state="failed", code="jam"))
    house.sync()
    deposit = house.deposit(key)
    assert (deposit.state, deposit.reason) == ("held", {"failed": "jam", "refused": "busy", "not_stored": "not_put_in"}[kind])
    assert house.centre.load(key, "A. Nowak", house.at)


def test_a_late_provider_gets_a_later_deadline() -> None:
    house = House()
    stored(house)
    house.machine.do(house.orders()[0])
    house.sync()
    (sms,) = house.wire.messages
    house.centre.sms_answered(sms.idx, SmsResult("unknown"), house.at)
    house.later(3 * 3_600)
    assert len(house.wire.messages) == 1
    (renewed,) = house.orders()
    assert isinstance(renewed.ask, SetPin)
    house.machine.do(renewed)
    house.sync()
    assert len(house.wire.messages) == 2
    assert house.wire.messages[1].idx == sms.idx
    until = re.search(r"do (\S+ godz\. \S+)\.", house.wire.messages[1].text)
    assert until
    assert until[1] == "25.11 godz. 14:00"


def test_one_sms_whatever_is_repeated() -> None:
    house = House()
    stored(house)
    house.machine.do(house.orders()[0])
    for _ in range(3):
        house.acked = 0
        house.sync()
    house.machine.fact(PinSet(deposit="other", until=house.at.wall))
    house.sync()
    (sms,) = house.wire.messages
    house.centre.sms_answered(sms.idx, SmsResult("accepted"), house.at)
    house.centre.sms_answered(sms.idx, SmsResult("unknown"), house.at)
    house.later(80_000)
    assert house.purposes() == ["ready"]


def test_a_restart_asks_again_with_the_same_idx() -> None:
    house = House()
    stored(house)
    house.machine.do(house.orders()[0])
    house.sync()
    house.start()
    assert [sms.idx for sms in house.wire.messages] == [house.wire.messages[0].idx] * 2


def test_desk_refuses_in_one_word() -> None:
    house = House()
    house.boot()
    house.register("A1")
    for case, phone, machine, code in (
        ("A1", "601234123", house.machine.machine, "case_known"),
        ("<b>", "601234123", house.machine.machine, "case_wrong"),
        ("A2", "12", house.machine.machine, "phone_wrong"),
        ("A2", "601234123", "nobody", "machine_unknown"),
    ):
        with pytest.raises(DeskRefused, match=code):
            house.centre.register(case, phone, machine, "pl", False, "A. Nowak", house.at)
    with pytest.raises(DeskRefused, match="deposit_unknown"):
        house.centre.load("x", "A. Nowak", house.at)


def test_messages_wait_for_the_morning() -> None:
    from central.settings import SmsSettings

    house = House(sms=SmsSettings(quiet=True))
    house.later(12.5 * 3_600)
    stored(house)
    house.machine.do(house.orders()[0])
    house.sync()
    assert house.wire.messages == []
    while house.at.wall.hour != 6:
        deadline = house.centre.deadline()
        assert deadline is not None
        assert house.orders() == []
        house.later((deadline - house.at.mono_ms) / 1000)
    for order in house.orders():
        house.machine.do(order)
    house.sync()
    assert len(house.wire.messages) == 1
    assert house.at.wall.hour == 6


@pytest.mark.parametrize("held", [False, True])
def test_a_wrong_registration_is_withdrawn_and_made_again(held: bool) -> None:
    house = House(pins=[111111, 111111, 222222])
    house.boot()
    key = house.register()
    (first,) = house.orders()
    if held:
        house.machine.do(first)
        house.sync()
    house.centre.cancel(key, "A. Nowak", house.at)
    row = house.deposit(key)
    assert (row.state, row.pin, row.phone, row.phone_mask, row.ended_ms > 0) == ("cancelled", None, b"", "", True)
    with pytest.raises(DeskRefused, match="cancelled_already"):
        house.centre.load(key, "A. Nowak", house.at)
    again = house.register()
    if not held:
        house.machine.do(first)
        house.sync()
    orders = {type(order.ask): order for order in house.orders()}
    forget, second = orders[Forget], orders[SetPin]
    assert isinstance(second.ask, SetPin)
    assert isinstance(forget.ask, Forget)
    assert forget.ask.deposit == key
    assert (second.ask.deposit, second.ask.hmac) == (again, mark("222222"))
    house.machine.do(forget)
    house.machine.do(second)
    house.sync()
    assert [house.deposit(each).state for each in (key, again)] == ["cancelled", "held"]
    assert house.counts() == {}
    house.later(86_400)
    assert house.orders() == []


def test_a_machine_that_refuses_the_pin_of_a_withdrawn_registration_gets_no_other() -> None:
    house = House()
    house.boot()
    key = house.register()
    (first,) = house.orders()
    house.centre.cancel(key, "A. Nowak", house.at)
    assert house.orders() == []
    house.machine.refuse(first, "pin_taken")
    house.sync()
    house.later(60)
    forgets = house.orders()
    assert {type(order.ask) for order in forgets} == {Forget}
    assert len({order.id for order in forgets}) == 1


def test_what_is_loading_or_loaded_is_not_withdrawn() -> None:
    house = House()
    house.boot()
    key = house.register()
    house.machine.do(house.orders()[0])
    house.sync()
    house.centre.load(key, "A. Nowak", house.at)
    with pytest.raises(DeskRefused, match="loading_already"):
        house.centre.cancel(key, "A. Nowak", house.at)
    house.machine.store(house.orders()[0])
    house.sync()
    with pytest.raises(DeskRefused, match="loaded_already"):
        house.centre.cancel(key, "A. Nowak", house.at)
    with pytest.raises(DeskRefused, match="deposit_unknown"):
        house.centre.cancel("x", "A. Nowak", house.at)
    with pytest.raises(DeskRefused, match="actor_wrong"):
        house.centre.cancel(key, "<b>", house.at)


def test_a_document_loaded_behind_the_back_of_a_restored_centre_is_to_be_taken_out() -> None:
    house = House()
    house.boot()
    key = house.register()
    house.machine.do(house.orders()[0])
    house.sync()
    house.centre.cancel(key, "A. Nowak", house.at)
    house.machine.fact(DepositLoading(deposit=key, compartment=7, order="forgotten"))
    house.machine.fact(DepositStored(deposit=key, compartment=7))
    house.sync()
    row = house.deposit(key)
    assert (row.state, row.reason, row.compartment) == ("withdrawn", "cancelled", 7)
    assert house.orders()[-1].ask == Withdraw(deposit=key)
    house.later(86_400)
    assert house.wire.messages == []


def test_a_restored_centre_learns_from_the_machine_that_a_registration_was_withdrawn() -> None:
    house = House()
    house.boot()
    key = house.register()
    house.work()
    assert house.deposit(key).state == "held"
    house.machine.fact(DepositForgotten(deposit=key))
    house.sync()
    row = house.deposit(key)
    assert (row.state, row.pin, row.phone, row.ended_ms > 0) == ("cancelled", None, b"", True)
    assert house.register() != key


def test_what_a_machine_erases_of_a_document_that_was_collected_changes_nothing() -> None:
    house = House()
    key = house.told()
    house.machine.fact(DocumentHandedOver(deposit=key, compartment=7))
    house.machine.fact(DepositForgotten(deposit=key))
    house.sync()
    assert house.deposit(key).state == "collected"
