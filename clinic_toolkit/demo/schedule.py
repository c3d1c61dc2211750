"""The demo's calendar, relative to today, so that the practice always looks current.

Times are local.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clinic_toolkit.demo.content import Session, UsualSchedule

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_WORKDAY = 3
_HALF_HOUR = 30
_LATEST_NEXT = 20 * 60 + 30
_AFTER_NEXT = {"next": 0, "later": 75, "last": 150}


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeSpan:
    """Start and end of a session."""

    start: datetime
    end: datetime


def schedule_session(session: Session, usual: UsualSchedule, *, now: datetime) -> TimeSpan:
    """Compute start and end of a session of the demo."""
    local = now.astimezone()
    minutes = session.minutes or usual.minutes
    if session.weeks is not None:
        day = _day_in_week(session.weeks, session.weekday or usual.weekday, today=local.date())
        start = datetime.combine(day, session.at or usual.at)
        return TimeSpan(start=start.astimezone(), end=(start + timedelta(minutes=minutes)).astimezone())
    start = datetime.combine(local.date(), _time_of_slot(session.today or "next", local))
    end = start + timedelta(minutes=minutes)
    if session.today == "earlier":
        # A past session of today must have ended by now, even if the demo is opened just after midnight.
        end = min(end, local.replace(second=0, microsecond=0, tzinfo=None))
    return TimeSpan(start=start.astimezone(), end=end.astimezone())


def _day_in_week(weeks: int, weekday: str, *, today: date) -> date:
    current_weekday = today.weekday()
    # On a weekend a fixed working day is used, because the practice has no regular sessions on weekends.
    target_weekday = (
        _WEEKDAYS.index(weekday)
        if weekday in _WEEKDAYS
        else current_weekday
        if current_weekday <= 4
        else _WORKDAY
    )
    if weeks > 0:
        return today - timedelta(days=((current_weekday - target_weekday) % 7 or 7) + 7 * (weeks - 1))
    return today + timedelta(days=((target_weekday - current_weekday) % 7 or 7) + 7 * (-weeks - 1))


def _time_of_slot(slot: str, local: datetime) -> time:
    minute = local.hour * 60 + local.minute
    upcoming = min(-(-(minute + 10) // _HALF_HOUR) * _HALF_HOUR, _LATEST_NEXT)
    if slot == "earlier":
        earlier_minute = max(0, min((minute - 80) // _HALF_HOUR * _HALF_HOUR, upcoming - 60))
        return time(earlier_minute // 60, earlier_minute % 60)
    slot_minute = upcoming + _AFTER_NEXT[slot]
    return time(slot_minute // 60, slot_minute % 60)
