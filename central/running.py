"""The centre in a process: gives it the time, keeps its timer, and wakes the pages that watch it."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from central.centre import Centre
from central.ports import Now

T = TypeVar("T")


class Clock(Protocol):
    """Where the time of a call comes from."""

    def now(self) -> Now:
        """The time of this moment."""
        ...


class Running:
    """One centre, called from one event loop only."""

    def __init__(self, centre: Centre, clock: Clock) -> None:
        self.centre = centre
        self.clock = clock
        self.closing = False
        self._changed = asyncio.Event()
        self._timer = asyncio.Event()

    def turn(self, act: Callable[[Centre, Now], T]) -> T:
        """Let `act` do something with the centre now; pages and timer are told."""
        try:
            return act(self.centre, self.clock.now())
        finally:
            self._timer.set()
            self._wake()

    async def changed(self, revision: int, within_s: float) -> bool:
        """Wait until the centre has another revision; false when nothing changed in that time."""
        if self.centre.revision == revision and not self.closing:
            try:
                await asyncio.wait_for(self._changed.wait(), within_s)
            except TimeoutError:
                return False
        return self.centre.revision != revision

    async def keep_time(self) -> None:
        """Call tick whenever the centre has asked for it; runs until cancelled."""
        while True:
            self._timer.clear()
            deadline = self.centre.deadline()
            wait_s = None if deadline is None else max(0, deadline - self.clock.now().mono_ms) / 1000
            try:
                await asyncio.wait_for(self._timer.wait(), wait_s)
            except TimeoutError:
                self.turn(lambda centre, now: centre.tick(now))

    def close(self) -> None:
        """Let every watching page go."""
        self.closing = True
        self._wake()

    def _wake(self) -> None:
        waking, self._changed = self._changed, asyncio.Event()
        waking.set()
