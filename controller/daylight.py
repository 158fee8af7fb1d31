"""Whether it is dark outside: the sun's height at a place, to about a quarter of a degree. Pure."""

from datetime import UTC, datetime
from math import asin, atan2, cos, degrees, radians, sin

SET_BELOW_DEGREES = -0.833
"""The sun has set when its upper edge is gone: half its width, and what the air bends."""

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


def is_dark(wall: datetime, latitude: float, longitude: float) -> bool:
    """Whether the sun is down at this moment; degrees north and east. `wall` is aware."""
    return sun_height(wall, latitude, longitude) < SET_BELOW_DEGREES


def sun_height(wall: datetime, latitude: float, longitude: float) -> float:
    """Degrees of the sun's middle above the horizon (low-precision formulae of the Astronomical Almanac, 1950 to 2050)."""
    days = (wall.astimezone(UTC) - _J2000).total_seconds() / 86_400
    anomaly = radians((357.528 + 0.9856003 * days) % 360)
    ecliptic = radians((280.460 + 0.9856474 * days + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly)) % 360)
    tilt = radians(23.439 - 0.0000004 * days)
    declination = asin(sin(tilt) * sin(ecliptic))
    sidereal = (280.46062 + 360.98564737 * days + longitude) % 360
    ascension = atan2(cos(tilt) * sin(ecliptic), cos(ecliptic))
    hour = radians(sidereal) - ascension
    place = radians(latitude)
    return degrees(asin(sin(place) * sin(declination) + cos(place) * cos(declination) * cos(hour)))
