"""Days as people write them."""

from datetime import date

MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)


def written(day: date) -> str:
    """ "22 November 2026": the same on every system, whatever its locale."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
