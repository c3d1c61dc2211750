"""Days and times as a calendar file writes them."""

from datetime import UTC, date, datetime


def write_day(day: date) -> str:
    """A day, as in 20260301."""
    return f"{day:%Y%m%d}"


def write_time(moment: datetime) -> str:
    """A time: in UTC with a Z at its end, or as a clock shows it if it has no zone."""
    if moment.tzinfo is None:
        return f"{moment:%Y%m%dT%H%M%S}"
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
