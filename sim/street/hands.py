"""Everything a visitor's hands can do: at the cabinet, at the desk, and to break or mend something."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from contracts.screen_messages import KEYS, Language
from sim.street.cabinet import HandRefused, Paper
from sim.street.centre_desk import CentreRefused, DepositSeen, NewPaper
from sim.street.day import Day
from sim.street.desk_pages import Release, Slip
from sim.street.places import MACHINE
from sim.street.settings_files import Wished
from sim.street.sms_network import SmsNetwork, Trouble

LOADING = frozenset({"registered", "held", "loading"})
MACHINE_ANSWERS_S = 2.0
LOOKED = "street"
CODE_ENDS = frozenset({"clerk.entered", "clerk.code_ended"})

AtTheDesk = Literal["register", "load", "code", "reissue", "extend", "withdraw", "slip", "release"]
AtTheMachine = Literal["take", "put", "close", "key", "scan", "plug"]
Breaking = Literal["power", "network", "jam", "force", "stuck", "wire", "sms", "day", "site"]
Action = AtTheDesk | AtTheMachine | Breaking | Literal["reset"]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


class Deed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing a visitor does; which fields count depends on `do`."""

    do: Action
    door: int = 0
    deposit: str = ""
    case: str = ""
    phone: str = ""
    kind: str = ""
    low: bool = False
    slip: bool = False
    key: str = ""
    value: str = ""
    lang: Language = "pl"


