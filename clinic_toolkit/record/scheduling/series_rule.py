"""The rule by which the hours of a series repeat, and the dates that it gives: pure functions."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from enum import StrEnum

import msgspec

from clinic_toolkit.dates import format_date, weekday_name

_WEEK = timedelta(days=7)
_LAST = 5  # a fifth Tuesday is not in every month, so it counts as the last


class Repetition(StrEnum):
    """How often an hour repeats."""

    WEEKLY = "weekly"
    EVERY_SECOND_WEEK = "every_second_week"
    MONTHLY = "monthly"
    MONTHLY_LAST = "monthly_last"


class SeriesRule(msgspec.Struct, array_like=True, frozen=True):
    """When the hours of a series are.

    `first_on` is the day from which it holds; its weekday is that of every hour, and its place in the month
    that of a monthly hour. `start` and the days are those of `zone`, an IANA name, or of this machine if it
    is empty. `last_on` is None while the end is open. `skipped` are the days that were left out.
    """

    first_on: date
    start: time
    minutes: int
    repetition: Repetition
    zone: str
    last_on: date | None
    skipped: tuple[date, ...]


def list_dates(rule: SeriesRule, first: date, last: date) -> list[date]:
    """Return the days of a series from `first` to `last`, each once and in order, also those left out."""
    last = min(last, rule.last_on) if rule.last_on else last
    first = max(first, rule.first_on)
    return list(_iter_dates(rule, first, last)) if first <= last else []


def is_date_of(rule: SeriesRule, day: date) -> bool:
    """Return whether this is a day of the series, left out or not."""
    return list_dates(rule, day, day) == [day]


def _iter_dates(rule: SeriesRule, first: date, last: date) -> Iterator[date]:
    if rule.repetition in (Repetition.MONTHLY, Repetition.MONTHLY_LAST):
        for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
            day = _day_of_month(rule, month // 12, month % 12 + 1)
            if first <= day <= last:
                yield day
        return
    step = _WEEK if rule.repetition == Repetition.WEEKLY else 2 * _WEEK
    ordinal = -(-(first - rule.first_on).days // step.days)
    for days in range(ordinal * step.days, (last - rule.first_on).days + 1, step.days):
        yield rule.first_on + timedelta(days=days)


def _day_of_month(rule: SeriesRule, year: int, month: int) -> date:
    place = _place_in_month(rule)
    if place == _LAST:
        after = date(year + month // 12, month % 12 + 1, 1)
        return after - timedelta(days=(after.weekday() - rule.first_on.weekday() - 1) % 7 + 1)
    first_of_month = date(year, month, 1)
    return first_of_month + timedelta(
        days=(rule.first_on.weekday() - first_of_month.weekday()) % 7 + 7 * (place - 1)
    )


def _place_in_month(rule: SeriesRule) -> int:
    return _LAST if rule.repetition == Repetition.MONTHLY_LAST else (rule.first_on.day - 1) // 7 + 1


def describe_repetition(rule: SeriesRule) -> str:
    """Return how often in words: "every Tuesday", "the 2nd Tuesday of every month"."""
    weekday = weekday_name(rule.first_on)
    if rule.repetition == Repetition.WEEKLY:
        return f"every {weekday}"
    if rule.repetition == Repetition.EVERY_SECOND_WEEK:
        return f"every second {weekday}"
    place = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", _LAST: "last"}[_place_in_month(rule)]
    return f"the {place} {weekday} of every month"


def describe_span(rule: SeriesRule) -> str:
    """Return from when and until when in words."""
    if rule.last_on and rule.last_on < rule.first_on:
        return "ended before its first hour"
    begin = f"from {weekday_name(rule.first_on)} {format_date(rule.first_on)}"
    return f"{begin} until {format_date(rule.last_on)}" if rule.last_on else f"{begin}, no end yet"


def list_held_dates(rule: SeriesRule, held: list[date]) -> list[date]:
    """Return the days of a new rule that an earlier one has settled already, so that no hour comes twice.

    Of each week (of each month, if the new rule is monthly) in which the earlier series had an hour that was
    left out, moved or entered, the new rule leaves out one.

    Args:
        held: the days of the earlier series that were settled so.
    """
    monthly = rule.repetition in (Repetition.MONTHLY, Repetition.MONTHLY_LAST)
    found: list[date] = []
    for day in sorted(held):
        if monthly:
            begin, after = day.replace(day=1), (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            begin = day - timedelta(days=day.weekday())
            after = begin + _WEEK
        candidates = list_dates(rule, begin, after - timedelta(days=1))
        found += [day for day in candidates if day not in found][:1]
    return found
