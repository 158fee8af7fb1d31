"""The limits of a coil, by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.lock_bus import BAD_PULSE, BRAKED, COOLING, STARTED, Limits
from firmware.coil_limits import CoilLimits

DESCRIBED = Limits(1000, 5000, 4, 700)


def pulse(limits: CoilLimits, channel: int, now_ms: int) -> None:
    limits.started(now_ms)
    limits.ended(channel, now_ms + 500)


@pytest.mark.parametrize(("pulse_ms", "result"), [(0, BAD_PULSE), (1, STARTED), (1000, STARTED), (1001, BAD_PULSE), (65535, BAD_PULSE)])
def test_the_longest_pulse(pulse_ms: int, result: int) -> None:
    assert CoilLimits(DESCRIBED, 24).refusal(0, pulse_ms, False, 0) == (result, 0)


def test_a_coil_rests_and_the_others_do_not() -> None:
    limits = CoilLimits(DESCRIBED, 24)
    pulse(limits, 4, 0)
    assert limits.refusal(4, 500, False, 500) == (COOLING, 5000)
    assert limits.refusal(4, 500, False, 5499) == (COOLING, 1)
    assert limits.refusal(4, 500, False, 5500) == (STARTED, 0)
    assert limits.refusal(5, 500, False, 500) == (STARTED, 0)


def test_the_brake_on_doors_per_minute_and_the_key_that_lifts_it() -> None:
    limits = CoilLimits(DESCRIBED, 24)
    for channel in range(4):
        assert limits.refusal(channel, 500, False, channel * 1000) == (STARTED, 0)
        pulse(limits, channel, channel * 1000)
    assert limits.refusal(9, 500, False, 10_000) == (BRAKED, 50_000)
    assert limits.refusal(9, 500, True, 10_000) == (STARTED, 0)
    assert limits.refusal(9, 500, False, 59_999) == (BRAKED, 1)
    assert limits.refusal(9, 500, False, 60_000) == (STARTED, 0)


def test_the_key_lifts_nothing_but_the_brake() -> None:
    limits = CoilLimits(DESCRIBED, 24)
    pulse(limits, 4, 0)
    assert limits.refusal(4, 500, True, 600)[0] == COOLING
    assert limits.refusal(5, 1001, True, 600)[0] == BAD_PULSE


def test_doors_opened_with_the_key_count_once_it_is_gone() -> None:
    limits = CoilLimits(DESCRIBED, 24)
    for channel in range(9):
        pulse(limits, channel, channel * 1000)
    assert limits.refusal(20, 500, False, 9000) == (BRAKED, 56_000)


def test_zero_asks_for_nothing_and_a_tighter_brake_bites_at_once() -> None:
    limits = CoilLimits(DESCRIBED, 24)
    assert vars(limits.tighten(Limits(0, 0, 0, 0))) == vars(DESCRIBED)
    pulse(limits, 0, 0)
    pulse(limits, 1, 1000)
    assert vars(limits.tighten(Limits(300, 9000, 2, 400))) == vars(Limits(300, 9000, 2, 400))
    assert limits.refusal(5, 300, False, 2000) == (BRAKED, 58_000)
    assert limits.refusal(5, 301, False, 70_000) == (BAD_PULSE, 0)
    assert vars(limits.tighten(Limits(0, 0, 0, 0))) == vars(DESCRIBED)


@given(st.tuples(*[st.integers(0, 65535)] * 4))
def test_a_host_never_loosens_a_limit(asked: tuple[int, int, int, int]) -> None:
    got = CoilLimits(DESCRIBED, 24).tighten(Limits(*asked))
    assert 0 < got.pulse_ms_max <= DESCRIBED.pulse_ms_max
    assert got.cooldown_ms >= DESCRIBED.cooldown_ms
    assert 0 < got.doors_per_minute <= DESCRIBED.doors_per_minute
    assert 0 < got.silence_ms <= DESCRIBED.silence_ms