class Hands:
    """The hands of one day."""

    def __init__(self, day: Day, sms: SmsNetwork, until: Until, wall: Callable[[], datetime]) -> None:
        self.slips: list[Slip] = []
        self._code = ""
        self._code_after = 0
        self._day = day
        self._sms = sms
        self._until = until
        self._wall = wall

    async def do(self, deed: Deed) -> None:
        """Do one thing; raises HandRefused, CentreRefused, and then nothing has changed."""
        if not (await self._desk(deed) or await self._machine(deed)):
            await self._break(deed)

    def can(self) -> dict[str, bool]:
        """What the hands could do now."""
        cabinet = self._day.cabinet
        opened, jammed = cabinet.open_doors(), cabinet.jammed()
        return {
            "take": any(cabinet.inside(number) for number in opened),
            "put": cabinet.can_put(self._is_loaded),
            "close": bool(opened),
            "jam": any(paper.where == "box" and paper.box not in (*jammed, *opened) for paper in cabinet.papers),
        }

    @property
    def code(self) -> str:
        """The clerk's one-time code, until it is used up."""
        used = any(fact.kind in CODE_ENDS and fact.id > self._code_after for fact in self._day.desk.facts)
        return "" if used else self._code

    def loaded(self) -> DepositSeen | None:
        """The document that the machine has a compartment open for: the screen names its case, the centre knows it a moment later."""
        seen, known = self._day.eye.seen, self._day.desk.deposits
        loading = [one for one in known if one.state == "loading"]
        named = [one for one in known if one.case == seen.case and one.state in LOADING]
        placed = [one for one in loading if one.compartment == seen.compartment]
        return next(iter([*named, *placed, *loading]), None)

    async def _desk(self, deed: Deed) -> bool:
        desk, pages = self._day.desk, self._day.pages
        match deed.do:
            case "register":
                await desk.register(_paper(deed))
            case "load":
                await self._load(deed.deposit)
            case "code":
                self._code = await pages.code()
                self._code_after = desk.facts[-1].id if desk.facts else 0
            case "reissue":
                await desk.reissue(deed.deposit)
            case "extend":
                await desk.extend(deed.deposit, self._later(deed.deposit))
            case "withdraw":
                await desk.withdraw(deed.deposit)
            case "slip":
                self.slips.append(await pages.slip(self._known(deed.deposit).key))
            case "release":
                await pages.release(Release(deed.door, self._day.cabinet.inside(deed.door) is None, LOOKED))
            case _:
                return False
        desk.look_again()
        return True

    async def _machine(self, deed: Deed) -> bool:
        day = self._day
        match deed.do:
            case "take":
                day.cabinet.take(self._belongs_to_clerk)
            case "put":
                day.cabinet.put(self._is_loaded)
            case "close":
                await day.cabinet.close(deed.door)
            case "scan":
                day.scanner.scan(self._known(deed.deposit).case)
            case "plug":
                day.plug()
            case "key":
                if deed.key not in KEYS or not await day.eye.press(deed.key):
                    raise HandRefused("key_asleep")
            case _:
                return False
        return True

    async def _break(self, deed: Deed) -> None:
        day, door = self._day, deed.door
        match deed.do:
            case "power":
                await day.switch_power()
            case "network":
                day.switch_network()
            case "jam":
                self._jam(door)
            case "force":
                day.cabinet.force(door or self._wanted())
            case "stuck":
                stuck = day.cabinet.stuck()
                number = door or (stuck[0] if stuck else self._wanted())
                day.cabinet.stick(number, number not in stuck)
            case "wire":
                day.cabinet.pull_wire(day.cabinet.wired)
            case "sms":
                self._trouble(deed.value)
            case "day":
                day.pass_a_day()
            case _:
                await day.wish(_wished(day.wished, deed.key, deed.value))

    async def _load(self, deposit: str) -> None:
        """Ask for a compartment and wait a moment for the machine's word; raises CentreRefused with its code."""
        desk = self._day.desk
        order = await desk.load(deposit)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MACHINE_ANSWERS_S):
                await self._until(lambda: desk.answer(order) is not None)
        answer = desk.answer(order)
        if answer is not None and answer.kind == "order.refused":
            raise CentreRefused(str(answer.fact.get("code")))

    def _known(self, deposit: str) -> DepositSeen:
        found = self._day.desk.deposit(deposit)
        if found is None:
            raise CentreRefused("deposit_unknown")
        return found

    def _later(self, deposit: str) -> datetime:
        """A day more than it has, or a day from now."""
        return max(self._known(deposit).until or self._wall(), self._wall()) + timedelta(days=1)

    def _state(self, deposit: str) -> str:
        found = self._day.desk.deposit(deposit)
        return found.state if found else ""

    def _belongs_to_clerk(self, paper: Paper) -> bool:
        return self._state(paper.deposit) in LOADING or self._day.eye.seen.screen.startswith("k.")

    def _is_loaded(self, paper: Paper) -> bool:
        loaded = self.loaded()
        return loaded is not None and paper.deposit == loaded.key

    def _jam(self, door: int) -> None:
        """Jam the door in front of the next document, or free the one named."""
        cabinet = self._day.cabinet
        if door in cabinet.jammed():
            cabinet.jam(door, False)
            return
        free = [box for box in self._shut_boxes() if box not in cabinet.jammed() and door in (0, box)]
        if not free:
            raise HandRefused("nothing_to_jam")
        cabinet.jam(free[-1], True)

    def _shut_boxes(self) -> list[int]:
        """Compartments with a document behind a closed door."""
        opened = self._day.cabinet.open_doors()
        return [paper.box for paper in self._day.cabinet.papers if paper.where == "box" and paper.box not in opened]

    def _wanted(self) -> int:
        """The door that a visitor means who names none: the screen's, else the one in front of the next document."""
        at_screen, shut = self._day.eye.seen.compartment, self._shut_boxes()
        number = at_screen or (shut[-1] if shut else 0)
        if not number:
            raise HandRefused("nothing_to_break")
        return number

    def _trouble(self, what: str) -> None:
        now = self._sms.trouble
        if what not in {"lost", "down"}:
            raise HandRefused("deed_wrong")
        self._sms.trouble = Trouble(down=now.down != (what == "down"), lost=now.lost != (what == "lost"))


def _paper(deed: Deed) -> NewPaper:
    case, phone = deed.case.strip()[:64], "" if deed.slip else deed.phone.strip()[:32]
    return NewPaper(case, phone, MACHINE, deed.lang, deed.low, deed.slip, deed.kind[:32])


def _wished(now: Wished, key: str, value: str) -> Wished:
    """The machine's settings with another value; raises HandRefused."""
    try:
        return msgspec.convert({**msgspec.to_builtins(now), key: value == "yes" if key == "quiet" else value}, Wished)
    except msgspec.ValidationError:
        raise HandRefused("deed_wrong") from None
