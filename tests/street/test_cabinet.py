"""Hands in front of the cabinet: only through open doors, and a refused hand changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sim.street.cabinet import HandRefused, Paper, StreetCabinet
from sim.street.places import read_description

LOCKER = read_description()
Scene = Callable[[StreetCabinet, Callable[[int], None]], Awaitable[None]]


def run(scene: Scene) -> None:
    """Play with a cabinet on a clock that stands; the second argument forces a door open."""

    async def play() -> None:
        cabinet = StreetCabinet(LOCKER, lambda: 1000, lambda: None)
        doors = cabinet._doors  # pyright: ignore[reportPrivateUsage]
        await scene(cabinet, lambda number: doors.force(number, 1000))
        await cabinet.stop()

    asyncio.run(play())


def clerk(_: Paper) -> bool:
    return True


def resident(_: Paper) -> bool:
    return False


def test_a_document_goes_in_and_out_through_an_open_door() -> None:
    async def scene(cabinet: StreetCabinet, force: Callable[[int], None]) -> None:
        cabinet.papers.append(Paper("k1", "26004711"))
        force(5)
        assert cabinet.put(clerk).box == 5
        await cabinet.close()
        assert cabinet.open_doors() == []
        force(5)
        assert cabinet.take(resident).where == "hand"
        assert cabinet.inside(5) is None

    run(scene)


def test_the_door_opened_last_is_meant() -> None:
    async def scene(cabinet: StreetCabinet, force: Callable[[int], None]) -> None:
        force(9)
        force(3)
        assert cabinet.open_doors() == [9, 3]
        await cabinet.close()
        assert cabinet.open_doors() == [9]
        await cabinet.close(9)

    run(scene)


DEEDS: dict[str, Callable[[StreetCabinet], object]] = {
    "take": lambda cabinet: cabinet.take(resident),
    "put": lambda cabinet: cabinet.put(clerk),
    "put what is not ours": lambda cabinet: cabinet.put(resident),
    "jam": lambda cabinet: cabinet.jam(99, True),
}


@pytest.mark.parametrize(
    ("code", "opened", "papers", "deed"),
    [
        ("no_door_open", (), (), "take"),
        ("no_door_open", (), ("desk",), "put"),
        ("nothing_inside", (4,), (), "take"),
        ("hands_empty", (4,), (), "put"),
        ("hands_empty", (4,), ("desk",), "put what is not ours"),
        ("door_unknown", (), (), "jam"),
    ],
)
def test_what_a_hand_cannot_do(code: str, opened: tuple[int, ...], papers: tuple[str, ...], deed: str) -> None:
    async def scene(cabinet: StreetCabinet, force: Callable[[int], None]) -> None:
        cabinet.papers += [Paper("k1", "1") for _ in papers]
        for number in opened:
            force(number)
        with pytest.raises(HandRefused) as refused:
            DEEDS[deed](cabinet)
        assert refused.value.code == code
        assert [paper.where for paper in cabinet.papers] == list(papers)
        assert tuple(cabinet.open_doors()) == opened

    run(scene)


def test_a_shut_door_cannot_be_pushed() -> None:
    async def scene(cabinet: StreetCabinet, force: Callable[[int], None]) -> None:
        force(4)
        with pytest.raises(HandRefused) as refused:
            await cabinet.close(5)
        assert refused.value.code == "door_shut"

    run(scene)


def test_power_goes_and_comes_and_doors_stay_as_they_are() -> None:
    async def scene(cabinet: StreetCabinet, force: Callable[[int], None]) -> None:
        force(4)
        cabinet.cut_power()
        assert (cabinet.power, cabinet.open_doors()) == (False, [4])
        await cabinet.close(4)
        cabinet.restore_power()
        assert (cabinet.power, cabinet.open_doors()) == (True, [])

    run(scene)
