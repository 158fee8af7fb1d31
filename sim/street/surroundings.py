"""What surrounds one of the street's programs and comes over its standard input: the time of day, and what is plugged into the machine.

Each line is the whole of it, so that a program that starts again knows it from its first line on.
"""

import contextlib
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

LINE_BYTES_MAX = 200
READ_BYTES = 4096
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
    """The surroundings of this process, looked at whenever somebody asks for the time; `changed` is called with each change."""

    def __init__(self, source: int, changed: Callable[[Surroundings], None] = lambda now: None) -> None:
        """`source` is a file descriptor; waits for its first line. Raises SurroundingsWrong."""
        self._source = source
        self._changed = changed
        self._begun = b""
        while not self._begun.endswith(b"\n") and len(self._begun) < LINE_BYTES_MAX and (byte := os.read(source, 1)):
            self._begun += byte
        self._now = read(self._begun)
        self._begun = b""
        os.set_blocking(source, False)
        changed(self._now)

    def now(self) -> Surroundings:
        """As they are now. Raises SurroundingsWrong."""
        with contextlib.suppress(BlockingIOError):
            self._begun += os.read(self._source, READ_BYTES)
        *lines, self._begun = self._begun.split(b"\n")
        if lines:
            self._now = read(lines[-1])
            self._changed(self._now)
        return self._now
