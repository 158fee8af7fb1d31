"""Somebody who hears the machine: reads its log of speech, utterance after utterance."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

LISTEN_EVERY_S = 0.2
KEPT = 6


class SpeechEar:
    """What was said last; `changed` is called for every new sentence."""

    def __init__(self, folder: Path, changed: Callable[[], None]) -> None:
        self.heard: list[str] = []
        self._folder = folder
        self._changed = changed
        self._number = 0

    def begin_again(self) -> None:
        """The program is about to start again and counts from one."""
        self._number = 0
        for old in self._folder.glob("*.*"):
            with contextlib.suppress(OSError):
                old.unlink()

    async def listen(self) -> None:
        """Listen until cancelled."""
        while True:
            if self.hear():
                self._changed()
            await asyncio.sleep(LISTEN_EVERY_S)

    def hear(self) -> bool:
        """Whether something new was said."""
        before = self._number
        with contextlib.suppress(OSError):
            while True:
                text = (self._folder / f"{self._number + 1:05d}.txt").read_text("utf-8", "replace")
                if not text:
                    break  # not written to its end
                self._number += 1
                self.heard = [*self.heard, text][-KEPT:]
        return self._number != before
