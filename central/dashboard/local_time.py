"""Moments as a person types them into a form: the city's wall clock, without a zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def moment_of(text: str, zone: str) -> datetime | None:
    """The moment in UTC, None for what is none. An hour that a clock change repeats is its second: nobody gets less than was meant."""
    try:
        local = datetime.fromisoformat(text)
        if local.tzinfo is not None:
            return local.astimezone(UTC)
        return local.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def field_of(moment: datetime, zone: str) -> str:
    """The moment as a form field shows it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
