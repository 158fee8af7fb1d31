"""Somebody who sees nothing: the ear hears the last utterance and finds in it which key does what.

Only the hand at the doors is told by the number it has heard.
"""

import re

from contracts.screen_messages import Language
from controller.inputs import HeadphonesPlugged
from controller.kiosk.words import TEXTS, capital, read_catalogues, split_lines
from tests.controller.bench_machine import PIN, BenchMachine

VOLUME_KEYS_MS = 3_000


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

    def hears_polish(self) -> None:
        """From now on the machine speaks Polish, whatever was chosen before."""
        self.language = "pl"
        self._texts = read_catalogues(TEXTS)["pl"]

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
            numbered = self._texts["say.number"].replace("{words}", self._texts.get(label, label)).rstrip(".")
            found = re.search(re.escape(numbered).replace(re.escape("{key}"), r"(\d)") + r"\b", self.hears())
            assert found is not None, f"no key for {label!r} in {self.hears()!r}"
            self.machine.press(found[1])
        self.machine.run(wait_ms)

    def chooses(self, key: str, number: int, wait_ms: int = 0) -> None:
        """A numbered line of a menu, by the key that was said to choose it."""
        self.presses(self.line(key, number), wait_ms)

    def turns(self) -> None:
        """The arrow that was said to lead to the next one, when the arrows no longer change the volume."""
        self.expects("say.next")
        self.machine.run(VOLUME_KEYS_MS)
        self.machine.press("down")

    def enters(self, number: int) -> None:
        """The number of a compartment, read back as far as it is typed; then the key that is named."""
        for count, digit in enumerate(str(number), 1):
            self.machine.press(digit)
            assert self.hears().startswith(f"{str(number)[:count]}."), self.hears()
        self.expects("say.full")
        self.machine.press("ok")

    def line(self, key: str, number: int) -> str:
        """A numbered line of a body."""
        return next(line.words for line in split_lines(self._texts[f"{key}.body"])[1] if line.key == str(number))

    def count(self, filled: int, of: int = 6) -> str:
        """What says how many digits there are."""
        return self._texts[f"say.of.{of}"].replace("{filled}", str(filled))

    def types(self, pin: str, of: int = 6, typed: int = 0) -> None:
        """Digit by digit; each answer says how far it is, or the digit where only one person hears it."""
        for count, digit in enumerate(pin, typed + 1):
            self.machine.press(digit)
            said = self.machine.said[-1][1]
            expected = digit if self.private else self.count(count, of)
            assert said.text.startswith(expected), said.text
            assert said.secret == self.private
        self.expects("say.full")
        self.machine.press("ok")

    def hears_number(self, key: str = "l.found.plain.head") -> int:
        """The compartment that the heading names."""
        before, after = self._texts[key].split("{n}")
        found = re.search(f"{re.escape(before)}(\\d+){re.escape(after)}", self.hears())
        assert found is not None, self.hears()
        return int(found[1])

    def hears_where(self, number: int) -> None:
        """In which row and column the compartment is."""
        place = self.machine.settings.cabinet.compartments()[number]
        for name, at in (("row", place.row), ("col", place.column)):
            assert self._texts[f"say.{name}"].split()[at - 1].lower() in self.hears().lower(), self.hears()

    def starts_listening(self) -> None:
        """A new session: whoever wears headphones presses the key too, they were plugged in before."""
        self.machine.press("audio")
        if self.language != "pl":
            self.choose_language()

    def begins(self) -> None:
        """From the first screen to the digits."""
        self.presses("btn.ok.collect")
        self.expects("l.pin.head")

    def finds(self) -> int:
        """From the first screen to a compartment; its number."""
        self.begins()
        self.types(PIN)
        return self.hears_number()
