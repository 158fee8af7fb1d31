"""The street: one day after another, the visitors who watch, and everything their hands can do."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable, Generator
from typing import Literal

import httpx
import msgspec

from contracts.descriptions import Locker
from contracts.screen_messages import KEYS, Language
from sim.clock import RealClock
from sim.street.cabinet import HandRefused, Paper
from sim.street.centre_desk import CentreRefused, DepositSeen
from sim.street.children import ChildFailed
from sim.street.day import Day
from sim.street.places import MACHINE, Places
from sim.street.scene import prepare
from sim.street.sms_network import Message, Report, SmsNetwork

LOG = logging.getLogger("kiosk.street")
ARRIVES_S = 0.9
PIN = re.compile(r"PIN\D{0,20}(\d{6})")
LOADING = frozenset({"registered", "held", "loading"})
INSIDE = frozenset({"stored", "told"})
VISITED = INSIDE | {"collected"}
MACHINE_ANSWERS_S = 2.0

Action = Literal["take", "put", "close", "power", "network", "jam", "register", "load", "key", "reset"]


class Deed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing a visitor does; which fields count depends on `do`."""

    do: Action
    door: int = 0
    deposit: str = ""
    case: str = ""
    phone: str = ""
    key: str = ""
    lang: Language = "pl"


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
        self.day = self._new_day()

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

    def useful(self, message: Message) -> bool:
        """Whether the machine still takes the PIN of this message."""
        paper = self.day.cabinet.paper(message.deposit)
        return self._state(message.deposit) in INSIDE and (paper is None or paper.where != "hand")

    def pin_message(self) -> Message | None:
        """The newest message on the phone whose PIN the machine still takes."""
        return next((one for one in self.sms.inbox() if PIN.search(one.text) and self.useful(one)), None)

    def visited(self) -> DepositSeen | None:
        """The document that the machine's screen is about."""
        seen, deposits = self.day.eye.seen, self.day.desk.deposits
        if seen.screen.startswith("k."):
            return self._loaded()
        return next((one for one in deposits if one.compartment == seen.compartment and one.state in VISITED), None)

    def can(self) -> dict[str, bool]:
        """What the hands could do now."""
        cabinet = self.day.cabinet
        opened, jammed = cabinet.open_doors(), cabinet.jammed()
        return {
            "take": any(cabinet.inside(number) for number in opened),
            "put": cabinet.can_put(self._is_loaded),
            "close": bool(opened),
            "jam": any(paper.where == "box" and paper.box not in (*jammed, *opened) for paper in cabinet.papers),
        }

    async def act(self, deed: Deed) -> None:
        """Do one thing; raises HandRefused, CentreRefused, and then nothing has changed."""
        if deed.do == "reset":
            self._begin_again(deed.lang, own=True)
            return
        if self.phase == "preparing":
            raise HandRefused("preparing")
        if not await self._at_the_desk(deed):
            await self._with_hands(deed)
        self.changed()

    async def _at_the_desk(self, deed: Deed) -> bool:
        match deed.do:
            case "register":
                await self.day.desk.register(deed.case.strip()[:64], deed.phone.strip()[:32], MACHINE, deed.lang)
            case "load":
                await self._load(deed.deposit)
            case _:
                return False
        return True

    async def _load(self, deposit: str) -> None:
        """Ask for a compartment and wait a moment for the machine's word; raises CentreRefused with its code."""
        desk = self.day.desk
        order = await desk.load(deposit)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MACHINE_ANSWERS_S):
                await self.until(lambda: desk.answer(order) is not None)
        answer = desk.answer(order)
        if answer is not None and answer.kind == "order.refused":
            raise CentreRefused(str(answer.fact.get("code")))

    async def _with_hands(self, deed: Deed) -> None:
        day = self.day
        match deed.do:
            case "take":
                day.cabinet.take(self._belongs_to_clerk)
            case "put":
                day.cabinet.put(self._is_loaded)
            case "close":
                await day.cabinet.close(deed.door)
            case "power":
                await day.switch_power()
            case "network":
                day.switch_network()
            case "jam":
                self._jam(deed.door)
            case _:
                if deed.key not in KEYS or not await day.eye.press(deed.key):
                    raise HandRefused("key_asleep")

    def _state(self, deposit: str) -> str:
        found = self.day.desk.deposit(deposit)
        return found.state if found else ""

    def _belongs_to_clerk(self, paper: Paper) -> bool:
        return self._state(paper.deposit) in LOADING

    def _loaded(self) -> DepositSeen | None:
        """The document that the machine has a compartment open for: the screen names its case, the centre knows it a moment later."""
        seen, loading = self.day.eye.seen, [one for one in self.day.desk.deposits if one.state == "loading"]
        named = [one for one in self.day.desk.deposits if one.case == seen.case and one.state in LOADING]
        placed = [one for one in loading if one.compartment == seen.compartment]
        return next(iter([*named, *placed, *loading]), None)

    def _is_loaded(self, paper: Paper) -> bool:
        loaded = self._loaded()
        return loaded is not None and paper.deposit == loaded.key

    def _jam(self, door: int) -> None:
        """Jam the door in front of the next document, or free the one named."""
        cabinet = self.day.cabinet
        if door in cabinet.jammed():
            cabinet.jam(door, False)
            return
        shut = [paper.box for paper in cabinet.papers if paper.where == "box" and paper.box not in cabinet.open_doors()]
        free = [box for box in shut if box not in cabinet.jammed() and door in (0, box)]
        if not free:
            raise HandRefused("nothing_to_jam")
        cabinet.jam(free[-1], True)

    def _new_day(self) -> Day:
        return Day(self.places, self.locker, self._clock, self.changed)

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
        self.day = self._new_day()
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
                await self.until(lambda: self.phase == "free" and bool(self.watchers) and any(m.arrived is None for m in self.sms.messages))
                if not self.sms.inbox() and not self._own_day and self.watchers[-1] != self.language:
                    self._begin_again(self.watchers[-1], own=True)  # nobody has seen a message yet: it comes in the visitor's language
                    continue
                await asyncio.sleep(ARRIVES_S)
                reports = self.sms.deliver(self._clock.wall())
                self.day.desk.look_again()
                self.changed()
                await asyncio.gather(*(_tell(client, report) for report in reports))


async def _tell(client: httpx.AsyncClient, report: Report) -> None:
    with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL):
        await client.post(report.url, data=report.form)
