"""The controller's dialogue at a real port, in real time and without a loop: for tests that talk to a board process."""

import os
import select
import time
from collections.abc import Callable
from typing import TypeVar

from controller.devices.lock_board_events import Event
from controller.devices.lock_boards import LockBoards

E = TypeVar("E", bound=Event)


class Host:
    """Opens `port` and speaks for `boards` until an event comes; `seen` keeps every event."""

    def __init__(self, port: str, boards: LockBoards) -> None:
        self.boards = boards
        self.seen: list[Event] = []
        self._line = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def close(self) -> None:
        os.close(self._line)

    def now_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def until(self, kind: type[E], right: Callable[[E], bool] = lambda _: True, within_ms: int = 10_000) -> E:
        """The next event of that kind that is right; raises TimeoutError naming what came instead."""
        end_ms = self.now_ms() + within_ms
        first = len(self.seen)
        while self.now_ms() < end_ms:
            for event in self._turn(end_ms):
                self.seen.append(event)
                if isinstance(event, kind) and right(event):
                    return event
        raise TimeoutError(f"no {kind.__name__} among {self.seen[first:]}")

    def _turn(self, end_ms: int) -> list[Event]:
        data = self.boards.bytes_to_send(self.now_ms())
        if data:
            os.write(self._line, data)
        due = min(self.boards.deadline() or end_ms, end_ms)
        readable, _, _ = select.select([self._line], [], [], max(0, due - self.now_ms()) / 1000)
        if readable:
            self.boards.receive(os.read(self._line, 1024), self.now_ms())
        self.boards.tick(self.now_ms())
        return self.boards.events()
