"""Two equal reads make a belief, every change of belief counts once, and what does not settle is unknown."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from controller.devices.switch_readings import UNSETTLED_MS, SwitchReadings


def read(levels: list[tuple[int, bool]], debounce_ms: int = 50) -> SwitchReadings:
    switches = SwitchReadings(1, debounce_ms)
    for at, level in levels:
        switches.read([level], at)
    return switches


def test_one_read_is_no_belief_and_two_too_near_are_one() -> None:
    assert read([(0, True)]).closed == [None]
    assert read([(0, True), (49, True)]).closed == [None]
    assert read([(0, True), (50, True)]).closed == [True]


def test_a_single_other_read_changes_nothing() -> None:
    switches = read([(0, True), (50, True), (100, False), (150, True), (200, True)])
    assert (switches.closed, switches.opens, switches.settled) == ([True], [0], True)


def test_a_belief_that_the_last_reading_contradicts_is_not_sure() -> None:
    assert read([(0, True), (50, True)]).surely_closed(0)
    assert not read([(0, True), (50, True), (100, False)]).surely_closed(0)
    assert not read([(0, True)]).surely_closed(0)


def test_an_edge_is_counted_when_it_is_believed() -> None:
    switches = read([(0, True), (50, True), (100, False)])
    assert (switches.closed, switches.opens, switches.settled) == ([True], [0], False)
    switches.read([False], 150)
    assert (switches.closed, switches.opens, switches.closes, switches.settled) == ([False], [1], [0], True)


def test_what_flickers_is_unknown_and_known_again_when_it_settles() -> None:
    switches = read([(0, True), (50, True)])
    for at in range(100, 100 + UNSETTLED_MS + 200, 100):
        switches.read([at % 200 == 0], at)
    assert switches.closed == [None]
    switches.read([True], 2000)
    switches.read([True], 2050)
    assert (switches.closed, switches.opens, switches.closes) == ([True], [0], [0])


def test_a_change_during_a_silence_still_counts() -> None:
    switches = read([(0, True), (50, True)])
    switches.forget()
    assert switches.closed == [None]
    switches.read([False], 9000)
    switches.read([False], 9050)
    assert (switches.closed, switches.opens) == ([False], [1])


@given(st.lists(st.tuples(st.integers(1, 400), st.booleans()), max_size=80))
def test_counters_tell_every_change_of_belief(steps: list[tuple[int, bool]]) -> None:
    switches, at, believed = SwitchReadings(1, 50), 0, list[bool]()
    for later_ms, level in steps:
        at += later_ms
        switches.read([level], at)
        now = switches.closed[0]
        if now is not None and believed[-1:] != [now]:
            believed.append(now)
    opened = sum(1 for before, after in itertools.pairwise(believed) if before and not after)
    assert switches.opens[0] == opened
    assert abs(switches.opens[0] - switches.closes[0]) <= 1
