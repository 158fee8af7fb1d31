"""The same scenarios on every family of lock boards, own and bought: nothing above the dialogue can tell them apart."""

import pytest

from controller.devices.lock_board_events import BoardLost, BoardSeen, Levels
from sim.byte_link import LinkFaults
from tests.sim.family_world import FAMILIES, START, FamilyWorld

RESTED_MS = 6000
"""After the start a guard rests as long as after a pulse."""


@pytest.fixture(params=FAMILIES)
def world(request: pytest.FixtureRequest) -> FamilyWorld:
    """A cabinet with 31 doors that has been on for a while."""
    ready = FamilyWorld(request.param)
    ready.run(RESTED_MS)
    return ready


def test_every_board_is_seen_and_every_door_is_known(world: FamilyWorld) -> None:
    boards = {at.address for at in world.locker.file.boards}
    assert {event.board for event in world.seen if isinstance(event, BoardSeen)} == boards
    assert all(not event.mismatch and not event.doubled for event in world.seen if isinstance(event, BoardSeen))
    assert [world.closed(number) for number in world.locker.compartments()] == [True] * 31


def test_a_door_opens_is_seen_open_and_is_seen_closed(world: FamilyWorld) -> None:
    wish = world.unlock(17)
    world.run(2500)
    assert [opening.number for opening in world.cabinet.openings] == [17]
    assert world.results(wish) == [("started", "")]
    assert (world.closed(17), world.counted(17)) == (False, (1, 0))
    world.cabinet.push(17, world.now_ms)
    world.run(1000)
    assert (world.closed(17), world.counted(17)) == (True, (1, 1))
    assert [number for number in world.locker.compartments() if number != 17 and world.counted(number) != (0, 0)] == []
    assert world.cabinet.violations == []


def test_every_door_has_its_own_lock_and_switch(world: FamilyWorld) -> None:
    for number in world.locker.compartments():
        world.run(8000)  # no more than eight doors a minute
        world.unlock(number)
        world.run(1500)
        assert world.closed(number) is False, number
        world.cabinet.push(number, world.now_ms)
        world.run(500)
    assert [opening.number for opening in world.cabinet.openings] == list(world.locker.compartments())
    assert world.cabinet.violations == []


def test_a_jammed_door_stays_closed_and_nobody_says_that_it_opened(world: FamilyWorld) -> None:
    world.cabinet.jam(5, True, world.now_ms)
    wish = world.unlock(5)
    world.run(5000)
    assert world.results(wish) in ([("started", "")], [("no_answer", "")])
    assert (world.closed(5), world.counted(5)) == (True, (0, 0))
    assert len([pulse for pulse in world.cabinet.pulses if pulse.number == 5]) == 1


def test_a_coil_rests_between_two_pulses(world: FamilyWorld) -> None:
    world.unlock(9)
    world.run(1000)
    world.cabinet.push(9, world.now_ms)
    world.run(1000)
    again = world.unlock(9)
    world.run(1000)
    assert world.results(again) == [("refused", "cooling")]
    world.run(5000)
    later = world.unlock(9)
    world.run(2500)
    assert world.results(later) == [("started", "")]
    assert world.cabinet.violations == []


def test_no_more_than_eight_doors_a_minute_on_one_board(world: FamilyWorld) -> None:
    board = world.locker.file.doors[0].board
    numbers = [door.number for door in world.locker.on_board(board)][:8]
    for number in numbers:
        world.unlock(number)
        world.run(1000)
    world.cabinet.push(numbers[0], world.now_ms)
    world.run(500)
    ninth = world.unlock(numbers[0])
    world.run(1000)
    assert world.results(ninth) == [("refused", "braked")]


def test_a_dead_board_takes_only_its_own_doors_out(world: FamilyWorld) -> None:
    dead, alive = world.locker.file.boards[0].address, world.locker.file.boards[1].address
    world.cabinet.cut_power(world.now_ms, dead)
    world.run(4000)
    lost = [event for event in world.seen if isinstance(event, BoardLost)]
    assert lost == [BoardLost(dead)]
    number = world.locker.on_board(alive)[0].number
    wish = world.unlock(number)
    world.run(2500)
    assert world.results(wish) == [("started", "")]
    world.cabinet.restore_power(world.now_ms, dead)
    world.run(6000)
    assert [event.board for event in world.seen if isinstance(event, BoardSeen)][-1] == dead


def test_a_door_that_is_forced_is_seen(world: FamilyWorld) -> None:
    world.cabinet.force(30, world.now_ms)
    world.run(1000)
    assert (world.closed(30), world.counted(30)) == (False, (1, 0))


def test_a_switch_that_flickers_is_unknown(world: FamilyWorld) -> None:
    world.cabinet.set_switch(4, "flicker", world.now_ms)
    world.run(6000)
    place = world.locker.compartments()[4]
    told = [event.closed[place.channel] for event in world.seen if isinstance(event, Levels) and event.board == place.board][-10:]
    assert None in told


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("family", FAMILIES)
def test_on_a_bad_line_no_door_is_believed_to_have_moved_that_did_not(family: str, seed: int) -> None:
    world = FamilyWorld(family, seed, LinkFaults(lose=0.05, flip=0.1, noise=0.05, duplicate=0.05, cut=0.05, split=0.1))
    world.run(RESTED_MS)
    wish = world.unlock(17)
    world.run(10_000)
    opened = {opening.number for opening in world.cabinet.openings}
    assert opened <= {17}
    assert [number for number in world.locker.compartments() if world.counted(number)[0]] == sorted(opened)
    assert len(world.cabinet.pulses) <= 1
    assert len(world.results(wish)) == 1
    world.link.faults = LinkFaults()
    world.run(6000)
    assert all(world.closed(number) is (number not in opened) for number in world.locker.compartments())


def test_boots_are_the_boards_own_or_the_controllers(world: FamilyWorld) -> None:
    boots = {event.boot for event in world.seen if isinstance(event, BoardSeen)}
    assert boots == ({1} if world.locker.family == "own" else {START})
