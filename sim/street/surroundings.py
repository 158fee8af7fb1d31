"""What surrounds one of the street's programs and comes over its standard input: the time of day, and what is plugged into the machine.

Each line is the whole of it, so that a program that starts again knows it from its first line on.
"""

import os
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

LINE_BYTES_MAX = 200
DAYS_MAX = 60


class SurroundingsWrong(ValueError):
    """A line that says nothing of the surroundings."""


class Surroundings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many days it is later than the computer says, and whether headphones are plugged in."""

    days: Annotated[int, Meta(ge=0, le=DAYS_MAX)] = 0
    headphones: bool = False

    @property
    def later(self) -> timedelta:
        """What the wall clock is ahead of the computer's."""
        return timedelta(days=self.days)


def written(surroundings: Surroundings) -> bytes:
    """One line."""
    return msgspec.json.encode(surroundings) + b"\n"


def read(line: bytes) -> Surroundings:
    """The surroundings of a line; raises SurroundingsWrong."""
    try:
        return msgspec.json.decode(line[: LINE_BYTES_MAX + 1], type=Surroundings)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SurroundingsWrong("no surroundings") from None


class Around:
    """The surroundings of this process as they are now; `changed` is called in the reader's thread."""

    def __init__(self, changed: Callable[[Surroundings], None] = lambda now: None) -> None:
        """Waits for the first line. Raises SurroundingsWrong."""
        self._changed = changed
        # Unbuffered: a thread that waits in a buffer's lock would be in the way when the program ends.
        self._lines = sys.stdin.fileno()
        self._hear(self._line())
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while line := self._line():
            self._hear(line)

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n") and len(line) < LINE_BYTES_MAX and (byte := os.read(self._lines, 1)):
            line += byte
        return line

    def _hear(self, line: bytes) -> None:
        self.now = read(line)
        self._changed(self.now)
