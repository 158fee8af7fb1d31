"""What the parts of a world share: time, chance, tasks, the broker where they meet, the log, and who watches. No part knows the world."""

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, Protocol

from contracts.facts import Entry
from contracts.screen_messages import ScreenMessage
from contracts.topics import Ack
from controller.state import State
from sim.broker import Broker
from sim.faults import Plan
from sim.sms_network import Text
from sim.trace import Trace
from sim.virtual_time_loop import VirtualTimeLoop


class Watcher(Protocol):
    """Who is told what happens on the stage, at the moment when it happens."""

    def truth(self) -> None:
        """Something may have moved in the cabinet."""
        ...

    def charged(self) -> None:
        """Money may have been taken."""
        ...

    def entry(self, entry: Entry) -> None:
        """The machine has committed an entry."""
        ...

    def turn(self) -> None:
        """A turn of the machine is over."""
        ...

    def compared(self, digits: str, phone: str | None) -> None:
        """The machine's vault compares digits, and the last digits of a number where one is asked for."""
        ...

    def code_compared(self, digits: str) -> None:
        """The machine's vault compares digits with the clerk's code."""
        ...

    def numbered(self, phone: str) -> None:
        """Somebody has confirmed a number."""
        ...

    def restarted(self, state: State) -> None:
        """A controller has read its journal."""
        ...

    def published(self, who: str, topic: str, payload: bytes) -> None:
        """A message goes out."""
        ...

    def screen(self, message: ScreenMessage) -> None:
        """A screen is shown."""
        ...

    def acknowledged(self, machine: str, ack: Ack) -> None:
        """The centre acknowledges."""
        ...

    def submitted(self, wish: int) -> None:
        """A text message is handed to the machine's modem."""
        ...

    def said(self, text: Text) -> None:
        """A text message is handed to whoever sends it."""
        ...

    def texted(self, text: Text) -> None:
        """A text message reaches a phone."""
        ...

    def moved(self, deposit: str, number: int) -> None:
        """A hand moves a document through a door."""
        ...

    def stands(self, deposit: str, since_ms: int) -> None:
        """Somebody with the right PIN of this deposit has stood at the machine since then, and no door has opened for them."""
        ...

    def secret(self, text: str) -> None:
        """A PIN, a phone or a case number that nobody may see outside."""
        ...

    def crashed(self, where: str, error: BaseException) -> None:
        """Something of ours raised."""
        ...


class SeededRandomness:
    """Ids, nonces and PINs from a stream of the seed."""

    def __init__(self, random: Random, secret: Callable[[str], None]) -> None:
        self._random = random
        self._secret = secret

    def token(self, size: int) -> str:
        """`size` random bytes in hex."""
        return self._random.randbytes(size).hex()

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1; the centre draws its PINs so."""
        number = self._random.randrange(limit)
        if limit in (10**6, 10**8):  # a PIN, a clerk's code
            self._secret(f"{number:0{len(str(limit)) - 1}d}")
        return number


class Stage:
    """Empty at first; whoever builds the parts on it sets `watch` before anything runs."""

    watch: Watcher

    def __init__(self, seed: int, plan: Plan) -> None:
        self.seed = seed
        self.plan = plan
        self.loop = VirtualTimeLoop()
        self.loop.set_exception_handler(self._crashed)
        self.trace = Trace()
        self.broker = Broker(self.loop, self.trace, self.stream("broker"), plan.messages)
        self.healed = False
        self.last_cuts: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []

    # --- chance and time -----------------------------------------------------------------------------------------------------------------

    def stream(self, name: str) -> Random:
        """The stream of chance of one part: a draw more in one part shifts no other."""
        return Random(f"{self.seed}/{name}")

    def randomness(self, name: str) -> SeededRandomness:
        """Ids of one part; the watch learns the PINs among them."""
        return SeededRandomness(self.stream(name), self._secret)

    @property
    def now_ms(self) -> int:
        """Milliseconds since the world began."""
        return self.loop.now_ms

    def later(self, after_ms: int, act: Callable[[], None]) -> None:
        """Do something after a while."""
        self.loop.call_later(after_ms / 1000, act)

    # --- tasks ---------------------------------------------------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run a task to its end; one that fails is a violation."""
        task = self.loop.create_task(work, name=name)
        self._tasks.append(task)
        task.add_done_callback(self._ended)
        return task

    def play(self, story: Coroutine[Any, Any, None]) -> None:
        """Run the story to its end, then let go of all that still runs; nothing can be played after it."""
        asyncio.events.set_event_loop(None)
        try:
            self.loop.run_until_complete(story)
        finally:
            self.let_go()

    def let_go(self) -> None:
        """The end: nothing that still runs is heard of again."""
        for task in self._tasks:
            task.remove_done_callback(self._ended)
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks = [each for each in self._tasks if each is not task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self.watch.crashed(task.get_name(), error)

    def _crashed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.watch.crashed("a callback", error)

    # --- the log -------------------------------------------------------------------------------------------------------------------------

    def log(self, who: str, what: str) -> None:
        """One line, now."""
        self.trace.add(self.now_ms, who, what)

    @property
    def last_cut(self) -> str:
        """The last cut point of each part that had one."""
        return "; ".join(f"{who} {point}" for who, point in self.last_cuts.items()) or "none"

    def _secret(self, text: str) -> None:
        self.watch.secret(text)
