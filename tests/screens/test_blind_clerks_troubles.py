"""Where a clerk's errand takes another turn, somebody who sees nothing hears what it is and what to do (screens.md H7)."""

from collections.abc import Callable

import pytest

from contracts.facts import CompartmentQuarantined, DepositTakenBack
from contracts.orders import Load, Release
from contracts.screen_messages import LANGUAGES, Language
from tests.controller.bench_machine import CABINET, BenchMachine
from tests.controller.clerk_bench import CASE, CODE, OTHER_CASE, admit, hold, lying
from tests.screens.ear import Ear
from tests.screens.spoken_at_once import errors
from tests.screens.test_blind_clerk import REST_MS, WRONG_CODE, begins_to_load, logs_in, with_two_expired, with_two_waiting

LAST = max(CABINET.compartments())


def with_all_but(free: int) -> BenchMachine:
    """Nearly every compartment is out of use."""
    machine = with_two_waiting()
    machine.write_facts(*(CompartmentQuarantined(compartment=number, reason="dirty") for number in range(1, LAST + 1 - free)))
    return machine


def with_one_free() -> BenchMachine:
    return with_all_but(1)


def with_none_free() -> BenchMachine:
    return with_all_but(0)


def with_one_that_was_taken_back() -> BenchMachine:
    machine = lying()
    machine.write_facts(DepositTakenBack(deposit="dep-1", compartment=1))
    return machine


def with_a_desk() -> BenchMachine:
    """Nobody logs in: the desk has the compartment opened."""
    machine = BenchMachine()
    hold(machine)
    return machine


def opened_by_the_desk(ear: Ear) -> int:
    """Whoever comes from the desk is not who chose a language before: it begins in Polish."""
    ear.machine.order(Load(deposit="dep-1", case=CASE))
    ear.machine.run(1_000)
    ear.hears_polish()
    number = ear.hears_number("k.load.head")
    ear.hears_where(number)
    return number


def scans(ear: Ear, case: str = CASE) -> None:
    logs_in(ear)
    ear.chooses("k.menu", 1)
    ear.types(case, of=8)


def moves_to_a_lower_one(ear: Ear) -> None:
    scans(ear)
    ear.machine.run(REST_MS)
    first = ear.hears_number("k.load.head")
    ear.presses("btn.num.lower")
    assert ear.hears_number("k.load.moving.head") == first
    ear.machine.push(first)
    ear.machine.run(REST_MS)
    second = ear.hears_number("k.load.head")
    ear.hears_where(second)
    ear.machine.push(second)
    ear.chooses("k.check", 1)
    ear.expects("k.loaded.head")
    assert CABINET.is_low(second)


def has_loaded_it_already(ear: Ear) -> None:
    number = begins_to_load(ear)
    ear.chooses("k.check", 1)
    ear.presses("btn.ok.next")
    ear.types(CASE, of=8)
    assert ear.hears_number("k.scan.dup.head") == number
    puts_the_next_in(ear)


def puts_the_next_in(ear: Ear) -> None:
    ear.types(OTHER_CASE, of=8)
    ear.machine.run(REST_MS)
    ear.machine.push(ear.hears_number("k.load.head"))
    ear.chooses("k.check", 1)
    ear.expects("k.loaded.head")


def holds_one_that_was_taken_back(ear: Ear) -> None:
    scans(ear)
    ear.expects("k.scan.ended.head")
    ear.presses("btn.cancel.back")
    ear.expects("k.menu.head")


def finds_no_room(ear: Ear) -> None:
    scans(ear)
    ear.expects("k.scan.full.head")
    ear.presses("btn.cancel.back")
    ear.presses("btn.cancel.finish")


def finds_no_other_one(ear: Ear) -> None:
    scans(ear)
    ear.machine.run(REST_MS)
    number = ear.hears_number("k.load.head")
    ear.presses("btn.num.busy")
    ear.machine.push(number)
    ear.expects("k.failed.no_compartment.here.head")
    ear.presses("btn.ok.next")
    ear.expects("k.scan.head")


def meets_a_jammed_door(ear: Ear) -> None:
    ear.machine.cabinet.jam(1, True, ear.machine.ms)
    scans(ear)
    ear.machine.run(REST_MS)
    assert ear.hears_number("k.failed.jam.here.head") == 1
    ear.presses("btn.ok.next")
    puts_the_next_in(ear)


