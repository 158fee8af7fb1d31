"""A clerk who sees nothing comes to the end of every errand: what is spoken is all that leads them (screens.md H7)."""

from collections.abc import Callable

import pytest

from contracts.screen_messages import LANGUAGES, Language
from tests.controller.bench_machine import PIN, BenchMachine
from tests.controller.clerk_bench import CASE, CODE, OTHER_CASE, admit, hold, lying
from tests.screens.ear import Ear
from tests.screens.spoken_at_once import errors

WRONG_CODE = "13579135"
REST_MS = 13_000
"""A coil has rested, and the brake of the board is off."""


def logs_in(ear: Ear) -> None:
    """From the first screen to the menu."""
    ear.presses("btn.num.clerk")
    ear.expects("k.login.code.head")
    ear.types(CODE, of=8)
    ear.expects("k.menu.head")


def puts_in(ear: Ear, case: str) -> int:
    """From the request for a code to the question whether the document is inside; the compartment."""
    ear.expects("k.scan.head")
    ear.types(case, of=8)
    ear.machine.run(REST_MS)
    number = ear.hears_number("k.load.head")
    ear.hears_where(number)
    ear.machine.push(number)
    assert ear.hears_number("k.check.head") == number
    return number


def begins_to_load(ear: Ear) -> int:
    logs_in(ear)
    ear.presses(ear.line("k.menu", 1))
    return puts_in(ear, CASE)


def loads_two(ear: Ear) -> None:
    begins_to_load(ear)
    ear.presses(ear.line("k.check", 1))
    ear.expects("k.loaded.head")
    ear.presses("btn.ok.next")
    puts_in(ear, OTHER_CASE)
    ear.presses(ear.line("k.check", 1))
    ear.presses("btn.cancel.back")
    ear.presses("btn.cancel.finish")
    assert [one.phase for one in ear.machine.state.locker.deposits.values()] == ["stored", "stored"]
    assert ear.machine.screen.screen == "l.attract"


def has_not_put_it_in(ear: Ear) -> None:
    number = begins_to_load(ear)
    ear.presses(ear.line("k.check", 2), REST_MS)
    assert ear.hears_number("k.load.head") == number
    ear.machine.push(number)
    ear.presses(ear.line("k.check", 1))
    ear.expects("k.loaded.head")


def put_it_elsewhere(ear: Ear) -> None:
    number = begins_to_load(ear)
    ear.presses(ear.line("k.check", 3))
    ear.expects("k.other.head")
    ear.enters(99)
    ear.expects("k.other.unknown.head")
    ear.machine.press("8", "cancel")
    ear.expects("k.other.head")
    ear.enters(7)
    ear.expects("k.failed.elsewhere.here.head")
    assert ear.machine.state.doors.door(number).quarantine == ear.machine.state.doors.door(7).quarantine == "elsewhere"
    ear.presses("btn.ok.next")
    ear.expects("k.scan.head")


def finds_it_taken_already(ear: Ear) -> None:
    logs_in(ear)
    ear.presses(ear.line("k.menu", 1))
    ear.types(CASE, of=8)
    ear.machine.run(REST_MS)
    first = ear.hears_number("k.load.head")
    ear.presses("btn.num.busy")
    assert ear.hears_number("k.load.moving.head") == first
    ear.machine.push(first)
    ear.machine.run(REST_MS)
    assert ear.hears_number("k.load.head") != first


def types_a_code_that_nobody_knows(ear: Ear) -> None:
    logs_in(ear)
    ear.presses(ear.line("k.menu", 1))
    ear.types(WRONG_CODE, of=8)
    ear.expects("k.scan.unknown.head")
    ear.types(WRONG_CODE, of=8)
    ear.expects("k.scan.unknown.head")


def mistypes_the_code(ear: Ear) -> None:
    ear.presses("btn.num.clerk")
    for left in (4, 3):
        ear.types(WRONG_CODE, of=8)
        ear.expects("k.login.wrong.head")
        assert str(left) in ear.hears()
    ear.types(CODE, of=8)
    ear.expects("k.menu.head")


