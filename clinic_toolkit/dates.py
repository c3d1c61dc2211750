"""Formatting of dates for people."""

from datetime import date

MONTH_NAMES = tuple(
    "January February March April May June July August September October November December".split()
)


def format_date(day: date) -> str:
    """Format a date as "22 November 2026", independent of the system's locale."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"
