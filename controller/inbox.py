"""The one queue of inputs, with the one timer of the loop."""

import asyncio
from collections import deque

from controller.inputs import CodeCompared, Input, InputsDropped, PinCompared, SmsAnswered

INPUTS_MAX = 10_000


class Inbox:
    """Inputs in the order of their arrival."""

    def __init__(self) -> None:
        self._items: deque[Input] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self.dropped = 0

    def put(self, item: Input) -> None:
        """Queue an input. A flood beyond the bound is dropped and counted; our own answers to ourselves never are."""
        if len(self._items) >= INPUTS_MAX and not isinstance(item, PinCompared | CodeCompared | SmsAnswered):
            if not self.dropped:
                self._items.append(InputsDropped())
            self.dropped += 1
            return
        self._items.append(item)
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def get(self, timeout_ms: int | None) -> Input | None:
        """The next input; None when `timeout_ms` has passed without one."""
        if self._items:
            return self._items.popleft()
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        timer = loop.call_later(timeout_ms / 1000, self._wake) if timeout_ms is not None else None
        try:
            await self._waiting
        finally:
            self._waiting = None
            if timer is not None:
                timer.cancel()
        return self._items.popleft() if self._items else None