def takes_back(ear: Ear) -> None:
    logs_in(ear)
    ear.presses(ear.line("k.menu", 2))
    first = ear.hears_number("k.expired.head")
    ear.hears_where(first)
    ear.turns()
    second = ear.hears_number("k.expired.head")
    assert second != first
    for number in (second, first):
        assert ear.hears_number("k.expired.head") == number
        ear.presses("btn.ok.open", REST_MS)
        ear.expects("k.take.head")
        ear.hears_where(number)
        ear.machine.push(number)
        assert ear.hears_number("k.taken.head") == number
        ear.presses(ear.line("k.taken", 1))
    ear.expects("k.none.head")


def does_not_find_it(ear: Ear) -> None:
    logs_in(ear)
    ear.presses(ear.line("k.menu", 2))
    number = ear.hears_number("k.expired.head")
    ear.presses("btn.ok.open", REST_MS)
    ear.machine.push(number)
    ear.presses(ear.line("k.taken", 3))
    ear.expects("k.sheet.head")
    ear.types(WRONG_CODE, of=8)
    ear.expects("k.sheet.wrong.head")
    ear.presses("btn.cancel.back")
    ear.presses(ear.line("k.taken", 2))
    assert ear.hears_number("k.untaken.not_there.head") == number


def looks_into_two(ear: Ear) -> None:
    logs_in(ear)
    ear.presses(ear.line("k.menu", 3), REST_MS)
    assert ear.hears_number("k.audit.head") == 1
    ear.expects("audit.document")
    ear.expects("say.door.open")
    ear.presses(ear.line("k.audit", 2))
    assert ear.hears_number("l.close.head") == 1
    ear.hears_where(1)
    ear.machine.push(1)
    ear.machine.run(REST_MS)
    assert ear.hears_number("k.audit.head") == 2
    ear.machine.push(2)
    ear.expects("say.door.closed")
    ear.machine.press("audio")
    ear.presses(ear.line("k.audit", 4), REST_MS)
    assert ear.hears_number("k.audit.head") == 1
    ear.machine.push(1)
    ear.machine.press("audio")
    ear.presses("btn.cancel.finish")
    ear.expects("k.audited.skipped.head")
    assert f"{ear.text('k.audited.skipped.body')} 1" in ear.hears()
    assert "23" in ear.hears(), "so many nobody has looked into"
    ear.presses("btn.ok.next")
    ear.expects("k.menu.head")


def takes_one_out_of_use(ear: Ear) -> None:
    logs_in(ear)
    ear.presses(ear.line("k.menu", 4))
    ear.expects("k.which.head")
    ear.enters(99)
    ear.expects("k.which.unknown.head")
    ear.enters(7)
    assert ear.hears_number("k.quar.head") == 7
    ear.presses(ear.line("k.quar", 2))
    assert ear.hears_number("k.quarantined.head") == 7
    assert ear.machine.state.doors.door(7).quarantine == "damaged"


def asks_for_more_time(ear: Ear) -> None:
    logs_in(ear)
    ear.machine.run(360_100)
    ear.expects("more_time.head")
    ear.presses("btn.ok.more")
    ear.expects("k.menu.head")


def with_two_waiting() -> BenchMachine:
    machine = BenchMachine()
    hold(machine)
    hold(machine, "dep-2", OTHER_CASE, "111111")
    return machine


def with_two_expired() -> BenchMachine:
    machine = lying()
    machine.stored("111111", "dep-2", hours=0)
    machine.run(10_000)
    return machine


FLOWS: dict[str, tuple[Callable[[], BenchMachine], Callable[[Ear], None]]] = {
    flow.__name__: (prepared, flow)
    for prepared, flows in (
        (with_two_waiting, (loads_two, has_not_put_it_in, put_it_elsewhere, finds_it_taken_already, types_a_code_that_nobody_knows)),
        (with_two_waiting, (mistypes_the_code, takes_one_out_of_use, asks_for_more_time)),
        (with_two_expired, (takes_back, does_not_find_it, looks_into_two)),
    )
    for flow in flows
}


@pytest.mark.parametrize("private", [False, True], ids=["aloud", "headphones"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", FLOWS)
def test_speech_alone_leads_a_clerk(flow: str, language: Language, private: bool) -> None:
    prepare, walk = FLOWS[flow]
    machine = prepare()
    admit(machine)
    walk(Ear(machine, language, private))
    errors(machine)
    in_a_log = "".join(character for _, said in machine.said if not said.secret for character in said.text if character.isalnum())
    assert not any(secret in in_a_log for secret in (CODE, CASE, OTHER_CASE, PIN))
    assert any(said.secret for _, said in machine.said) == private
