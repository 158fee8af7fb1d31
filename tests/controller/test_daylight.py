"""Sunrise and sunset at known places, against published almanac times to two minutes."""

from datetime import UTC, datetime, timedelta

import pytest

from controller.daylight import is_dark, sun_height

POZNAN = (52.41, 16.93)


@pytest.mark.parametrize(
    ("rise", "down"),
    [
        (datetime(2026, 6, 21, 2, 32, tzinfo=UTC), datetime(2026, 6, 21, 19, 17, tzinfo=UTC)),
        (datetime(2026, 12, 21, 7, 1, tzinfo=UTC), datetime(2026, 12, 21, 14, 40, tzinfo=UTC)),
    ],
)
def test_solstices_in_poznan(rise: datetime, down: datetime) -> None:
    margin = timedelta(minutes=3)
    assert is_dark(rise - margin, *POZNAN)
    assert not is_dark(rise + margin, *POZNAN)
    assert not is_dark(down - margin, *POZNAN)
    assert is_dark(down + margin, *POZNAN)


def test_overhead_on_the_equator_at_an_equinox() -> None:
    noon = datetime(2026, 3, 20, 12, 7, tzinfo=UTC)
    assert sun_height(noon, 0, 0) > 89.5


def test_polar_night_and_day() -> None:
    assert all(is_dark(datetime(2026, 12, 21, hour, tzinfo=UTC), 78.2, 15.6) for hour in range(24))
    assert not any(is_dark(datetime(2026, 6, 21, hour, tzinfo=UTC), 78.2, 15.6) for hour in range(24))
