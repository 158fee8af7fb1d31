"""Somebody who hears a real machine: its log of speech, and what came to its player; every key is one that was spoken of."""

import os
import re
import select
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from contracts.screen_messages import Language
from controller.kiosk.spoken import voice
from controller.kiosk.words import TEXTS, capital, read_catalogues, split_lines
from controller.speech import Run
from tests.processes.child import WITHIN_S
from tests.processes.page import Page
from tests.screens.test_spoken_log import by_voice

VOLUME = 3


class Player:
    """A program that keeps each sound it is given and tells of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        os.mkfifo(folder / "told")
        self._told = os.open(folder / "told", os.O_RDWR | os.O_NONBLOCK)
        self._begun = b""
        script = folder / "play"
        script.write_text(f'#!/bin/sh\ncd "{folder}"\ncat > heard.$$\nmv heard.$$ played.$$\necho played.$$ > told\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        self.command = str(script)

    def next(self) -> bytes:
        """The next sound that was played to its end; raises TimeoutError."""
        while b"\n" not in self._begun:
            if not select.select([self._told], [], [], WITHIN_S)[0]:
                raise TimeoutError("nothing was played")
            self._begun += os.read(self._told, 4096)
        name, _, self._begun = self._begun.partition(b"\n")
        return (self._folder / name.decode()).read_bytes()

    def close(self) -> None:
        os.close(self._told)


class LogEar:
    """Hears, and presses what it has heard of. `heard` are the numbers of the utterances it has heard to their end."""

    def __init__(self, page: Callable[[], Page], log: Path, player: Player, language: Language) -> None:
        self.heard: list[int] = []
        self.language = language
        self._page = page
        self._log = log
        self._player = player
        self._texts = read_catalogues(TEXTS)[language]

    def said(self) -> tuple[int, str]:
        """Number and text of the last utterance."""
        number = max((int(path.stem) for path in self._log.glob("*.txt")), default=0)
        return number, (self._log / f"{number:05d}.txt").read_text("utf-8") if number else ""

    def until(self, key: str) -> str:
        """The utterance that says this, once it was heard."""
        return self._until(re.split(r"\{\w+\}", self._texts[key])[0].strip())

    def _until(self, words: str, after: int = 0) -> str:
        while True:
            number, text = self.said()
            if number > after and words in text and number in self.heard:
                return text
            sound = self._player.next()
            number, _ = self.said()
            first = self._log / f"{number:05d}.0.wav"
            if first.exists() and first.read_bytes() == sound:
                self.heard.append(number)

    def presses(self, label: str) -> None:
        """The key that was said to do this."""
        self._press(self._key(self._texts.get(label, label)))

    def _press(self, key: str) -> None:
        with self._page() as page:  # a new page is shown what is heard now; an old one may not have read it yet
            page.press(key)

    def _key(self, words: str) -> str:
        _, text = self.said()
        for key in ("ok", "cancel", "help", "lang"):
            if self._texts[f"say.{key}"].replace("{words}", words) in text:
                return key
        numbered = re.escape(self._texts["say.number"].replace("{words}", words).rstrip("."))
        found = re.search(numbered.replace(re.escape("{key}"), r"(\d)") + r"\b", text)
        assert found is not None, f"no key for {words!r} in {text!r}"
        return found[1]

    def chooses(self, key: str, number: int) -> None:
        """A numbered line of a menu."""
        self.presses(next(line.words for line in split_lines(self._texts[f"{key}.body"])[1] if line.key == str(number)))

    def number(self, key: str) -> int:
        """The compartment that this heading names."""
        before, after = self._texts[key].split("{n}")
        found = re.search(f"{re.escape(before)}(\\d+){re.escape(after)}", self.until(key))
        assert found is not None
        return int(found[1])

    def listens(self) -> None:
        """The key with the headphones."""
        self._press("audio")

    def begins(self) -> None:
        """Speech is on; the language is chosen by its own name."""
        polish = read_catalogues(TEXTS)["pl"]
        self._until(polish["l.attract.head"])
        if self.language == "pl":
            return
        self._press("lang")
        text = self._until(polish["lang.head"])
        own = re.search(r"(\d): " + capital(self._texts["lang.own"]), text)
        assert own is not None, text
        self._press(own[1])
        self.until("l.attract.head")

    def types(self, digits: str, of: int) -> None:
        """Aloud each answer counts, then green is named; green."""
        for count, digit in enumerate(digits, 1):
            after, _ = self.said()
            self._press(digit)
            self._until(self._texts[f"say.of.{of}"].replace("{filled}", str(count)), after)
        assert self._texts["say.full"] in self.said()[1]
        self._press("ok")

    def types_in_private(self, digits: str) -> None:
        """In headphones each answer is the digit, as this voice says it; green."""
        for digit, sound in zip(digits, self._digits(digits), strict=True):
            self._press(digit)
            while self._player.next() != sound:
                pass
        self._press("ok")

    def _digits(self, digits: str) -> Iterator[bytes]:
        for count, digit in enumerate(digits, 1):
            text = f"{digit} {self._texts['say.full']}" if count == len(digits) else digit
            yield by_voice(Run(self.language, voice(self.language), text), voice(self.language), VOLUME)
