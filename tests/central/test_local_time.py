"""Moments typed into a form, across both clock changes and whatever else somebody types."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.dashboard.local_time import field_of, moment_of

ZONE = "Europe/Warsaw"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-25T14:00", datetime(2026, 11, 25, 13, 0, tzinfo=UTC)),
        ("2026-07-25T14:00", datetime(2026, 7, 25, 12, 0, tzinfo=UTC)),
        ("2026-10-25T02:30", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),  # twice that night: the second
        ("2027-03-28T02:30", datetime(2027, 3, 28, 0, 30, tzinfo=UTC)),  # not at all that night
        ("2026-11-25T14:00+00:00", datetime(2026, 11, 25, 14, 0, tzinfo=UTC)),
        ("", None),
        ("tomorrow", None),
        ("0001-01-01T00:00", None),
        ("9999-12-31T23:59-12:00", None),
    ],
)
def test_the_citys_wall_clock(text: str, moment: datetime | None) -> None:
    assert moment_of(text, ZONE) == moment


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    assert moment_of(text, ZONE) is None or moment_of(text, ZONE).tzinfo is UTC  # type: ignore[union-attr]


def test_a_field_shows_what_it_takes() -> None:
    moment = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
    assert moment_of(field_of(moment, ZONE), ZONE) == moment
