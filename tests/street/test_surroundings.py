"""What comes over a program's standard input is read as it was written, and anything else is one named error."""

import contextlib
import os
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.street.surroundings import DAYS_MAX, LINE_BYTES_MAX, Around, Surroundings, SurroundingsWrong, read, written


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


def test_what_changes_is_seen_when_somebody_asks() -> None:
    ours, theirs = os.pipe()
    os.write(theirs, written(Surroundings(1)))
    changes: list[Surroundings] = []
    around = Around(ours, changes.append)
    assert around.now() == Surroundings(1)
    line = written(Surroundings(2, True))
    os.write(theirs, written(Surroundings(2)) + line[:5])
    assert around.now() == Surroundings(2)
    os.write(theirs, line[5:])
    assert around.now() == Surroundings(2, True)
    os.close(theirs)
    assert around.now() == Surroundings(2, True)
    os.close(ours)
    assert changes == [Surroundings(1), Surroundings(2), Surroundings(2, True)]


def test_a_program_that_is_told_nothing_does_not_start() -> None:
    ours, theirs = os.pipe()
    os.close(theirs)
    with pytest.raises(SurroundingsWrong):
        Around(ours)
    os.close(ours)
