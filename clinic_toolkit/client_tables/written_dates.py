"""Dates as people and programs write them in a table, and which of two orders a column has."""

import re
from collections.abc import Iterable
from datetime import date

from clinic_toolkit.dates import MONTH_NAMES, DateOrder

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})(?:[T ]00:00.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{4})(?: 0?0:00.*)?")
_DAY_AND_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s.-]+([a-z]{3,9})[\s.,-]+(\d{4})", re.IGNORECASE)
_NAME_AND_DAY = re.compile(r"([a-z]{3,9})[\s.-]+(\d{1,2})(?:st|nd|rd|th)?[\s,]+(\d{4})", re.IGNORECASE)
_MONTH_NUMBERS = {name[:3].lower(): number for number, name in enumerate(MONTH_NAMES, start=1)}


def find_order(values: Iterable[str]) -> DateOrder | None:
    """The order that the dates of a column must have; None if each of them could be read in both.

    A column that can be read in neither order as a whole has the order of most of its dates.
    """
    day_first = month_first = 0
    for value in values:
        if match := _YEAR_LAST.fullmatch(value.strip()):
            first, second = int(match[1]), int(match[2])
            day_first += first > 12 >= second
            month_first += second > 12 >= first
    if day_first == month_first:
        return None
    return DateOrder.DAY_FIRST if day_first > month_first else DateOrder.MONTH_FIRST


def has_two_readings(values: Iterable[str]) -> bool:
    """Whether a date such as 03/04/1985 is among these, which is another day in the other order."""
    dates = (_YEAR_LAST.fullmatch(value.strip()) for value in values)
    return any(match and match[1] != match[2] and max(int(match[1]), int(match[2])) <= 12 for match in dates)


def read_date(written: str, order: DateOrder) -> date | None:
    """The date that is meant; None if it is none, or its year has only two digits.

    Args:
        order: which number of a date such as 03/04/1985 is the month: the first, or else the second.
    """
    text = written.strip()
    try:
        if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _YEAR_LAST.fullmatch(text):
            day, month = (match[2], match[1]) if order == DateOrder.MONTH_FIRST else (match[1], match[2])
            return date(int(match[3]), int(month), int(day))
        if match := _DAY_AND_NAME.fullmatch(text):
            return date(int(match[3]), _number_of_month(match[2]), int(match[1]))
        if match := _NAME_AND_DAY.fullmatch(text):
            return date(int(match[3]), _number_of_month(match[1]), int(match[2]))
    except ValueError:
        return None
    return None


def _number_of_month(name: str) -> int:
    number = _MONTH_NUMBERS.get(name[:3].lower(), 0)
    is_meant = number and MONTH_NAMES[number - 1].lower().startswith(name.lower())
    # 0 is no month, so the date is refused. “Sept” is short for September.
    return number if is_meant or name.lower() == "sept" else 0
