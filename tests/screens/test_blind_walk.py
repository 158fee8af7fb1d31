"""Somebody who sees nothing comes to every end: what is spoken is all that leads them (screens.md H7).

These are the flows of residents; the clerk's stand in test_blind_clerk.py.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from contracts.screen_messages import LANGUAGES, Language
from controller.kiosk.words import TEXTS, read_catalogues
from tests.controller.bench_machine import PHONE, PIN, BenchMachine
from tests.screens.ear import Ear
from tests.screens.spoken_at_once import WITHIN_MS, errors

WRONG = "135790"
STRANGERS_TRIES = 20
"""So many wrong PINs a day are taken without a telephone number while one document waits."""


def collects(ear: Ear) -> None:
    number = ear.finds()
    ear.hears_where(number)
    ear.presses("btn.ok.open", 1_000)
    ear.expects("l.open.head")
    ear.machine.push(number)
    ear.expects("l.done.head")
    ear.expects("say.receipt")
    ear.presses("btn.ok.done")
    assert ear.machine.kinds().count("document.handed_over") == 1


def mistypes(ear: Ear) -> None:
    ear.begins()
    ear.types(WRONG)
    at, said = next((at, said) for at, said in reversed(ear.machine.said) if said.runs)
    assert said.text.startswith(ear.text("l.wrong.head"))
    assert at - ear.machine.pressed[-1][0] <= WITHIN_MS
    ear.types(PIN)
    ear.hears_number()


def gives_the_number_too(ear: Ear) -> None:
    ear.begins()
    for _ in range(STRANGERS_TRIES):
        ear.types(WRONG)
    ear.presses("btn.cancel.finish", 200)
    ear.starts_listening()
    ear.presses("btn.ok.collect")
    ear.expects("l.phone.head")
    ear.types(PHONE, of=9)
    ear.expects("l.pin.head")
    ear.types(WRONG)
    ear.machine.run(5_100)
    assert ear.hears().startswith(ear.text("l.wrong.phone.head"))
    assert "2" in ear.hears()
    ear.types(PHONE, of=9)
    ear.types(PIN)
    ear.hears_number()


def opens_once_more(ear: Ear) -> None:
    number = ear.finds()
    ear.presses("btn.ok.open", 1_000)
    ear.machine.push(number)
    ear.machine.run(10_000)
    ear.presses("btn.num.left")
    ear.expects("l.grace.head")
    ear.types(PIN)
    ear.machine.run(1_000)
    ear.expects("l.open.head")


def jams(ear: Ear) -> None:
    number = ear.finds()
    ear.machine.cabinet.jam(number, True, ear.machine.ms)
    ear.presses("btn.ok.open", 6_000)
    ear.expects("l.jam.head")
    ear.presses(ear.line("l.jam", 1), 16_000)
    ear.expects("l.jam.head")
    ear.machine.cabinet.jam(number, False, ear.machine.ms)
    ear.presses(ear.line("l.jam", 1), 16_000)
    ear.expects("l.open.head")


def jams_for_good(ear: Ear) -> None:
    number = ear.finds()
    ear.machine.cabinet.jam(number, True, ear.machine.ms)
    ear.presses("btn.ok.open", 6_000)
    ear.presses(ear.line("l.jam", 1), 16_000)
    ear.presses(ear.line("l.jam", 1), 16_000)
    ear.expects("l.jam.last.head")
    assert ear.line("l.jam", 1) not in ear.hears(), "there is no third try"
    ear.presses(ear.line("l.jam.last", 2))
    ear.expects("l.office.head")


def goes_to_the_office(ear: Ear) -> None:
    number = ear.finds()
    ear.machine.cabinet.jam(number, True, ear.machine.ms)
    ear.presses("btn.ok.open", 6_000)
    ear.presses(ear.line("l.jam", 2))
    ear.expects("l.office.head")
    assert "U, 0 1" in ear.hears(), "the code is spelt"


def cannot_reach(ear: Ear) -> None:
    ear.finds()
    ear.presses("btn.num.reach")
    ear.expects("l.office.head")


def reports_that_it_is_empty(ear: Ear) -> None:
    reports(ear, 1)


def reports_what_is_not_theirs(ear: Ear) -> None:
    reports(ear, 2)


def reports(ear: Ear, line: int) -> None:
    number = ear.finds()
    ear.presses("btn.ok.open", 1_000)
    ear.presses("btn.num.wrong")
    ear.presses(ear.line("l.report", 3))
    ear.expects("l.open.head")
    ear.presses("btn.num.wrong")
    ear.presses(ear.line("l.report", line))
    ear.expects("l.reported.head")
    ear.machine.push(number)
    ear.expects("l.reported.head")


def leaves_a_door_that_does_not_close(ear: Ear) -> None:
    ear.finds()
    ear.presses("btn.ok.open", 61_500)
    ear.expects("l.close.head")
    ear.presses("btn.num.noclose")
    ear.expects("l.noclose.head")


def waits_at_a_door_that_stays_open(ear: Ear) -> None:
    ear.finds()
    ear.presses("btn.ok.open", 61_500)
    ear.expects("l.close.head")
    ear.machine.run(121_000)
    ear.expects("l.noclose.head")


def tries_too_often(ear: Ear) -> None:
    ear.begins()
    for _ in range(STRANGERS_TRIES):
        ear.types(WRONG)
    ear.expects("l.phone.last.head")
    ear.expects("l.phone.last.body")
    ear.types(PHONE, of=9)
    for _ in range(2):
        ear.types(WRONG)
        ear.machine.run(5_100)
        ear.expects("l.wrong.phone.head")
        ear.types(PHONE, of=9)
    ear.types(WRONG)
    ear.machine.run(5_100)
    ear.expects("l.locked.head")
    assert "14" in ear.hears() or "15" in ear.hears(), "how long it lasts"
    ear.presses("btn.cancel.finish")


def comes_too_late(ear: Ear) -> None:
    ear.machine.wall_jump = timedelta(hours=48)
    ear.machine.run(1_000)
    ear.begins()
    ear.types(PIN)
    ear.expects("l.expired.head")
    assert "61, 646, 33, 44" in ear.hears()
    ear.presses("btn.ok.done")


def needs_more_time(ear: Ear) -> None:
    ear.begins()
    ear.machine.run(120_100)
    ear.expects("more_time.head")
    ear.machine.run(10_500)
    ear.expects("say.left")
    ear.machine.press("ok")
    ear.expects("l.pin.head")


def stops(ear: Ear) -> None:
    ear.begins()
    ear.presses("btn.cancel.finish")
    ear.expects("l.stop.head")
    ear.presses("btn.ok.yes")
    assert ear.machine.screen.screen == "l.attract"


def asks_for_help(ear: Ear) -> None:
    ear.presses("btn.help")
    ear.expects("help.head")
    ear.presses(ear.line("help", 6))
    ear.presses(ear.line("info", 1))
    assert "61, 646, 33, 44" in ear.hears()
    ear.presses("btn.cancel.back")
    ear.presses("btn.cancel.back")
    ear.presses(ear.line("help", 3))
    ear.expects("say.contrast.on")


def makes_text_larger(ear: Ear) -> None:
    for words in ("A+", "A++"):
        ear.presses("btn.help")
        ear.presses(ear.line("help", 2))
        assert ear.machine.screen.size == words
        ear.expects("say.size")
    for line, said in ((4, "say.slower.on"), (5, "say.volume")):
        ear.presses("btn.help")
        ear.presses(ear.line("help", line))
        ear.expects(said)
    collects(ear)


def switches_speech_off(ear: Ear) -> None:
    ear.presses("btn.help")
    ear.presses(ear.line("help", 1))
    assert ear.hears().startswith(ear.text("say.off"))
    said = len(ear.machine.said)
    ear.machine.press("ok", "4")
    assert len(ear.machine.said) == said


def learns_that_it_is_out_of_service(ear: Ear) -> None:
    ear.machine.cabinet.cut_power(ear.machine.ms)
    ear.machine.run(121_000)  # nobody is here any more, and no board answers
    ear.starts_listening()
    ear.expects("l.oos.head")


def is_too_early(ear: Ear) -> None:
    ear.machine.hold_pin("222333", "dep-2")
    ear.begins()
    ear.types("222333")
    ear.expects("l.notready.head")
    ear.presses("btn.ok.done")


def comes_again(ear: Ear) -> None:
    collects(ear)
    ear.machine.run(121_000)  # the same PIN opens no more
    ear.starts_listening()
    ear.begins()
    ear.types(PIN)
    ear.expects("l.used.head")


FLOWS: dict[str, Callable[[Ear], None]] = {
    flow.__name__: flow
    for flow in (
        *(
            collects,
            mistypes,
            gives_the_number_too,
            tries_too_often,
            opens_once_more,
            jams,
            jams_for_good,
            goes_to_the_office,
            cannot_reach,
        ),
        *(reports_that_it_is_empty, reports_what_is_not_theirs, leaves_a_door_that_does_not_close, waits_at_a_door_that_stays_open),
        *(needs_more_time, stops, asks_for_help, makes_text_larger, switches_speech_off, learns_that_it_is_out_of_service),
        *(is_too_early, comes_too_late, comes_again),
    )
}


@pytest.mark.parametrize("private", [False, True], ids=["aloud", "headphones"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", FLOWS)
def test_speech_alone_leads_through(flow: str, language: Language, private: bool) -> None:
    machine = BenchMachine()
    machine.stored()
    machine.run(31_000)
    FLOWS[flow](Ear(machine, language, private))
    errors(machine)
    if not private:
        assert not any(said.secret for _, said in machine.said)
        assert not any(PIN in said.text.replace(" ", "") for _, said in machine.said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_digits_are_not_said_is_said_once(language: Language) -> None:
    machine = BenchMachine()
    ear = Ear(machine, language, private=False)
    ear.begins()
    hint = read_catalogues(TEXTS)[language]["private.head"]
    machine.press("1")
    assert hint in ear.hears()
    machine.press("2")
    assert hint not in ear.hears()


def test_a_key_interrupts() -> None:
    machine = BenchMachine()
    Ear(machine, "pl", private=False)
    before = len(machine.said)
    machine.press("9")
    assert [said.runs for _, said in machine.said[before:]] == [()]


def test_whoever_has_not_asked_hears_nothing() -> None:
    machine = BenchMachine()
    machine.stored()
    machine.enter(WRONG)
    assert machine.said == []


def test_a_countdown_is_spoken_at_its_marks() -> None:
    machine = BenchMachine()
    machine.stored()
    machine.run(31_000)
    ear = Ear(machine, "pl", private=False)
    number = ear.finds()
    ear.presses("btn.ok.open", 1_000)
    machine.push(number)
    ear.presses("btn.num.left")
    before = len(machine.said)
    machine.run(119_000)
    marks = [said.text for _, said in machine.said[before:] if said.text.startswith("Zostało")]
    assert marks == ["Zostało: 1 minuta.", "Zostało: 30 sekund.", "Zostało: 10 sekund."]
