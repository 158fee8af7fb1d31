"""Text messages through the machine's own modem: sealed for it, ordered once, told by its facts, erased with their end."""

import msgspec
import pytest

from central.settings import MachineSettings, SmsSettings
from central.sms.modem_line import LOST_MS, VALID_S
from central.store import orders, sms
from contracts.facts import AnyFact, Entry, OrderEnded, OrderRefused, OrderTaken, SmsDelivered, SmsFailed, SmsInDoubt, SmsSent
from contracts.orders import Load, Order, SendSms, SetPin
from contracts.sealed import Letter, open_letter
from tests.central.paper_machine import MACHINE, PIN_KEY, House

OTHER = "urzedomat-gronowa-2"


def house(sms: SmsSettings | None = None) -> House:
    """A document lies in a machine that has a modem, and its message is owed."""
    made = House(sms=sms or SmsSettings(quiet=False))
    made.settings = msgspec.structs.replace(made.settings, machines={MACHINE: MachineSettings(sms="modem"), OTHER: MachineSettings()})
    made.start()
    made.boot()
    key = made.register()
    made.machine.do(one(made, SetPin))
    made.sync()
    made.centre.load(key, "A. Nowak", made.at)
    made.machine.store(one(made, Load))
    made.sync()
    made.machine.do(one(made, SetPin))
    made.sync()
    return made


def one(made: House, kind: type) -> Order:
    (order,) = [order for order in made.orders() if isinstance(order.ask, kind)]
    return order


def opened(order: Order) -> Letter:
    assert isinstance(order.ask, SendSms)
    return open_letter(PIN_KEY, MACHINE, order.ask.idx, order.ask.sealed)


def say(made: House, *facts: AnyFact) -> None:
    for fact in facts:
        made.machine.fact(fact)
    made.sync()


def taken(order: Order) -> OrderTaken:
    assert isinstance(order.ask, SendSms)
    return OrderTaken(order=order.id, verb="send_sms", actor="centre", counter=order.counter, idx=order.ask.idx)


def idx(order: Order) -> str:
    assert isinstance(order.ask, SendSms)
    return order.ask.idx


def row(made: House, order: Order) -> sms.SmsRow:
    with made.centre.store.transaction() as t:
        found = sms.read(t, idx(order))
    assert found is not None
    return found


def kept(made: House, order: Order) -> bytes:
    """What the centre still has of the order's content."""
    with made.centre.store.transaction() as t:
        found = orders.read(t, order.id)
    assert found is not None
    return found.ask


def test_a_message_goes_sealed_to_its_machine_and_the_pin_is_erased_when_the_network_has_it() -> None:
    made = house()
    order = one(made, SendSms)
    letter = opened(order)
    assert (letter.phone, letter.wide) == ("48601234123", False)
    assert made.wire.messages == []
    say(made, taken(order), SmsSent(idx=idx(order), reference=7), OrderEnded(order=order.id, state="done", code="ok"))
    assert row(made, order).state == "accepted"
    deposit = made.deposit(row(made, order).deposit)
    assert (deposit.state, deposit.pin) == ("told", None)
    assert b"erased" in kept(made, order)
    say(made, SmsDelivered(idx=idx(order), status="delivered"))
    assert row(made, order).delivery == "delivered"


def test_while_the_machine_has_it_no_second_order_is_made() -> None:
    made = house()
    order = one(made, SendSms)
    say(made, taken(order))
    for _ in range(10):
        made.later(100)
    assert [found for found in made.orders() if isinstance(found.ask, SendSms)] == []
    assert made.wire.messages == []


