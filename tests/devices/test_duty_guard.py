"""The guard of boards without limits: a rest, doors per minute, and a memory that begins tired."""

from hypothesis import given
from hypothesis import strategies as st

from controller.devices.duty_guard import MINUTE_MS, DutyGuard


def test_it_begins_as_if_every_coil_had_been_driven() -> None:
    guard = DutyGuard(5000, 8)
    guard.begin(100)
    guard.begin(9000)
    assert guard.refusal(3, 100) == ("cooling", 5000)
    assert guard.refusal(3, 5099) == ("cooling", 1)
    assert guard.refusal(3, 5100) is None


def test_the_rest_begins_when_the_pulse_is_over() -> None:
    guard = DutyGuard(5000, 8)
    guard.begin(0)
    guard.driven(3, 500, 10_000)
    assert guard.refusal(3, 15_499) == ("cooling", 1)
    assert guard.refusal(3, 15_500) is None
    assert guard.refusal(4, 10_000) is None


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9000)), max_size=60))
def test_whoever_waits_as_told_may_and_no_minute_has_more_doors_than_allowed(asked: list[tuple[int, int]]) -> None:
    guard, at, starts = DutyGuard(5000, 3), 0, list[int]()
    guard.begin(at)
    for channel, later_ms in asked:
        at += later_ms
        refused = guard.refusal(channel, at)
        if refused is not None:
            after = guard.refusal(channel, at + refused[1])
            assert after is None or after[0] != refused[0]
            continue
        guard.driven(channel, 500, at)
        starts.append(at)
        assert len([start for start in starts if at - start < MINUTE_MS]) <= 3
