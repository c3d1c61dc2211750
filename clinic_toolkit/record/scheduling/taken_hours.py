"""The hours of a series that are sessions of their own by now, and how one becomes such a session."""

from datetime import date, datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import therapy_sessions
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_moment import local_zone_name
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionState,
)
from clinic_toolkit.record.scheduling import series_hours, series_rule
from clinic_toolkit.record.scheduling.series_hours import SeriesHour
from clinic_toolkit.record.scheduling.series_record import SessionSeries
from clinic_toolkit.vault.vault import Vault


class NotAnHourOfSeries(ClinicError):
    """The series has no hour on this day."""

    def __init__(self) -> None:
        super().__init__("This series has no hour on that day.")


def list_sessions_of_series(
    db: Connection, vault: Vault, series: RecordVersion[SessionSeries]
) -> list[RecordVersion[TherapySession]]:
    """Return the hours of a series that are sessions of their own, by their days in the series."""
    found = [
        session
        for session in records.list_records_in_rings(db, vault, THERAPY_SESSION, [series.ring])
        if session.payload.series_pin and session.payload.series == series.id.bytes
    ]
    return sorted(found, key=lambda session: session.payload.series_date or date.min)


def find_session_of_hour(
    db: Connection, vault: Vault, series: RecordVersion[SessionSeries], day: date
) -> RecordVersion[TherapySession] | None:
    """Return the session that the hour of this day became; None while it is only computed."""
    sessions = list_sessions_of_series(db, vault, series)
    return next((session for session in sessions if session.payload.series_date == day), None)


def list_coming_hours(
    db: Connection, vault: Vault, series: RecordVersion[SessionSeries], *, first: date, last: date
) -> list[SeriesHour]:
    """Return the hours of one series that are only computed, from `first` to `last`."""
    taken = frozenset(
        session.payload.series_date
        for session in list_sessions_of_series(db, vault, series)
        if session.payload.series_date
    )
    return series_hours.list_hours(series.id, series.payload.rule, taken, first=first, last=last)


def take_hour(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    series: RecordVersion[SessionSeries],
    day: date,
    *,
    now: datetime,
    moved: TherapySession | None = None,
) -> RecordVersion[TherapySession]:
    """Make the hour of this day a planned session of its own, or return the one that it became before.

    Args:
        moved: its day and times, if it is moved at the same time.

    Raises:
        NotAnHourOfSeries: the series has none on this day, or it was left out.
        EndBeforeStart: it would end before it began.
    """
    existing = find_session_of_hour(db, vault, series, day)
    if existing:
        return existing
    rule = series.payload.rule
    if not series_rule.is_date_of(rule, day) or day in rule.skipped:
        raise NotAnHourOfSeries
    session = session_of_hour(series.payload, series_hours.build_hour(series.id, rule, day))
    if moved is not None:
        session = msgspec.structs.replace(
            session, on=moved.on, start=moved.start, end=moved.end, starts_at=None, minutes=None, zone=""
        )
    return therapy_sessions.create_therapy_session(db, vault, case, session, now=now)


def foresee_session(series: RecordVersion[SessionSeries], hour: SeriesHour) -> RecordVersion[TherapySession]:
    """Return an hour as the session that it would become, with the id of its series; never to be saved."""
    return RecordVersion(
        id=series.id,
        version=0,
        ring=series.ring,
        state=TherapySessionState.ENTERED,
        final=False,
        author_id=series.author_id,
        recorded_at=series.recorded_at,
        content_id=b"",
        signature=None,
        previous_content_id=None,
        follows_final=False,
        payload=session_of_hour(series.payload, hour),
    )


def session_of_hour(series: SessionSeries, hour: SeriesHour) -> TherapySession:
    """Return the planned session that an hour becomes."""
    return TherapySession(
        case_id_bytes=series.case_id_bytes,
        kind=TherapySessionKind.SESSION,
        on=hour.on,
        start=hour.start,
        end=hour.end,
        setting=series.setting,
        place=series.place,
        call_back=series.call_back,
        present=series.present,
        attendance=Attendance.PLANNED,
        starts_at=hour.starts_at,
        minutes=hour.minutes,
        zone=local_zone_name(),
        series=hour.series_id.bytes,
        series_date=hour.series_date,
        client_zone=series.client_zone,
    )
