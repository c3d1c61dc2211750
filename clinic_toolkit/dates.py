"""Days as people write them."""

from datetime import date

MONTH_NAMES = tuple(
    "January February March April May June July August September October November December".split()
)


def format_date(day: date) -> str:
    """ "22 November 2026": the same on every system, whatever its locale."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"
