"""The real dialogue against the real firmware core over a bad line: whatever happens, no wish pulses twice and nobody lies."""

import itertools
from pathlib import Path

import pytest

from contracts import lock_bus as bus
from contracts.descriptions import read_locker
from controller.devices.lock_board_events import BoardLost, BoardSeen, Executed, Levels
from sim.byte_link import LinkFaults
from tests.sim.lock_world import LockWorld, with_boards

BAD_LINE = LinkFaults(lose=0.1, flip=0.1, noise=0.1, duplicate=0.1, cut=0.1, split=0.2)


def wish(number: int) -> bytes:
    return bus.wish_id(b"epoc", number)


def test_over_a_good_line_a_door_opens_and_its_counters_arrive() -> None:
    world = LockWorld()
    world.run(500)
    assert world.boot(0) == 1
    world.boards.watched = 0
    world.boards.unlock(wish(1), 0, 6, 500, 1)
    world.run(1000)
    levels = [event for event in world.seen if isinstance(event, Levels)][-1]
    assert levels.closed == (True,) * 6 + (False,) + (True,) * 17
    assert (levels.opens[6], levels.closes[6]) == (1, 0)
    assert world.results(wish(1)) == ["started"]


@pytest.mark.parametrize("seed", range(40))
def test_over_a_bad_line_a_wish_never_pulses_twice_and_every_asking_ends(seed: int) -> None:
    world = LockWorld(seed, BAD_LINE, with_boards(1 + seed % 3))
    world.run(3000)
    orders: dict[bytes, int] = {}
    for number in range(1, 25):
        door = world.locker.compartments()[number]
        orders[wish(number)] = door.board
        world.boards.unlock(wish(number), door.board, door.channel, 300, world.boot(door.board))
        if number % 7 == 0:
            world.cabinet.cut_power(world.now_ms, door.board)
            world.cabinet.restore_power(world.now_ms, door.board)
        world.run(world.now_ms + 4000)
        world.cabinet.push(number, world.now_ms)
    world.link.faults = LinkFaults()
    world.run(world.now_ms + 12_000)
    assert world.cabinet.violations == []
    assert all(len(world.results(order)) == 1 for order in orders)
    for order in orders:
        pulses = world.cabinet.pulses_of(order)
        assert len(pulses) <= 1
        if world.results(order) in (["started"], ["known"]):
            assert len(pulses) == 1
        if world.results(order) == ["refused"]:
            assert pulses == []
    heard = {event.board for event in world.seen[-60:] if isinstance(event, Levels)}
    assert heard == set(world.locker.boards)


@pytest.mark.parametrize("cut_after", range(30))
def test_a_host_killed_at_any_byte_finds_out_by_asking(cut_after: int) -> None:
    """The restarted host knows only the wish and the boot it was meant for; while the boot is the same it asks, and never pulses again."""
    world = LockWorld()
    world.run(500)
    boot = world.boot(0)
    world.boards.unlock(wish(1), 0, 6, 500, boot)
    data = world.boards.bytes_to_send(world.now_ms)
    world.line.write(data[:cut_after], world.now_ms)
    world.restart_host()
    world.seen.clear()
    world.run(world.now_ms + 200)
    assert world.boot(0) == boot
    world.boards.enquire(wish(1), 0)
    world.run(world.now_ms + 1000)
    (executed,) = [event for event in world.seen if isinstance(event, Executed)]
    assert executed.boot == boot
    # The last zero only closes the frame; the first zero of the next request does it as well.
    assert (executed.state != "unknown") == (len(world.cabinet.pulses) == 1) == (cut_after >= len(data) - 1)
    world.boards.unlock(wish(1), 0, 6, 500, boot)
    world.run(world.now_ms + 1000)
    assert world.results(wish(1)) == ["known" if executed.state != "unknown" else "started"]
    assert len(world.cabinet.pulses) == 1
    assert world.cabinet.violations == []


def test_a_dark_board_among_others_comes_back_with_a_new_boot() -> None:
    world = LockWorld(locker=with_boards(3))
    world.run(1000)
    world.cabinet.cut_power(world.now_ms, 1)
    seen = world.run(8000)
    assert len([event for event in seen if isinstance(event, Levels) and event.board == 0]) >= 22
    world.cabinet.restore_power(world.now_ms, 1)
    boots = [event.boot for event in world.run(14_000) if isinstance(event, BoardSeen)]
    assert boots == [2]


def test_a_late_read_tells_the_same_story() -> None:
    stories: list[object] = []
    for step in (1, 50):
        world = LockWorld(3, BAD_LINE)
        world.run(1000)
        world.boards.unlock(wish(1), 0, 6, 300, 1)
        world.line.write(world.boards.bytes_to_send(world.now_ms), world.now_ms)
        for at in range(1000, 3001, step):
            world.line.tick(at)
        stories.append((world.cabinet.pulses, world.cabinet.openings, world.line.read(3000)))
    assert stories[0] == stories[1]


EIGHT = read_locker(Path(__file__).parents[2] / "hardware" / "urzedomat_192.toml")


def test_eight_boards_one_dead_one_address_twice_and_noise() -> None:
    """The dead board and the two that share an address take their own doors out; the others open as ever."""
    world = LockWorld(seed=4, faults=LinkFaults(noise=0.02, flip=0.02), locker=EIGHT)
    world.cabinet.cut_power(0, board=2)
    world.cabinet.turn_switches(5, 4, 0)
    world.run(3000)
    lost = {event.board: event.doubled for event in world.seen if isinstance(event, BoardLost)}
    assert lost == {2: False, 4: True, 5: False}
    assert {event.board for event in world.seen if isinstance(event, BoardSeen)} == {0, 1, 3, 6, 7}
    for at, board in enumerate((0, 1, 3, 6, 7), 1):
        world.boards.unlock(wish(at), board, 3, 300, world.boot(board))
    world.run(8000)
    assert [result for at in range(1, 6) for result in world.results(wish(at))] == ["started"] * 5
    opened = {(EIGHT.compartments()[opening.number].board, opening.by) for opening in world.cabinet.openings}
    assert opened == {(board, "coil") for board in (0, 1, 3, 6, 7)}


def test_a_board_that_gets_its_own_address_back_is_used_again() -> None:
    world = LockWorld(locker=EIGHT)
    world.cabinet.turn_switches(5, 4, 0)
    world.run(3000)
    world.cabinet.turn_switches(5, 5, world.now_ms)
    world.run(12_000)
    assert {event.board for event in world.seen if isinstance(event, BoardSeen) and not event.doubled} == set(range(8))
    world.boards.unlock(wish(1), 4, 0, 300, world.boot(4))
    world.run(13_000)
    assert world.results(wish(1)) == ["started"]


def test_the_sweep_of_eight_boards_keeps_its_pace_with_two_of_them_dead() -> None:
    world = LockWorld(locker=EIGHT)
    for board in (2, 6):
        world.cabinet.cut_power(0, board=board)
    world.run(4000)
    world.seen.clear()
    seen_at: dict[int, list[int]] = {}
    while world.now_ms < 20_000:
        for event in world.run(world.now_ms + 5):
            if isinstance(event, Levels):
                seen_at.setdefault(event.board, []).append(world.now_ms)
    assert set(seen_at) == {0, 1, 3, 4, 5, 7}
    assert max(later - earlier for times in seen_at.values() for earlier, later in itertools.pairwise(times)) <= 360