def waits_for_the_lock(ear: Ear) -> None:
    scans(ear)
    ear.machine.run(1_000)
    number = ear.hears_number("k.load.head")
    ear.machine.push(number)
    ear.chooses("k.check", 2)
    ear.machine.run(500)
    assert ear.hears_number("k.opening.rests.head") == number
    ear.expects("k.opening.rests.body")
    ear.machine.run(REST_MS)
    ear.expects("k.load.head")


def uses_up_the_code(ear: Ear) -> None:
    ear.presses("btn.num.clerk")
    for left in (4, 3, 2, 1):
        ear.types(WRONG_CODE, of=8)
        ear.expects("k.login.wrong.head")
        assert str(left) in ear.hears()
    ear.types(WRONG_CODE, of=8)
    ear.expects("k.nocode.head")
    ear.presses("btn.ok.done")


def mistypes_a_digit(ear: Ear) -> None:
    ear.presses("btn.num.clerk")
    ear.machine.press("1", "2", "cancel")
    assert ear.hears() == ear.count(1, of=8)
    ear.machine.press("cancel")
    ear.presses("btn.cancel.back")
    ear.expects("say.off")


def leaves_a_door_that_does_not_close(ear: Ear) -> None:
    logs_in(ear)
    ear.chooses("k.menu", 2)
    number = ear.hears_number("k.expired.head")
    ear.presses("btn.ok.open", REST_MS)
    ear.presses("btn.num.noclose")
    assert ear.hears_number("k.untaken.no_close.head") == number
    ear.presses("btn.ok.next")
    while ear.hears_number("k.expired.head") != number:
        ear.turns()
    ear.presses("btn.ok.open")
    assert ear.hears_number("k.expired.not_ready.head") == number
    ear.presses("btn.cancel.back")


def cannot_take_it_out(ear: Ear) -> None:
    logs_in(ear)
    ear.chooses("k.menu", 2)
    number = ear.hears_number("k.expired.head")
    ear.machine.cabinet.jam(number, True, ear.machine.ms)
    ear.presses("btn.ok.open", REST_MS)
    assert ear.hears_number("k.untaken.jam.head") == number
    ear.presses("btn.ok.next")
    ear.expects("k.expired.head")


def takes_back_by_the_code(ear: Ear) -> None:
    """The sheet that was scanned is the right one: the next one follows."""
    logs_in(ear)
    ear.chooses("k.menu", 2)
    while ear.hears_number("k.expired.head") != 1:
        ear.turns()
    ear.presses("btn.ok.open", REST_MS)
    ear.machine.push(1)
    ear.chooses("k.taken", 3)
    ear.types(CASE, of=8)
    assert ear.hears_number("k.expired.head") == 2


def audits_with_a_door_that_does_not_close(ear: Ear) -> None:
    logs_in(ear)
    ear.chooses("k.menu", 3, REST_MS)
    assert ear.hears_number("k.audit.head") == 1
    ear.chooses("k.audit", 3)
    assert ear.hears_number("l.close.head") == 1
    ear.presses("btn.num.noclose", REST_MS)
    assert ear.hears_number("k.audit.head") == 2
    ear.machine.push(2)
    ear.machine.press("audio")
    ear.presses("btn.cancel.finish")
    ear.expects("k.audited.skipped.head")


def audits_everything(ear: Ear) -> None:
    """One compartment holds what the books do not know."""
    ear.machine.cabinet.turn_key(0, True, ear.machine.ms)  # no limit on doors per minute
    logs_in(ear)
    ear.chooses("k.menu", 3, 1_000)
    for number in range(1, LAST + 1):
        assert ear.hears_number("k.audit.head") == number
        ear.expects("audit.document" if number < 3 else "audit.empty")
        ear.chooses("k.audit", 2 if number < 4 else 1)
        ear.machine.push(number)
        ear.machine.run(500)
    ear.expects("k.audited.head")
    assert f"{ear.text('k.audited.body')} {LAST - 1}" in ear.hears()
    ear.presses("btn.ok.next")
    ear.expects("k.menu.head")


def hears_that_a_compartment_was_released(ear: Ear) -> None:
    """Out of use by the clerk, back by the dispatcher: what the audit says of it before and after."""
    logs_in(ear)
    ear.chooses("k.menu", 4)
    ear.enters(1)
    ear.chooses("k.quar", 3)
    assert ear.hears_number("k.quarantined.head") == 1
    ear.presses("btn.ok.next")
    looks_into_the_first(ear, "audit.quarantined_empty")
    ear.machine.order(Release(1, ear.machine.seq, empty=True))
    ear.machine.run(REST_MS)
    looks_into_the_first(ear, "audit.empty")


