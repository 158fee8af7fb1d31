"""Exactly the lamps that were asked for, and none that the board does not have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.lock_bus import BRIGHTEST, BusWrong
from firmware.lamps import Lamps


def test_they_are_dark_at_first_and_after_darkening() -> None:
    lamps = Lamps(24)
    assert (lamps.lit, lamps.percent) == (0, BRIGHTEST)
    lamps.light(0b101, 25)
    assert (lamps.lit, lamps.percent) == (0b101, 25)
    lamps.darken()
    assert lamps.lit == 0


@given(st.integers(0, 32), st.integers(0, 0xFFFFFFFF), st.integers(0, 100))
def test_a_lamp_beyond_the_last_is_refused_and_nothing_changes(count: int, lit: int, percent: int) -> None:
    lamps = Lamps(count)
    if lit >> count:
        with pytest.raises(BusWrong):
            lamps.light(lit, percent)
        assert (lamps.lit, lamps.percent) == (0, BRIGHTEST)
    else:
        lamps.light(lit, percent)
        assert (lamps.lit, lamps.percent) == (lit, percent)
