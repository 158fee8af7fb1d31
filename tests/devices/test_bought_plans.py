"""How a door is read follows from the description: its input, its level, its sensor."""

import msgspec
import pytest

from contracts.board_descriptions import DescriptionWrong
from contracts.descriptions import Locker, checked_locker
from contracts.locker_files import Compartment
from sim.bought_cabinet import BoughtCabinet
from tests.sim.family_world import FamilyWorld, locker_of


def rewired(family: str, **changes: object) -> Locker:
    """The locker with compartment 1 and 2 wired crosswise, and more changed at 1."""
    locker = locker_of(family)
    one, two = locker.compartments()[1], locker.compartments()[2]
    others = tuple(door for door in locker.file.doors if door.number > 2)
    crossed: tuple[Compartment, ...] = (
        msgspec.structs.replace(one, **{"input": two.channel, **changes}),
        msgspec.structs.replace(two, input=one.channel),
    )
    return checked_locker("test", msgspec.structs.replace(locker.file, doors=(*crossed, *others)), {**locker.bought}, b"")


@pytest.mark.parametrize("family", ["cu16", "cu48", "modbus"])
def test_a_door_whose_switch_is_wired_elsewhere_and_the_other_way_round(family: str) -> None:
    world = FamilyWorld(family, locker=rewired(family, closed_level=0))
    world.run(6000)
    assert [world.closed(number) for number in (1, 2, 3)] == [True, True, True]
    world.unlock(1)
    world.run(2000)
    assert [world.closed(number) for number in (1, 2, 3)] == [False, True, True]
    world.cabinet.push(1, world.now_ms)
    world.run(1000)
    assert (world.closed(1), world.counted(1)) == (True, (1, 1))


def test_an_object_inside_changes_nothing_of_a_door() -> None:
    world = FamilyWorld("cu16")
    assert isinstance(world.cabinet, BoughtCabinet)
    world.run(2000)
    before = world.levels(0)
    world.cabinet.inside |= {1, 2}
    world.run(2000)
    assert world.levels(0) == before


def test_two_doors_do_not_share_an_input() -> None:
    with pytest.raises(DescriptionWrong, match=r"doors\.input: 3 of board 0 appears twice"):
        rewired("cu16", input=3)


def test_the_octets_of_a_cu48_the_other_way_round() -> None:
    locker = locker_of("cu48")
    turned = {
        address: msgspec.structs.replace(board, file=msgspec.structs.replace(board.file, octets="lock_device"))
        for address, board in locker.bought.items()
    }
    world = FamilyWorld("cu48", locker=checked_locker("test", locker.file, turned, b""))
    world.run(6000)
    world.unlock(20)
    world.run(2000)
    assert [opening.number for opening in world.cabinet.openings] == [20]
    assert world.closed(20) is False
