"""Which messages go, when they are true, and what answers and delivery reports change."""

import pytest
from sqlalchemy import event

from central.ports import SmsResult
from central.settings import SmsSettings
from central.store import sms
from contracts.facts import DepositTakenBack, DepositWithdrawn, DocumentHandedOver
from contracts.orders import SetPin
from tests.central.paper_machine import House, mark

HOUR = 3600.0


def row(house: House, idx: str) -> sms.SmsRow:
    with house.centre.store.transaction() as t:
        found = sms.read(t, idx)
    assert found is not None
    return found


def reissue(house: House, key: str) -> None:
    house.centre.at_desk(lambda t: house.centre.registration.reissue(t, key, "A. Nowak", house.at), house.at)


def correct(house: House, key: str, phone: str) -> None:
    house.centre.at_desk(lambda t: house.centre.registration.correct_phone(t, key, phone, "A. Nowak", house.at), house.at)


def test_a_new_pin_kills_the_old_one_and_is_told_when_the_machine_holds_it() -> None:
    house = House(pins=[111111, 222222])
    key = house.told()
    house.later(2 * HOUR)
    reissue(house, key)
    (order,) = house.orders()
    assert isinstance(order.ask, SetPin)
    assert order.ask.hmac == mark("222222")
    house.later(4)
    assert house.purposes() == ["ready"]
    assert house.deposit(key).pin is not None
    house.do(order)
    assert house.purposes() == ["ready", "pin_reissued"]
    assert "nowy PIN do Urzedomatu: 222222. Stary nie dziala." in house.wire.messages[-1].text
    assert "do 25.11 godz. 13:00" in house.wire.messages[-1].text
    house.accept(house.wire.messages[-1])
    assert house.deposit(key).pin is None
    assert house.deposit(key).state == "told"


def test_a_new_pin_that_is_taken_is_drawn_again_until_somebody_was_told() -> None:
    house = House(pins=[111111, 222222, 333333])
    key = house.told()
    reissue(house, key)
    house.machine.refuse(house.orders()[0], "pin_taken")
    house.sync()
    (again,) = house.orders()
    assert again.ask.hmac == mark("333333")  # type: ignore[union-attr]
    house.do(again)
    assert "333333" in house.wire.messages[-1].text


def test_a_first_message_that_has_not_gone_gives_way_to_the_new_pin() -> None:
    house = House(pins=[111111, 222222])
    house.boot()
    key = house.register()
    house.work()
    house.centre.load(key, "A. Nowak", house.at)
    house.machine.store(house.orders()[0])
    house.sync()
    reissue(house, key)
    house.work()
    assert house.purposes() == ["pin_reissued"]
    house.accept(house.wire.messages[-1])
    assert house.deposit(key).state == "told"
    house.later(600)
    assert house.purposes() == ["pin_reissued"]


@pytest.mark.parametrize(("reason", "purpose"), [("jam", "office"), ("reach", "reach"), ("desk", "reach")])
def test_what_is_taken_out_is_told_before_and_after(reason: str, purpose: str) -> None:
    house = House()
    key = house.told()
    house.machine.fact(DepositWithdrawn(deposit=key, compartment=7, reason=reason))  # type: ignore[arg-type]
    house.sync()
    assert house.purposes() == ["ready", purpose]
    house.accept(house.wire.messages[-1])
    house.later(30 * HOUR)
    assert house.purposes() == ["ready", purpose]
    house.machine.fact(DepositTakenBack(deposit=key, compartment=7))
    house.sync()
    assert house.purposes() == ["ready", purpose, "at_office"]
    assert house.deposit(key).state == "taken_back"


def test_expired_is_said_only_when_the_document_is_out() -> None:
    house = House()
    key = house.told()
    for _ in range(60):
        house.later(HOUR)
        for sent in house.wire.messages:
            house.accept(sent)
    assert house.purposes() == ["ready", "reminder24", "reminder6"]
    house.machine.fact(DepositTakenBack(deposit=key, compartment=7))
    house.sync()
    assert house.purposes()[-1] == "expired"
    assert house.wire.messages[-1].text == (
        "UM Poznan: czas odbioru w Urzedomacie minal. Dokument czeka w urzedzie, ul. Gronowa 22a. Umow wizyte: 61 646 33 44"
    )


def test_an_office_text_that_waited_for_the_morning_is_dropped_when_the_document_is_there() -> None:
    house = House(sms=SmsSettings(quiet=True))
    key = house.told()
    house.later(12.5 * HOUR)
    house.machine.fact(DepositWithdrawn(deposit=key, compartment=7, reason="jam"))
    house.machine.fact(DepositTakenBack(deposit=key, compartment=7))
    house.sync()
    assert house.purposes() == ["ready"]
    house.later(9 * HOUR)
    assert house.purposes() == ["ready", "at_office"]


