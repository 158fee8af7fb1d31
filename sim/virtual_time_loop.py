"""An asyncio loop whose time is a number: it jumps to the next timer when nothing is ready, and nothing from outside can wake it."""

import asyncio
import math
from collections.abc import Callable
from contextvars import Context
from typing import Any

MS = 1000
APART_S = 1e-11
"""Timers of one moment come in the order in which they were set; far below a millisecond, however many there are."""


class WorldStuck(RuntimeError):
    """Nothing is ready and no timer is set: the world would stand still for ever."""


class VirtualTimeLoop(asyncio.BaseEventLoop):
    """Ready callbacks run first in, first out; timers in the order of their times, so that a run is repeated exactly."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 0
        self._timers = 0
        self._selector = _Jump(self)
        self._clock_resolution = 1e-4

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self.now_ms / MS

    def call_at(self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.TimerHandle:
        """A timer; of two for one moment the one set first comes first."""
        self._timers += 1
        return super().call_at(when + self._timers * APART_S, callback, *args, context=context)

    def _process_events(self, event_list: list[Any]) -> None:
        """There is nothing outside."""

    def _write_to_self(self) -> None:
        """Nobody else can call."""


class _Jump:
    """Stands where a loop has its selector: instead of waiting it moves the time."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        """Let `timeout` seconds pass at once; raises WorldStuck when there is nothing to wait for."""
        if timeout is None:
            raise WorldStuck("nothing is ready and no timer is set")
        if timeout > 0:
            self._loop.now_ms += max(1, math.ceil(timeout * MS - 1e-3))
        return []

    def close(self) -> None:
        """Nothing is open."""
