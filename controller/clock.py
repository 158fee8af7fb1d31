"""The clocks of a machine: this file alone reads them.

`wall` is what people call the time, and `trusted` whether it is known to be right; `mono_ms` counts from the start of this boot of the
controller and never jumps. Order is neither: it is the sequence number of the journal.
"""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec


class Now(msgspec.Struct, frozen=True):
    """The time of one turn, read once."""

    wall: datetime
    mono_ms: int
    boot: str
    trusted: bool


class Clock(Protocol):
    """Where a turn's time comes from."""

    def now(self) -> Now:
        """The time of this moment."""
        ...


class SystemClock:
    """The clocks of the operating system.

    With `synchronised`, a file that the time service keeps while it is in step (systemd-timesyncd: /run/systemd/timesync/synchronized),
    the wall clock is trusted only while that file exists; without it, always. A time before `not_before` is never trusted: a Raspberry Pi
    has no clock of its own.
    """

    def __init__(self, boot: str, not_before: datetime, synchronised: Path | None) -> None:
        self._boot = boot
        self._not_before = not_before
        self._synchronised = synchronised
        self._start_ns = time.monotonic_ns()

    def now(self) -> Now:
        """The time of this moment."""
        wall = datetime.now(UTC)
        in_step = self._synchronised is None or _is_there(self._synchronised)
        mono_ms = (time.monotonic_ns() - self._start_ns) // 1_000_000
        return Now(wall=wall, mono_ms=mono_ms, boot=self._boot, trusted=in_step and wall >= self._not_before)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder that we may not look into says nothing
        return False
