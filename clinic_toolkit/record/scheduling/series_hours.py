"""The hours of a series: computed from its rule, and stored only once something happens to one."""

from collections.abc import Set
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

import msgspec

from clinic_toolkit.dates import format_date, format_time
from clinic_toolkit.record.scheduling.local_moments import (
    ClockChange,
    find_zone,
    resolve_moment,
    to_local,
    zone_city,
)
from clinic_toolkit.record.scheduling.series_rule import SeriesRule, list_dates

_DAY = timedelta(days=1)


class SeriesHour(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of a series.

    `series_date` is its day in the zone of the series, by which it is known. `on`, `start` and `end` are
    local to this machine; `end` is None if the hour runs past midnight here. `starts_at` is in UTC.
    `asked` is the start that the series has, and `taken` what a change of the clocks makes of it there.
    """

    series_id: UUID
    series_date: date
    on: date
    start: time
    end: time | None
    starts_at: datetime
    minutes: int
    asked: time
    taken: time
    clock_change: ClockChange

    @property
    def clock_sentence(self) -> str:
        """What a change of the clocks does to it, in one sentence; "" for nothing."""
        if self.clock_change == ClockChange.SKIPPED:
            return f"{format_time(self.asked)} does not exist that night: {format_time(self.taken)}"
        if self.clock_change == ClockChange.TWICE:
            return f"{format_time(self.asked)} comes twice that night: the first is meant"
        return ""


def build_hour(series_id: UUID, rule: SeriesRule, day: date, *, local: tzinfo | None = None) -> SeriesHour:
    """Return the hour of this day of a series.

    Args:
        local: the zone of the clinician; None is that of this machine.
    """
    moment = resolve_moment(day, rule.start, find_zone(rule.zone))
    begin = to_local(moment.at, local)
    end = to_local(moment.at + timedelta(minutes=rule.minutes), local)
    return SeriesHour(
        series_id=series_id,
        series_date=day,
        on=begin.date(),
        start=begin.time(),
        # Put back in the middle of the hour, the clock shows an end before the start.
        end=end.time() if end.date() == begin.date() and end > begin else None,
        starts_at=moment.at,
        minutes=rule.minutes,
        asked=rule.start,
        taken=moment.local.time(),
        clock_change=moment.change,
    )


def list_hours(
    series_id: UUID,
    rule: SeriesRule,
    taken: Set[date],
    *,
    first: date,
    last: date,
    local: tzinfo | None = None,
) -> list[SeriesHour]:
    """Return the hours of a series from `first` to `last`, in order, without those that were left out.

    Args:
        taken: the days of hours that are sessions of their own by now.
        first, last: days of the clinician.
    """
    # In another zone the day may be the one before or after.
    days = list_dates(rule, first - _DAY, last + _DAY)
    left_out = taken | set(rule.skipped)
    hours = (build_hour(series_id, rule, day, local=local) for day in days if day not in left_out)
    return [hour for hour in hours if first <= hour.on <= last]


def other_local_time(starts_at: datetime | None, on: date, start: time | None, zone: str) -> str:
    """Return the local time in another zone, with the day if it differs: "09:00 in New York".

    "" if the zone is not known, or its clock shows the same time.
    """
    found = find_zone(zone)
    if starts_at is None or found is None:
        return ""
    there = to_local(starts_at, found)
    if (there.date(), there.time()) == (on, start):
        return ""
    day = f" on {format_date(there.date())}" if there.date() != on else ""
    return f"{format_time(there)} in {zone_city(zone)}{day}"
