"""A level after two equal reads, counters for what changed, and unknown for what does not settle."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.door_switch import UNSETTLED_MS, DoorSwitches


def settled(closed: int = 0xFF) -> DoorSwitches:
    switches = DoorSwitches(8, 50)
    switches.read(closed, 0)
    switches.read(closed, 50)
    return switches


def test_nothing_is_known_before_two_equal_reads() -> None:
    switches = DoorSwitches(8, 50)
    assert switches.deadline() is None
    switches.read(0xF0, 0)
    assert (switches.known, switches.deadline()) == (0, 50)
    switches.read(0xF0, 49)
    assert switches.known == 0
    switches.read(0xF0, 50)
    assert (switches.known, switches.closed, switches.deadline()) == (0xFF, 0xF0, None)
    assert switches.changed_since(0) == [(channel, 0, 0) for channel in range(8)]


def test_an_opening_and_a_closing_are_counted() -> None:
    switches = settled()
    rev = switches.rev
    switches.read(0xFE, 100)
    assert switches.closed == 0xFF
    switches.read(0xFE, 150)
    assert (switches.closed, switches.changed_since(rev)) == (0xFE, [(0, 1, 0)])
    switches.read(0xFF, 200)
    switches.read(0xFF, 250)
    assert (switches.closed, switches.changed_since(rev)) == (0xFF, [(0, 1, 1)])


def test_a_bounce_is_no_opening() -> None:
    switches = settled()
    for at in range(100, 140, 10):
        switches.read(0xFE if at % 20 else 0xFF, at)
    switches.read(0xFF, 140)
    switches.read(0xFF, 200)
    assert (switches.closed, switches.known, switches.changed_since(switches.rev)) == (0xFF, 0xFF, [])
    assert switches.changed_since(0)[0] == (0, 0, 0)


def test_a_switch_that_never_settles_becomes_unknown_and_recovers() -> None:
    switches = settled()
    for at in range(100, 100 + UNSETTLED_MS + 20, 20):
        switches.read(0xFE if at // 20 % 2 else 0xFF, at)
    assert switches.known == 0xFE
    switches.read(0xFF, 3000)
    switches.read(0xFF, 3050)
    assert switches.known == 0xFF


def test_what_opened_while_unknown_is_counted_when_known_again() -> None:
    switches = settled()
    for at in range(100, 100 + UNSETTLED_MS + 20, 20):
        switches.read(0xFE if at // 20 % 2 else 0xFF, at)
    switches.read(0xFE, 3000)
    switches.read(0xFE, 3050)
    assert switches.changed_since(0)[0] == (0, 1, 0)


def test_counters_and_rev_wrap_and_no_change_is_missed() -> None:
    switches = settled()
    at, ack = 100, switches.rev
    for turn in range(70_000):
        switches.read(0xFE if turn % 2 == 0 else 0xFF, at)
        switches.read(0xFE if turn % 2 == 0 else 0xFF, at + 50)
        at += 100
        assert switches.changed_since(ack)[0] == (0, (turn // 2 + 1) % 256, (turn + 1) // 2 % 256)
        ack = switches.rev
        assert 0 < ack < 65536


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 120)), max_size=60))
def test_a_known_level_was_read_twice_and_counters_follow_levels(reads: list[tuple[int, int]]) -> None:
    switches = settled()
    at, before = 50, switches.closed
    for closed, pause in reads:
        at += pause
        switches.read(closed, at)
        for channel, opens, closes in switches.changed_since(0):
            level = switches.closed >> channel & 1
            assert opens - closes == (0 if level else 1)
        assert (switches.closed ^ before) & (switches.closed ^ closed) == 0
        before = switches.closed