@pytest.mark.parametrize("end", ["failed", "doubt", "refused"])
def test_what_did_not_go_is_written_anew_and_asked_for_again(end: str) -> None:
    made = house()
    order = one(made, SendSms)
    match end:
        case "failed":
            say(
                made,
                taken(order),
                SmsFailed(idx=idx(order), code="no_network"),
                OrderEnded(order=order.id, state="failed", code="no_network"),
            )
        case "doubt":
            say(made, taken(order), SmsInDoubt(idx=idx(order)), OrderEnded(order=order.id, state="failed", code="in_doubt"))
        case _:
            say(made, OrderRefused(order=order.id, verb="send_sms", actor="centre", counter=order.counter, code="expired"))
    made.later(600)
    again = one(made, SendSms)
    assert idx(again) == idx(order)
    assert again.id != order.id
    assert opened(again).phone == "48601234123"
    assert b"erased" in kept(made, order)
    assert row(made, order).state == "due"


@pytest.mark.parametrize("doubt", [False, True])
def test_the_provider_takes_over_from_a_modem_that_cannot(doubt: bool) -> None:
    made = house(SmsSettings(url="http://provider", quiet=False))
    tries = 0
    while not made.wire.messages:
        order = one(made, SendSms)
        tries += 1
        end: AnyFact = SmsInDoubt(idx=idx(order)) if doubt else SmsFailed(idx=idx(order), code="no_network")
        say(made, taken(order), end, OrderEnded(order=order.id, state="failed", code="x"))
        made.later(700)
    assert tries == (1 if doubt else 3)
    assert [message.phone for message in made.wire.messages] == ["48601234123"]


def test_what_the_machine_is_sending_already_does_not_go_through_the_provider_as_well() -> None:
    made = house(SmsSettings(url="http://provider", quiet=False))
    order = one(made, SendSms)
    for _ in range(5):
        say(made, OrderRefused(order=order.id, verb="send_sms", actor="centre", counter=order.counter, code="sms_known"))
        made.later(700)
        order = one(made, SendSms)
    say(made, SmsSent(idx=idx(order), reference=7))
    assert (row(made, order).state, made.wire.messages) == ("accepted", [])


def test_an_order_that_ends_without_a_word_about_its_message_settles_it_and_is_erased() -> None:
    made = house()
    order = one(made, SendSms)
    say(made, taken(order), OrderEnded(order=order.id, state="done", code="ok"))
    assert row(made, order).state == "accepted"
    with made.centre.store.transaction() as t:
        kept = orders.read(t, order.id)
    assert kept is not None
    assert b"erased" in kept.ask


def test_a_machine_that_lost_its_storage_with_the_order_is_asked_again() -> None:
    made = house()
    order = one(made, SendSms)
    say(made, taken(order))
    made.later(VALID_S + LOST_MS / 1000 + 60)
    made.machine.do(one(made, SetPin))  # the deadline that the new text will name
    made.sync()
    assert one(made, SendSms).id != order.id


def test_another_machine_says_nothing_about_this_message() -> None:
    made = house()
    order = one(made, SendSms)
    with made.centre.store.transaction() as t:
        made.centre._modem.fold(t, OTHER, Entry(1, made.at.wall, 0, "b", True, SmsSent(idx=idx(order), reference=1)), made.at)  # pyright: ignore[reportPrivateUsage]
    assert row(made, order).state == "due"
    assert made.counts().get("security.sms_of_another_machine") == 1


def test_facts_about_unknown_messages_are_counted() -> None:
    made = house()
    say(made, SmsSent(idx="nobody-ready", reference=1), SmsDelivered(idx="nobody-ready", status="failed"))
    assert made.counts()["sms_answers_unknown"] == 2


def test_a_machine_without_the_setting_uses_the_provider() -> None:
    made = House()
    made.boot()
    key = made.register()
    made.machine.do(one(made, SetPin))
    made.sync()
    made.centre.load(key, "A. Nowak", made.at)
    made.machine.store(one(made, Load))
    made.sync()
    made.machine.do(one(made, SetPin))
    made.sync()
    assert len(made.wire.messages) == 1
    assert [order for order in made.orders() if isinstance(order.ask, SendSms)] == []
