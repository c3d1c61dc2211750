"""Dates and times as people write them, the same whatever the locale of the system is.

How a practice writes them is a `WritingStyle`. It belongs to the work at hand, as the precision of `decimal`
does: what shows or prints something says once `with written_in(style)`, and everything that it calls writes
in that style. It ends with the block, and other threads keep theirs. Without one it is the first style, in
which earlier versions wrote.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

MONTH_NAMES = tuple(
    "January February March April May June July August September October November December".split()
)
WEEKDAY_NAMES = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())


class DateOrder(StrEnum):
    """The order of day, month and year."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    YEAR_FIRST = "year_first"


class Clock(StrEnum):
    """How the hours of a day are counted."""

    HOURS_24 = "24"
    HOURS_12 = "12"


class WritingStyle(NamedTuple):
    """How dates and times are written."""

    order: DateOrder = DateOrder.DAY_FIRST
    clock: Clock = Clock.HOURS_24


_FIRST_STYLE = WritingStyle()
_style: ContextVar[WritingStyle] = ContextVar("style of dates and times", default=_FIRST_STYLE)


@contextmanager
def written_in(style: WritingStyle) -> Iterator[None]:
    """Write every date and time in this style until the block ends."""
    token = _style.set(style)
    try:
        yield
    finally:
        _style.reset(token)


def current_style() -> WritingStyle:
    """Return the style that dates and times are written in here."""
    return _style.get()


def format_date(day: date) -> str:
    """Format a date as "22 November 2026", "November 22, 2026" or "2026-11-22"."""
    order = current_style().order
    if order == DateOrder.YEAR_FIRST:
        return f"{day.year:04}-{day.month:02}-{day.day:02}"
    month = MONTH_NAMES[day.month - 1]
    if order == DateOrder.MONTH_FIRST:
        return f"{month} {day.day}, {day.year}"
    return f"{day.day} {month} {day.year}"


def format_day_and_month(day: date) -> str:
    """Format a date as "22 Nov" or "Nov 22", where the year is known or follows."""
    month = MONTH_NAMES[day.month - 1][:3]
    return f"{day.day} {month}" if current_style().order == DateOrder.DAY_FIRST else f"{month} {day.day}"


def format_short_date(day: date) -> str:
    """Format a date as "22 Nov 2026", "Nov 22, 2026" or "2026-11-22", for columns."""
    order = current_style().order
    if order == DateOrder.YEAR_FIRST:
        return format_date(day)
    return f"{format_day_and_month(day)}{',' if order == DateOrder.MONTH_FIRST else ''} {day.year}"


def format_month(day: date) -> str:
    """Format the month of a date as "November 2026"."""
    return f"{MONTH_NAMES[day.month - 1]} {day.year}"


def weekday_name(day: date) -> str:
    """Return the day of the week, such as "Thursday"."""
    return WEEKDAY_NAMES[day.weekday()]


def format_time(at: time | datetime) -> str:
    """Format a time as "14:05" or "2:05 pm"."""
    if current_style().clock == Clock.HOURS_24:
        return format_field_time(at)
    return f"{(at.hour - 1) % 12 + 1}:{at.minute:02} {'am' if at.hour < 12 else 'pm'}"


def format_field_time(at: time | datetime) -> str:
    """Format a time as "14:05", whatever the style: a field of a form holds it so."""
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
