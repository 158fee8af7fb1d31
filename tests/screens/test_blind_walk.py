"""Somebody who sees nothing comes to every end: what is spoken is all that leads them (screens.md H7).

The ear hears the last utterance and finds in it which key does what; only the hand at the doors is told by the number it has heard.
"""

import re
from collections.abc import Callable

import pytest

from contracts.screen_messages import LANGUAGES, Language
from controller.inputs import HeadphonesPlugged
from controller.kiosk.words import TEXTS, capital, read_catalogues, split_lines
from tests.controller.bench_machine import PHONE, PIN, BenchMachine

WRONG = "135790"
ERROR_MS = 500
STRANGERS_TRIES = 20
"""So many wrong PINs a day are taken without a telephone number while one document waits."""


class Ear:
    """Hears, and presses what it has heard of."""

    def __init__(self, machine: BenchMachine, language: Language, private: bool) -> None:
        self.machine = machine
        self.language = language
        self.private = private
        self._texts = read_catalogues(TEXTS)[language]
        if private:
            machine.take(HeadphonesPlugged())
            machine.run(20)
        else:
            machine.press("audio")
        if language != "pl":
            self.choose_language()

    def choose_language(self) -> None:
        """By the globe key, where each language names itself."""
        assert "Klawisz z globusem" in self.hears()
        self.machine.press("lang")
        own = next(run.text for _, said in self.machine.said[-1:] for run in said.runs if run.language == self.language)
        key = re.search(r"(\d): " + capital(self._texts["lang.own"]), own)
        assert key is not None, own
        self.machine.press(key[1])

    def hears(self) -> str:
        """The last thing that was said, which silence does not undo."""
        return next(said.text for _, said in reversed(self.machine.said) if said.runs)

    def text(self, key: str) -> str:
        """The words of a text up to its first value."""
        return re.split(r"\{\w+\}", self._texts[key])[0].strip()

    def expects(self, key: str) -> None:
        """It says this."""
        assert self.text(key) in self.hears(), f"{key} is not in {self.hears()!r}"

    def presses(self, label: str, wait_ms: int = 0) -> None:
        """The key that was said to do this."""
        for key in ("ok", "cancel", "help", "lang"):
            if self._texts[f"say.{key}"].replace("{words}", self._texts.get(label, label)) in self.hears():
                self.machine.press(key)
                break
        else:
            numbered = self._texts["say.number"].replace("{words}", self._texts.get(label, label))
            found = re.search(re.escape(numbered).replace(re.escape("{key}"), r"(\d)"), self.hears())
            assert found is not None, f"no key for {label!r} in {self.hears()!r}"
            self.machine.press(found[1])
        self.machine.run(wait_ms)

    def line(self, key: str, number: int) -> str:
        """A numbered line of a body."""
        return next(line.words for line in split_lines(self._texts[f"{key}.body"])[1] if line.key == str(number))

    def types(self, pin: str, of: int = 6) -> None:
        """Digit by digit; each answer says how far it is, or the digit where only one person hears it."""
        for count, digit in enumerate(pin, 1):
            self.machine.press(digit)
            said = self.machine.said[-1][1]
            expected = digit if self.private else self._texts[f"say.of.{of}"].replace("{filled}", str(count))
            assert said.text.startswith(expected), said.text
            assert said.secret == self.private
        self.expects("say.full")
        self.machine.press("ok")

    def hears_number(self) -> int:
        """The compartment."""
        found = re.search(re.escape(self.text("l.found.plain.head")) + r" (\d+)", self.hears())
        assert found is not None, self.hears()
        return int(found[1])

    def begins(self) -> None:
        """From the first screen to the digits."""
        self.presses("btn.ok.collect")
        self.expects("l.pin.head")

    def finds(self) -> int:
        """From the first screen to a compartment; its number."""
        self.begins()
        self.types(PIN)
        return self.hears_number()


def collects(ear: Ear) -> None:
    number = ear.finds()
    row = ear.machine.settings.cabinet.compartments()[number].row
    assert read_catalogues(TEXTS)[ear.language]["say.row"].split()[row - 1].lower() in ear.hears().lower()
    ear.presses("btn.ok.open", 1_000)
    ear.expects("l.open.head")
    ear.machine.push(number)
    ear.expects("l.done.head")
    ear.expects("say.receipt")
    ear.presses("btn.ok.done")
    assert ear.machine.kinds().count("document.handed_over") == 1


def mistypes(ear: Ear) -> None:
    ear.begins()
    began = ear.machine.ms
    ear.types(WRONG)
    at, said = next((at, said) for at, said in reversed(ear.machine.said) if said.runs)
    assert said.text.startswith(ear.text("l.wrong.head"))
    assert at - began - 60 * len(WRONG) <= ERROR_MS
    ear.types(PIN)
    ear.hears_number()


def gives_the_number_too(ear: Ear) -> None:
    ear.begins()
    for _ in range(STRANGERS_TRIES):
        ear.types(WRONG)
    ear.presses("btn.cancel.finish", 200)
    starts_listening(ear)
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


def starts_listening(ear: Ear) -> None:
    """A new session: whoever wears headphones presses the key too, they were plugged in before."""
    ear.machine.press("audio")
    if ear.language != "pl":
        ear.choose_language()


def jams(ear: Ear) -> None:
    number = ear.finds()
    ear.machine.cabinet.jam(number, True, ear.machine.ms)
    ear.presses("btn.ok.open", 6_000)
    ear.expects("l.jam.head")
    ear.machine.cabinet.jam(number, False, ear.machine.ms)
    ear.presses(ear.line("l.jam", 1), 6_000)
    ear.expects("l.open.head")


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


def reports(ear: Ear) -> None:
    number = ear.finds()
    ear.presses("btn.ok.open", 1_000)
    ear.presses("btn.num.wrong")
    ear.presses(ear.line("l.report", 1))
    ear.expects("l.reported.head")
    ear.machine.push(number)
    ear.expects("l.reported.head")


def leaves_a_door_that_does_not_close(ear: Ear) -> None:
    ear.finds()
    ear.presses("btn.ok.open", 61_500)
    ear.expects("l.close.head")
    ear.presses("btn.num.noclose")
    ear.expects("l.noclose.head")


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


def is_too_early(ear: Ear) -> None:
    ear.machine.hold_pin("222333", "dep-2")
    ear.begins()
    ear.types("222333")
    ear.expects("l.notready.head")
    ear.presses("btn.ok.done")


def comes_again(ear: Ear) -> None:
    collects(ear)
    ear.machine.run(121_000)  # the same PIN opens no more
    starts_listening(ear)
    ear.begins()
    ear.types(PIN)
    ear.expects("l.used.head")


FLOWS: dict[str, Callable[[Ear], None]] = {
    flow.__name__: flow
    for flow in (
        *(collects, mistypes, gives_the_number_too, opens_once_more, jams, goes_to_the_office, cannot_reach, reports),
        *(leaves_a_door_that_does_not_close, needs_more_time, stops, asks_for_help, is_too_early, comes_again),
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
