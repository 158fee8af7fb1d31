"""Times as the store keeps them: whole milliseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
QUARTER_MS = 15 * MINUTE_MS


FIRST_MS = (datetime.min.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
LAST_MS = (datetime.max.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """The moment in milliseconds; one without a zone counts as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(milliseconds=1)


def from_ms(moment: int) -> datetime:
    """The moment in UTC; one beyond the years 1 and 9999 is their end: a machine's zone may lead there."""
    return EPOCH + timedelta(milliseconds=min(max(moment, FIRST_MS), LAST_MS))


def up_to_quarter(moment: int) -> int:
    """The next full quarter of an hour."""
    return -(-moment // QUARTER_MS) * QUARTER_MS
