"""The quiet hours of the city: how long they still last, and which moment before them takes the place of one within."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from central.settings import Settings
from central.times import from_ms, to_ms

BEFORE_MS = 30 * 60_000
"""So long before the quiet hours goes what would fall into them and cannot wait until they are over."""


def quiet_for_ms(settings: Settings, wall: datetime) -> int:
    """How long the quiet hours still last; 0 outside of them."""
    local = _local(settings, wall)
    if not _within(settings, local):
        return 0
    # Counted in UTC: the night of a clock change is an hour longer or shorter.
    return max(1, to_ms(_next(local, settings.sms.quiet_until)) - to_ms(wall))


def before_quiet_ms(settings: Settings, moment_ms: int) -> int:
    """The moment, or the one shortly before the quiet hours in which it falls."""
    local = _local(settings, from_ms(moment_ms))
    if not _within(settings, local):
        return moment_ms
    start = local.replace(hour=settings.sms.quiet_from, minute=0, second=0, microsecond=0, fold=0)
    if start > local:
        start -= timedelta(days=1)
    return to_ms(start) - BEFORE_MS


def _local(settings: Settings, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(settings.city.timezone))


def _within(settings: Settings, local: datetime) -> bool:
    start, end = settings.sms.quiet_from, settings.sms.quiet_until
    if not settings.sms.quiet or start == end:
        return False
    return start <= local.hour or local.hour < end if start > end else start <= local.hour < end


def _next(local: datetime, hour: int) -> datetime:
    over = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    return over if over > local else over + timedelta(days=1)
