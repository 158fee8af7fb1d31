"""Where a resident's errand takes another turn, somebody who sees nothing hears what it is and what to do (screens.md H7)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from contracts.facts import DepositTakenBack
from contracts.orders import Withdraw
from contracts.screen_messages import LANGUAGES, Language
from controller.inputs import LinkDown
from controller.locker.pins import PinPolicy
from tests.controller.bench_machine import PIN, BenchMachine
from tests.screens.ear import Ear
from tests.screens.spoken_at_once import errors
from tests.screens.test_blind_walk import STRANGERS_TRIES, WRONG, collects

HOTLINE = "61, 646, 33, 44"


def one_waiting() -> BenchMachine:
    machine = BenchMachine()
    machine.stored()
    machine.run(31_000)
    return machine


def one_just_put_in() -> BenchMachine:
    machine = BenchMachine()
    machine.stored()
    return machine


def without_a_line() -> BenchMachine:
    machine = one_waiting()
    machine.take(LinkDown())
    return machine


def of_a_site_without_numbers() -> BenchMachine:
    machine = BenchMachine(policy=PinPolicy("pin"))
    machine.stored()
    machine.run(31_000)
    return machine


def forced_open() -> BenchMachine:
    machine = one_waiting()
    machine.cabinet.force(1, machine.ms)
    machine.run(1_000)
    machine.push(1)
    return machine


def forced_and_dark() -> BenchMachine:
    machine = forced_open()
    machine.cabinet.cut_power(machine.ms)
    machine.run(5_000)
    return machine


def taken_to_the_office() -> BenchMachine:
    machine = one_waiting()
    machine.order(Withdraw("dep-1"))
    machine.write_facts(DepositTakenBack(deposit="dep-1", compartment=1))
    return machine


def taken_to_the_office_after_its_time() -> BenchMachine:
    machine = one_waiting()
    machine.wall_jump = timedelta(hours=48)
    machine.run(1_000)
    machine.write_facts(DepositTakenBack(deposit="dep-1", compartment=1))
    return machine


def collects_without_a_line(ear: Ear) -> None:
    ear.expects("l.offline")
    collects(ear)


def meets_a_machine_that_takes_no_pins(ear: Ear) -> None:
    ear.begins()
    for _ in range(STRANGERS_TRIES):
        ear.types(WRONG)
    ear.expects("l.spent.head")
    assert HOTLINE in ear.hears()
    ear.presses("btn.cancel.finish")


def meets_a_machine_that_was_forced(ear: Ear) -> None:
    ear.expects("l.oos.forced.body")
    assert HOTLINE in ear.hears()


def must_not_open_a_forced_compartment(ear: Ear) -> None:
    ear.begins()
    ear.types(PIN)
    ear.expects("l.unsure.head")
    assert HOTLINE in ear.hears()
    ear.presses("btn.ok.done")


def hears_that_the_compartment_is_forced_just_now(ear: Ear) -> None:
    number = ear.finds()
    ear.machine.cabinet.force(number, ear.machine.ms)
    ear.machine.run(500)
    assert ear.hears_number("l.unsure.head") == number


def hears_that_it_is_at_the_office(ear: Ear) -> None:
    ear.begins()
    ear.types(PIN)
    ear.expects("l.moved.head")
    assert HOTLINE in ear.hears()
    ear.presses("btn.ok.done")


def hears_that_it_is_at_the_office_after_its_time(ear: Ear) -> None:
    ear.begins()
    ear.types(PIN)
    ear.expects("l.expired.office.head")
    ear.expects("l.expired.office.body")
    ear.presses("btn.ok.done")


def is_asked_whether_the_door_is_open(ear: Ear) -> None:
    number = ear.finds()
    ear.machine.cabinet.set_switch(number, "flicker", ear.machine.ms)
    ear.presses("btn.ok.open", 6_500)
    assert ear.hears_number("l.unseen.head") == number
    ear.chooses("l.unseen", 2)
    ear.expects("l.office.head")
    ear.presses("btn.ok.done")


def waits_until_the_lock_has_rested(ear: Ear) -> None:
    number = ear.finds()
    ear.presses("btn.ok.open")
    assert ear.hears_number("l.opening.waiting.head") == number
    assert ear.text("l.opening.waiting.body") in ear.hears(), "how long it takes"
    ear.hears_where(number)
    ear.machine.run(12_000)
    ear.expects("l.open.head")


def takes_long_and_left_something(ear: Ear) -> None:
    """More than a minute at the door: no receipt; then once more, with a slip of the finger."""
    number = ear.finds()
    ear.presses("btn.ok.open", 61_500)
    assert ear.hears_number("l.close.head") == number
    ear.hears_where(number)
    ear.machine.push(number)
    ear.expects("l.done.late.head")
    ear.machine.run(10_000)
    ear.presses("btn.num.left")
    assert ear.hears_number("l.grace.head") == number
    ear.types(WRONG)
    ear.expects("l.wrong.head")
    ear.types(PIN)
    ear.machine.run(1_000)
    ear.expects("l.open.head")
    ear.machine.push(number)
    ear.expects("l.done.plain.body")
    assert HOTLINE in ear.hears(), "it opens no third time"
    ear.presses("btn.ok.done")


def collects_while_nobody_knows_the_time(ear: Ear) -> None:
    number = ear.finds()
    ear.machine.trusted = False
    ear.presses("btn.ok.open", 1_000)
    ear.machine.push(number)
    ear.expects("l.done.untimed.head")
    ear.expects("l.done.untimed.body")
    ear.machine.run(10_000)
    ear.presses("btn.num.left")
    ear.types(PIN)
    ear.machine.run(1_000)
    ear.machine.push(number)
    ear.expects("l.done.untimed.plain.body")
    ear.machine.run(121_000)
    ear.starts_listening()
    ear.begins()
    ear.types(PIN)
    ear.expects("l.used.untimed.body")


def opens_again_from_the_first_screen(ear: Ear) -> None:
    collects(ear)
    ear.machine.run(10_000)
    ear.starts_listening()
    ear.begins()
    ear.types(PIN)
    ear.machine.run(1_000)
    ear.expects("l.open.head")


def goes_back_and_forth(ear: Ear) -> None:
    ear.begins()
    ear.presses("btn.cancel.finish")
    ear.expects("l.stop.head")
    ear.presses("btn.cancel.back")
    ear.expects("l.pin.head")
    ear.machine.press(*PIN[:3])
    ear.machine.press("cancel")
    assert ear.hears() == ear.count(2)
    ear.machine.press(PIN[2])
    ear.types(PIN[3:], typed=3)
    ear.presses("btn.cancel.back")
    ear.expects("l.pin.head")
    ear.types(PIN)
    ear.hears_number()


def repeats_louder(ear: Ear) -> None:
    """The key with the headphones again, and at once the arrow: everything once more, louder."""
    before = ear.hears()
    ear.machine.press("audio")
    assert ear.hears() == before
    ear.machine.press("up")
    ear.expects("say.volume")
    assert "4" in ear.hears()
    assert ear.machine.said[-1][1].volume == 4
    ear.machine.press("audio")
    collects(ear)


FLOWS: dict[str, tuple[Callable[[], BenchMachine], Callable[[Ear], None]]] = {
    flow.__name__: (prepared, flow)
    for prepared, flows in (
        (one_waiting, (hears_that_the_compartment_is_forced_just_now, is_asked_whether_the_door_is_open, takes_long_and_left_something)),
        (one_waiting, (collects_while_nobody_knows_the_time, opens_again_from_the_first_screen, goes_back_and_forth, repeats_louder)),
        (one_just_put_in, (waits_until_the_lock_has_rested,)),
        (without_a_line, (collects_without_a_line,)),
        (of_a_site_without_numbers, (meets_a_machine_that_takes_no_pins,)),
        (forced_open, (must_not_open_a_forced_compartment,)),
        (forced_and_dark, (meets_a_machine_that_was_forced,)),
        (taken_to_the_office, (hears_that_it_is_at_the_office,)),
        (taken_to_the_office_after_its_time, (hears_that_it_is_at_the_office_after_its_time,)),
    )
    for flow in flows
}


@pytest.mark.parametrize("private", [False, True], ids=["aloud", "headphones"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", FLOWS)
def test_speech_alone_leads_through_trouble(flow: str, language: Language, private: bool) -> None:
    prepare, walk = FLOWS[flow]
    machine = prepare()
    walk(Ear(machine, language, private))
    errors(machine)
    in_a_log = "".join(said.text for _, said in machine.said if not said.secret).replace(" ", "")
    assert PIN not in in_a_log
    if not private:
        assert not any(said.secret for _, said in machine.said)
