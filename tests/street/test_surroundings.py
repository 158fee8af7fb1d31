"""What comes over a program's standard input is read as it was written, and anything else is one named error."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.street.surroundings import DAYS_MAX, LINE_BYTES_MAX, Surroundings, SurroundingsWrong, read, written


@given(st.integers(0, DAYS_MAX), st.booleans())
def test_a_line_says_what_was_written(days: int, headphones: bool) -> None:
    around = Surroundings(days, headphones)
    assert read(written(around)) == around
    assert len(written(around)) < LINE_BYTES_MAX
    assert around.later == timedelta(days=days)


@given(st.binary(max_size=LINE_BYTES_MAX))
def test_any_other_line_is_one_named_error(line: bytes) -> None:
    with contextlib.suppress(SurroundingsWrong):
        assert isinstance(read(line), Surroundings)


@pytest.mark.parametrize("line", [b"", b"{", b'{"days": -1}', b'{"days": 61}', b'{"moon": 1}'])
def test_what_is_out_of_range_is_refused(line: bytes) -> None:
    with pytest.raises(SurroundingsWrong):
        read(line)
