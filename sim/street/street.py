"""The street: one day after another, the visitors who watch, and everything their hands can do."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable, Generator
from datetime import datetime
from typing import Literal

import httpx
import msgspec

from contracts.descriptions import Locker
from contracts.screen_messages import Language
from sim.clock import RealClock
from sim.street.cabinet import HandRefused
from sim.street.centre_desk import CentreRefused, DepositSeen
from sim.street.children import ChildFailed
from sim.street.day import Day
from sim.street.hands import Deed, Hands
from sim.street.places import Places
from sim.street.scene import prepare
from sim.street.sms_network import Report, SmsNetwork, Trouble

LOG = logging.getLogger("kiosk.street")
ARRIVES_S = 0.9
PIN = re.compile(r"PIN\D{0,20}(\d{6})")
INSIDE = frozenset({"stored", "told"})
VISITED = INSIDE | {"collected"}
TAKING = frozenset({"k.expired", "k.take", "k.taken", "k.sheet"})
TAKEN_BACK = INSIDE | {"withdrawn"}


class Ticket(msgspec.Struct, frozen=True):
    """A PIN at hand and the number that belongs to it; no repr."""

    deposit: str
    pin: str
    number: str

    def __repr__(self) -> str:
        return "Ticket(…)"


class Street:
    """The one street of this process."""

    def __init__(self, places: Places, locker: Locker, clock: RealClock) -> None:
        self.places = places
        self.locker = locker
        self.sms = SmsNetwork(self.changed)
        self.phase: Literal["preparing", "free"] = "preparing"
        self.language: Language = "pl"
        self.watchers: list[Language] = []
        self.revision = 0
        self._clock = clock
        self._changed = asyncio.Event()
        self._own_day = False
        self._running: list[asyncio.Task[None]] = []
        self.day, self.hands = self._new_day()

    def changed(self) -> None:
        """Something that a page shows may have changed."""
        self.revision += 1
        waking, self._changed = self._changed, asyncio.Event()
        waking.set()

    async def next_change(self, revision: int, within_s: float) -> None:
        """Wait until there is another revision, at most so long."""
        if self.revision == revision:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), within_s)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        while not condition():
            await self._changed.wait()

    async def open(self) -> None:
        """Begin the first day; raises ChildFailed, FolderWrong, OSError."""
        await self.day.begin()
        self._running = [asyncio.create_task(self._play()), asyncio.create_task(self._deliver())]

    async def shut(self) -> None:
        """End the day and everything that runs."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.day.end()

    @contextlib.contextmanager
    def watched(self, language: Language) -> Generator[None]:
        """A page of this language is open while the context lasts."""
        self.watchers.append(language)
        self.changed()
        try:
            yield
        finally:
            self.watchers.remove(language)

    def wall(self) -> datetime:
        """The street's time of day."""
        return self._clock.wall() + self.day.around.later

    def expired(self, deposit: DepositSeen) -> bool:
        """Whether its time to collect is over."""
        return deposit.state in INSIDE and deposit.until is not None and deposit.until <= self.wall()

    def useful(self, deposit: str, pin: str) -> bool:
        """Whether the machine still takes this PIN: the newest one of a document that waits."""
        paper, known = self.day.cabinet.paper(deposit), self.day.desk.deposit(deposit)
        waits = known is not None and known.state in INSIDE and not self.expired(known)
        newest = next((one.pin for one in self.tickets() if one.deposit == deposit), "")
        return waits and pin == newest and (paper is None or paper.where != "hand")

    def tickets(self) -> list[Ticket]:
        """Every PIN at hand, newest first: from the phone and from slips."""
        told = [(one, PIN.search(one.text)) for one in self.sms.inbox()]
        texts = [Ticket(one.deposit, found[1], one.phone[-9:]) for one, found in told if found]
        return [*(Ticket(one.deposit, one.pin, one.number) for one in reversed(self.hands.slips)), *texts]

    def ticket(self) -> Ticket | None:
        """The newest PIN that the machine still takes."""
        return next((one for one in self.tickets() if self.useful(one.deposit, one.pin)), None)

    def visited(self) -> DepositSeen | None:
        """The document that the machine's screen is about."""
        seen, deposits = self.day.eye.seen, self.day.desk.deposits
        if seen.screen.startswith("k.") and seen.screen not in TAKING:
            return self.hands.loaded()
        return next(
            (
                one
                for one in deposits
                if one.compartment == seen.compartment and one.state in (TAKEN_BACK if seen.screen in TAKING else VISITED)
            ),
            None,
        )

    async def act(self, deed: Deed) -> None:
        """Do one thing; raises HandRefused, CentreRefused, and then nothing has changed."""
        if deed.do == "reset":
            self._begin_again(deed.lang, own=True)
            return
        if self.phase == "preparing":
            raise HandRefused("preparing")
        await self.hands.do(deed)
        self.changed()

    def _new_day(self) -> tuple[Day, Hands]:
        day = Day(self.places, self.locker, self._clock, self.changed)
        return day, Hands(day, self.sms, self.until, self.wall)

    def _begin_again(self, language: Language, own: bool) -> None:
        if self.phase == "preparing":
            return
        self.phase, self.language, self._own_day = "preparing", language, own
        self.changed()
        self._running[0].cancel()
        self._running[0] = asyncio.create_task(self._again())

    async def _again(self) -> None:
        await self.day.end()
        self.sms.forget()
        self.sms.trouble = Trouble()
        self.day, self.hands = self._new_day()
        try:
            await self.day.begin()
        except (ChildFailed, OSError) as error:
            LOG.error("%s: %s", type(error).__name__, error)
        await self._play()

    async def _play(self) -> None:
        """Prepare document no. 1; when that fails the street is free all the same."""
        if self.watchers and not self._own_day:
            self.language = self.watchers[-1]
        try:
            await prepare(self.day, self.language, self.until, lambda: bool(self.sms.messages))
        except (TimeoutError, CentreRefused, HandRefused) as error:
            LOG.error("the scene was not prepared: %s %s", type(error).__name__, error)
        self.phase = "free"
        self.changed()

    async def _deliver(self) -> None:
        """Messages reach the phone while somebody looks at it."""
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while True:
                await self.until(lambda: self.phase == "free" and bool(self.watchers) and self.sms.moving())
                if not self.sms.inbox() and not self._own_day and self.watchers[-1] != self.language:
                    self._begin_again(self.watchers[-1], own=True)  # nobody has seen a message yet: it comes in the visitor's language
                    continue
                await asyncio.sleep(ARRIVES_S)
                reports = self.sms.deliver(self.wall())
                self.day.desk.look_again()
                self.changed()
                await asyncio.gather(*(_tell(client, report) for report in reports))


async def _tell(client: httpx.AsyncClient, report: Report) -> None:
    with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL):
        await client.post(report.url, data=report.form)
