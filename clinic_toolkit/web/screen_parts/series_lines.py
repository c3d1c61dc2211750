"""What pages say of series and of their hours."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.dates import format_time
from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySession
from clinic_toolkit.record.scheduling import (
    closure_list_facts,
    closures,
    series,
    series_hours,
    series_rule,
    taken_hours,
)
from clinic_toolkit.record.scheduling.closure_record import PracticeClosure
from clinic_toolkit.record.scheduling.local_moments import find_zone, zone_city
from clinic_toolkit.record.scheduling.series_hours import SeriesHour
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES, SessionSeries
from clinic_toolkit.web import context

# A monthly hour has its next within five weeks, an hour of which three were left out in a row within this.
LOOK_AHEAD = timedelta(days=150)
_MAX_DAYS = 40_000


class HourLine(Struct, frozen=True, kw_only=True):
    """One hour of a series: its number in addresses, and what else is to be known of its time."""

    hour: SeriesHour
    day: int
    remark: str


class SeriesLine(Struct, frozen=True, kw_only=True):
    """One series on a client's page: in words, its hour of today, its next hour, and whether it is over."""

    id: UUID
    text: str
    span: str
    today: HourLine | None
    next: HourLine | None


def describe_rule(body: SessionSeries) -> str:
    """When a series is, in one line: "every Tuesday, 10:00, 50 minutes"."""
    zone = f" in {zone_city(body.zone)}" if body.client_zone and body.zone == body.client_zone else ""
    minutes = "1 minute" if body.minutes == 1 else f"{body.minutes} minutes"
    return f"{series_rule.describe_repetition(body.rule)}, {format_time(body.start)}{zone}, {minutes}"


def list_series_lines(cases: Sequence[RecordVersion[Case]]) -> list[SeriesLine]:
    """The series of these cases that go on, or have an hour to come; a read of each is noted."""
    db, vault, today = context.db(), context.vault(), context.today()
    running = [
        each
        for each in series.list_series_of_cases(db, vault, list(cases))
        if each.payload.last_on is None or each.payload.last_on >= today
    ]
    closed = list_closures()
    lines = []
    for each in running:
        last = max(today, each.payload.first_on) + LOOK_AHEAD
        hours = taken_hours.list_coming_hours(db, vault, each, first=today, last=last)
        todays = next((hour for hour in hours if hour.on == today), None)
        coming = next((hour for hour in hours if hour.on > today), None)
        lines.append(
            SeriesLine(
                id=each.id,
                text=describe_rule(each.payload),
                span=series_rule.describe_span(each.payload.rule),
                today=describe_hour(each, todays, closed) if todays else None,
                next=describe_hour(each, coming, closed) if coming else None,
            )
        )
    context.audit_read(SESSION_SERIES, *running)
    return lines


def list_closures() -> list[PracticeClosure]:
    """The days on which the practice is closed."""
    return closure_list_facts.list_standing_closures(FactsReader(context.db(), context.vault()))


def describe_hour(
    each: RecordVersion[SessionSeries], hour: SeriesHour, closed: Sequence[PracticeClosure]
) -> HourLine:
    """One hour with what is to be known of its time."""
    body = each.payload
    remarks = (
        closures.describe_closure(closures.find_closure(closed, hour.on)),
        series_hours.other_local_time(hour.starts_at, hour.on, hour.start, body.client_zone),
        hour.clock_sentence,
    )
    return HourLine(
        hour=hour, day=(hour.series_date - body.first_on).days, remark=" · ".join(filter(None, remarks))
    )


def load_hour(id: UUID, day: int) -> tuple[RecordVersion[SessionSeries], date]:
    """Load a series and the day of one of its hours, which is known by the days since its first.

    Raises:
        RecordNotFound: there is no such series, or it has no hour on this day.
    """
    current = series.load_series(context.db(), context.vault(), id)
    if day > _MAX_DAYS:
        raise records.RecordNotFound
    series_date = current.payload.first_on + timedelta(days=day)
    # An hour that became a session stays one, wherever the series ends by now.
    if not series_rule.is_date_of(current.payload.rule, series_date) and not taken_hours.find_session_of_hour(
        context.db(), context.vault(), current, series_date
    ):
        raise records.RecordNotFound
    return current, series_date


class SessionTimes(Struct, frozen=True, kw_only=True):
    """What the page of a session says of its time; `series` is the series that it is an hour of."""

    remark: str
    series_id: UUID | None
    moved_from: date | None


def describe_session_times(session: RecordVersion[TherapySession]) -> SessionTimes:
    """What else is to be known of the time of a session that is stored."""
    body = session.payload
    is_planned = body.attendance == Attendance.PLANNED
    closure = closures.find_closure(list_closures(), body.on) if is_planned else None
    there = series_hours.other_local_time(body.starts_at, body.on, body.start, body.client_zone)
    moved_from = body.series_date if body.series_date and body.series_date != body.on else None
    return SessionTimes(
        remark=" · ".join(filter(None, (closures.describe_closure(closure), there))),
        series_id=UUID(bytes=body.series) if body.series else None,
        moved_from=moved_from,
    )


def is_zone_known(zone: str) -> bool:
    """Whether this computer knows a time zone of this name."""
    return not zone or find_zone(zone) is not None
