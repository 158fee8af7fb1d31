"""The cabinet that stands in the street: real firmware and simulated doors in real time, and the sheets of paper that lie about."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Literal

import msgspec

from contracts.descriptions import Locker
from sim.byte_link import ByteLink
from sim.cabinet_line import CabinetLine
from sim.lock_cabinet import LockCabinet
from sim.port_server import PortServer

PUSH_S, PUSHES_MAX = 0.1, 20

Where = Literal["desk", "hand", "box"]


class HandRefused(ValueError):
    """What a hand cannot do; `code` is the reason in one word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Paper(msgspec.Struct):
    """One document: on the clerk's desk, in the resident's hand or in the box of a compartment."""

    deposit: str
    case: str
    where: Where = "desk"
    box: int = 0


class _WatchedLine(CabinetLine):
    """Says when a door has moved or a lamp has changed."""

    def __init__(self, link: ByteLink, cabinet: LockCabinet, moved: Callable[[], None]) -> None:
        super().__init__(link, cabinet)
        self.truth = cabinet
        self._moved = moved
        self._seen = _positions(cabinet)

    def tick(self, now_ms: int) -> None:
        super().tick(now_ms)
        seen = _positions(self.truth)
        if seen != self._seen:
            self._seen = seen
            self._moved()


def _positions(cabinet: LockCabinet) -> tuple[tuple[bool, ...], dict[int, int]]:
    return tuple(door.closed for door in cabinet.doors.values()), cabinet.lit()


class StreetCabinet:
    """The cabinet at its port, and the hands in front of it; `moved` is called when a door has moved by itself or a lamp has changed."""

    def __init__(self, locker: Locker, clock: Callable[[], int], moved: Callable[[], None]) -> None:
        self.papers: list[Paper] = []
        self.power = True
        self.wired = True
        self._clock = clock
        self._line = _WatchedLine(ByteLink(Random(1)), LockCabinet(locker, clock()), moved)
        self._port = PortServer(self._line, clock)

    @property
    def _doors(self) -> LockCabinet:
        return self._line.truth

    async def start(self, port: int) -> None:
        """Serve the lock bus on loopback. Raises OSError when the port is taken."""
        await self._port.start_tcp("127.0.0.1", port)

    async def stop(self) -> None:
        """Close the port."""
        await self._port.stop()

    def open_doors(self) -> list[int]:
        """Doors that stand open, the one opened last at the end."""
        order = [opening.number for opening in self._doors.openings]
        return sorted((n for n, door in self._doors.doors.items() if not door.closed), key=lambda n: max(_places(order, n), default=-1))

    def lit(self) -> dict[int, int]:
        """The compartments whose lamps shine, and how brightly in percent."""
        return self._doors.lit()

    def jammed(self) -> list[int]:
        """Doors that do not spring open."""
        return [n for n, door in self._doors.doors.items() if door.jammed]

    def stuck(self) -> list[int]:
        """Doors whose switch says open for ever."""
        return [n for n, door in self._doors.doors.items() if door.switch == "stuck_open"]

    def inside(self, number: int) -> Paper | None:
        """What lies in a compartment."""
        return next((paper for paper in self.papers if paper.where == "box" and paper.box == number), None)

    def paper(self, deposit: str) -> Paper | None:
        """The sheet of a deposit."""
        return next((paper for paper in self.papers if paper.deposit == deposit), None)

    def cut_power(self) -> None:
        """The boards go dark; doors stay as they are."""
        self.power = False
        self._doors.cut_power(self._clock())
        self._port.moved()

    def restore_power(self) -> None:
        """The boards start again."""
        self.power = True
        if self.wired:
            self._doors.restore_power(self._clock())
        self._port.moved()

    def pull_wire(self, pulled: bool) -> None:
        """The wire of the lock boards is pulled out while the machine runs on, or put back."""
        self.wired = not pulled
        if pulled:
            self._doors.cut_power(self._clock())
        elif self.power:
            self._doors.restore_power(self._clock())
        self._port.moved()

    def jam(self, number: int, jammed: bool) -> None:
        """Jam a door or free it; raises HandRefused."""
        if number not in self._doors.doors:
            raise HandRefused("door_unknown")
        self._doors.jam(number, jammed, self._clock())
        self._port.moved()

    def force(self, number: int) -> None:
        """Break a door open; raises HandRefused."""
        if number not in self._doors.doors:
            raise HandRefused("door_unknown")
        if number in self.open_doors():
            raise HandRefused("door_open")
        self._doors.force(number, self._clock())
        self._port.moved()

    def stick(self, number: int, stuck: bool) -> None:
        """A door's switch says open for ever, or is mended; raises HandRefused."""
        if number not in self._doors.doors:
            raise HandRefused("door_unknown")
        self._doors.set_switch(number, "stuck_open" if stuck else "good", self._clock())
        self._port.moved()

    async def close(self, number: int = 0) -> None:
        """Push a door shut, the last opened when none is named; raises HandRefused."""
        pushed = self._open(number)
        for _ in range(PUSHES_MAX):
            self._doors.push(pushed, self._clock())
            self._port.moved()
            if pushed not in self.open_doors():
                return
            await asyncio.sleep(PUSH_S)  # the coil still holds the latch back: a hand keeps pushing
        raise HandRefused("latch_held")

    def take(self, clerk_loads: Callable[[Paper], bool]) -> Paper:
        """Take out what lies behind an open door; raises HandRefused."""
        found = next((paper for n in reversed(self.open_doors()) if (paper := self.inside(n))), None)
        if found is None:
            raise HandRefused("nothing_inside" if self.open_doors() else "no_door_open")
        found.where, found.box = ("desk" if clerk_loads(found) else "hand"), 0
        return found

    def put(self, wanted: Callable[[Paper], bool]) -> Paper:
        """Put a sheet behind an open door: the one that belongs there, else the one in the hand; raises HandRefused."""
        number = self._open(0)
        if self.inside(number) is not None:
            raise HandRefused("box_full")
        mine = self._at_hand(wanted)
        if not mine:
            raise HandRefused("hands_empty")
        mine[-1].where, mine[-1].box = "box", number
        return mine[-1]

    def can_put(self, wanted: Callable[[Paper], bool]) -> bool:
        """Whether a sheet could be put in now."""
        opened = self.open_doors()
        return bool(opened) and self.inside(opened[-1]) is None and bool(self._at_hand(wanted))

    def _at_hand(self, wanted: Callable[[Paper], bool]) -> list[Paper]:
        free = [paper for paper in self.papers if paper.where != "box"]
        return [paper for paper in free if wanted(paper)] or [paper for paper in free if paper.where == "hand"]

    def _open(self, number: int) -> int:
        opened = self.open_doors()
        if not opened:
            raise HandRefused("no_door_open")
        if number and number not in opened:
            raise HandRefused("door_shut")
        return number or opened[-1]


def _places(order: list[int], number: int) -> list[int]:
    return [place for place, each in enumerate(order) if each == number]