def test_collected_and_a_new_pin_go_at_night() -> None:
    house = House(sms=SmsSettings(quiet=True))
    key = house.told()
    house.later(14 * HOUR)
    reissue(house, key)
    house.work()
    assert house.purposes() == ["ready", "pin_reissued"]
    house.accept(house.wire.messages[-1])
    house.machine.fact(DocumentHandedOver(deposit=key, compartment=7), house.at.wall)
    house.sync()
    assert house.purposes() == ["ready", "pin_reissued", "collected"]
    assert "wydano z Urzedomatu 24.11 godz. 00:00" in house.wire.messages[-1].text


def test_a_wrong_number_is_corrected() -> None:
    house = House(pins=[111111, 222222])
    key = house.told()
    house.centre.delivery_reported(f"{key}-ready", "UNDELIVERED", house.at)
    correct(house, key, "602 234 123")
    house.work()
    sent = house.wire.messages[-1]
    assert (house.purposes()[-1], sent.phone) == ("pin_reissued", "48602234123")
    assert "222222" in sent.text
    assert house.deposit(key).phone_mask == "602 *** 123"


def test_a_refused_message_goes_again_under_its_own_key() -> None:
    house = House(pins=[111111])
    key = house.submitted()
    house.centre.sms_answered(f"{key}-ready", SmsResult("refused", code="provider_13"), house.at)
    assert house.deposit(key).reason == "sms_refused"
    correct(house, key, "")
    house.work()
    sent = house.wire.messages[-1]
    assert sent.idx == f"{key}-ready-2"
    assert "111111" in sent.text
    house.accept(sent)
    assert house.deposit(key).state == "told"


def test_a_late_answer_for_the_wrong_number_does_not_answer_for_the_right_one() -> None:
    house = House(pins=[111111, 222222])
    key = house.submitted()
    correct(house, key, "602 234 123")
    house.centre.sms_answered(f"{key}-ready", SmsResult("accepted"), house.at)
    assert house.deposit(key).state == "stored"
    house.work()
    assert house.wire.messages[-1].phone == "48602234123"
    assert "222222" in house.wire.messages[-1].text
    assert house.counts() == {"sms_answers_late": 1}


def test_a_message_that_nobody_answers_for_is_given_up_before_the_provider_forgets_it() -> None:
    house = House()
    key = house.submitted()
    for _ in range(80):
        house.later(HOUR)
        house.work()
    assert (row(house, f"{key}-ready").state, row(house, f"{key}-ready").code) == ("refused", "no_answer")
    tries = len(house.wire.messages)
    house.later(10 * HOUR)
    assert len(house.wire.messages) == tries


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["DELIVERED", "DELIVERED"], "delivered"),
        (["DELIVERED", "UNDELIVERED"], "delivered"),
        (["UNDELIVERED", "SENT"], "undelivered"),
        (["UNDELIVERED", "DELIVERED"], "delivered"),
        (["QUEUE", "SENT", "ACCEPTED"], "accepted"),
        (["EXPIRED"], "expired"),
        (["<b>", "nonsense"], ""),
    ],
)
def test_reports_come_twice_late_and_in_any_order(said: list[str], kept: str) -> None:
    house = House()
    key = house.told()
    for status in said:
        house.centre.delivery_reported(f"{key}-ready", status, house.at)
    house.centre.delivery_reported("nobody-ready", "DELIVERED", house.at)
    assert row(house, f"{key}-ready").delivery == kept
    assert house.counts()["sms_reports_unknown"] >= 1


def test_many_forged_reports_are_one_transaction() -> None:
    house = House()
    key = house.told()
    begun: list[object] = []
    event.listen(house.engine, "commit", begun.append)
    house.centre.deliveries_reported([(f"nobody-{n}", "DELIVERED") for n in range(99)] + [(f"{key}-ready", "DELIVERED")], house.at)
    assert len(begun) <= 2
    assert house.counts()["sms_reports_unknown"] == 99
    assert row(house, f"{key}-ready").delivery == "delivered"


def test_a_delivered_message_was_accepted_whatever_became_of_the_answer() -> None:
    house = House()
    key = house.submitted()
    house.centre.delivery_reported(f"{key}-ready", "DELIVERED", house.at)
    assert house.deposit(key).state == "told"
    assert house.deposit(key).pin is None


def test_ukrainian_goes_with_its_switch() -> None:
    house = House(sms=SmsSettings(quiet=False, uk=True))
    house.boot()
    key = house.centre.register("1", "+380 44 123 45 67", house.machine.machine, "uk", False, "A. Nowak", house.at)
    house.work()
    house.centre.load(key, "A. Nowak", house.at)
    house.machine.store(house.orders()[0])
    house.sync()
    house.work()
    sent = house.wire.messages[-1]
    assert (sent.phone, sent.unicode) == ("380441234567", True)
    assert sent.text.startswith("Місто Познань")
