"""Dates and times as people write them, the same whatever the locale of the system is."""

from datetime import date, datetime, time

MONTH_NAMES = tuple(
    "January February March April May June July August September October November December".split()
)
WEEKDAY_NAMES = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())


def format_date(day: date) -> str:
    """Format a date as "22 November 2026"."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def format_day_and_month(day: date) -> str:
    """Format a date as "22 Nov", where the year is known or follows."""
    return f"{day.day} {MONTH_NAMES[day.month - 1][:3]}"


def format_short_date(day: date) -> str:
    """Format a date as "22 Nov 2026", for columns."""
    return f"{format_day_and_month(day)} {day.year}"


def format_month(day: date) -> str:
    """Format the month of a date as "November 2026"."""
    return f"{MONTH_NAMES[day.month - 1]} {day.year}"


def weekday_name(day: date) -> str:
    """Return the day of the week, such as "Thursday"."""
    return WEEKDAY_NAMES[day.weekday()]


def format_time(at: time | datetime) -> str:
    """Format a time as "14:05"."""
    return f"{at.hour:02}:{at.minute:02}"


def format_time_range(start: time | None, end: time | None) -> str:
    """Format a range as "14:05 to 14:55", or as much of it as is known."""
    if start is None:
        return "" if end is None else f"until {format_time(end)}"
    return f"from {format_time(start)}" if end is None else f"{format_time(start)} to {format_time(end)}"


def format_date_and_time(at: datetime) -> str:
    """Format a moment as "22 November 2026, 14:05", in its own time zone."""
    return f"{format_date(at)}, {format_time(at)}"


def format_timestamp(at: datetime) -> str:
    """Format a moment with its UTC offset, for a signature: "22 November 2026, 14:05 UTC+01:00"."""
    offset = at.strftime("%z")
    zone = "" if not offset else " UTC" if offset == "+0000" else f" UTC{offset[:3]}:{offset[3:5]}"
    return f"{format_date_and_time(at)}{zone}"