def looks_into_the_first(ear: Ear, books: str) -> None:
    ear.chooses("k.menu", 3, REST_MS)
    assert ear.hears_number("k.audit.head") == 1
    assert f": {ear.text(books)}." in ear.hears()
    ear.machine.push(1)
    ear.machine.press("audio")
    ear.presses("btn.cancel.finish")
    ear.presses("btn.ok.next")


def goes_on_after_a_power_cut(ear: Ear) -> None:
    """The machine asks for the truth, whoever stands there."""
    scans(ear)
    ear.machine.run(REST_MS)
    number = ear.hears_number("k.load.head")
    ear.machine.start()
    ear.machine.run(3_000)
    ear.hears_polish()
    ear.machine.press("audio")
    assert ear.hears_number("k.load.only.head") == number
    ear.machine.push(number)
    assert ear.hears_number("k.check.head") == number
    ear.chooses("k.check", 1)
    ear.expects("k.loaded.plain.head")
    ear.presses("btn.ok.done")


def loads_for_the_desk(ear: Ear) -> None:
    number = opened_by_the_desk(ear)
    ear.machine.push(number)
    ear.chooses("k.check", 1)
    ear.expects("k.loaded.plain.body")
    ear.presses("btn.ok.done")


def tells_the_desk_of_another_one(ear: Ear) -> None:
    number = opened_by_the_desk(ear)
    ear.machine.push(number)
    ear.chooses("k.check", 3)
    ear.expects("k.failed.elsewhere.head")
    ear.presses("btn.ok.done")


def says_nothing_to_the_desk(ear: Ear) -> None:
    number = opened_by_the_desk(ear)
    ear.machine.push(number)
    ear.machine.run(360_100)
    ear.expects("more_time.head")
    ear.machine.run(20_500)
    assert ear.hears_number("k.failed.unconfirmed.head") == number


def meets_a_jammed_door_of_the_desk(ear: Ear) -> None:
    ear.machine.cabinet.jam(1, True, ear.machine.ms)
    ear.machine.order(Load(deposit="dep-1", case=CASE))
    ear.machine.run(REST_MS)
    ear.hears_polish()
    assert ear.hears_number("k.failed.jam.head") == 1


def finds_no_other_one_for_the_desk(ear: Ear) -> None:
    number = opened_by_the_desk(ear)
    ear.machine.write_facts(*(CompartmentQuarantined(compartment=other, reason="dirty") for other in range(1, LAST + 1) if other != number))
    ear.presses("btn.num.busy")
    ear.machine.push(number)
    ear.expects("k.failed.no_compartment.head")


FLOWS: dict[str, tuple[Callable[[], BenchMachine], Callable[[Ear], None]]] = {
    flow.__name__: (prepared, flow)
    for prepared, flows in (
        (with_two_waiting, (moves_to_a_lower_one, has_loaded_it_already, meets_a_jammed_door, waits_for_the_lock, uses_up_the_code)),
        (with_two_waiting, (mistypes_a_digit, hears_that_a_compartment_was_released, goes_on_after_a_power_cut)),
        (with_one_that_was_taken_back, (holds_one_that_was_taken_back,)),
        (with_none_free, (finds_no_room,)),
        (with_one_free, (finds_no_other_one,)),
        (with_two_expired, (leaves_a_door_that_does_not_close, cannot_take_it_out, takes_back_by_the_code)),
        (with_two_expired, (audits_with_a_door_that_does_not_close, audits_everything)),
        (with_a_desk, (loads_for_the_desk, tells_the_desk_of_another_one, says_nothing_to_the_desk)),
        (with_a_desk, (meets_a_jammed_door_of_the_desk, finds_no_other_one_for_the_desk)),
    )
    for flow in flows
}


@pytest.mark.parametrize("private", [False, True], ids=["aloud", "headphones"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", FLOWS)
def test_speech_alone_leads_a_clerk_through_trouble(flow: str, language: Language, private: bool) -> None:
    prepare, walk = FLOWS[flow]
    machine = prepare()
    admit(machine)
    walk(Ear(machine, language, private))
    errors(machine)
    in_a_log = "".join(character for _, said in machine.said if not said.secret for character in said.text if character.isalnum())
    assert not any(secret in in_a_log for secret in (CODE, CASE, OTHER_CASE))
