"""What a person decided about the hours of a calendar file, carried out."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection

from clinic_toolkit.calendars.file_hours import FileHour
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.calendars import calendar_links, hour_obstacles
from clinic_toolkit.record.calendars.proposals import Change, ChangeKind, SameHour
from clinic_toolkit.record.people import (
    cases,
    therapy_session_facts,
    therapy_session_timeline,
    therapy_sessions,
)
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySession
from clinic_toolkit.record.scheduling import series, taken_hours
from clinic_toolkit.vault.vault import Vault


class HourNotChanged(ClinicError):
    """A session has begun, or holds something, so no file changes it."""

    def __init__(self) -> None:
        super().__init__(
            "An hour that has begun, or in which something is written, is not changed by a calendar file. "
            "Open the session to change it there."
        )


def take_hours(
    db: Connection,
    vault: Vault,
    case_id: UUID,
    hours: Iterable[FileHour],
    *,
    source: str,
    by_file: frozenset[str],
    now: datetime,
) -> list[RecordVersion[TherapySession]]:
    """Enter hours of a calendar as planned sessions of a case; one that is here already is left as it is.

    Args:
        source: the calendar that they are in.
        by_file: the zones for which the rules in the file say when an hour is, and not their name.

    Raises:
        RecordNotFound: there is no such case.
    """
    case = cases.load_case(db, vault, case_id)
    earlier = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, [case])
    like_last = therapy_session_facts.session_like_last(case, earlier, today=now.astimezone().date())
    known = calendar_links.load_links(db, vault).by_entry
    made = []
    for hour in hours:
        if (hour.uid, hour.recurrence) in known:
            continue
        session = therapy_sessions.create_therapy_session(
            db, vault, case, _at_time_of(like_last, hour, by_file=hour.zone in by_file), now=now
        )
        calendar_links.link_session(
            db, vault, session, hour, source=source, by_file=hour.zone in by_file, now=now
        )
        made.append(session)
    return made


def accept_same(
    db: Connection, vault: Vault, same: SameHour, *, source: str, by_file: frozenset[str], now: datetime
) -> None:
    """Note that an entry is a session; an hour of a series becomes one by that.

    Raises:
        NotAnHourOfSeries: the series has no such hour any more.
    """
    session = same.session
    if same.series_hour is not None:
        hour = same.series_hour
        case = cases.load_case(db, vault, session.payload.case_id)
        of_series = series.load_series(db, vault, hour.series_id)
        session = taken_hours.take_hour(db, vault, case, of_series, hour.series_date, now=now)
    calendar_links.link_session(
        db, vault, session, same.hour, source=source, by_file=same.hour.zone in by_file, now=now
    )


def follow_change(
    db: Connection, vault: Vault, change: Change, *, by_file: frozenset[str], now: datetime
) -> RecordVersion[TherapySession]:
    """Change a session as the file has it: its time, or that it is cancelled. Never that nobody came.

    Raises:
        HourNotChanged: it has begun, or holds something.
    """
    session = therapy_sessions.load_therapy_session(db, vault, change.session.id)
    if hour_obstacles.find_obstacle(db, vault, session, now=now) is not None:
        raise HourNotChanged
    payload, hour = session.payload, change.hour
    in_file = hour is not None and hour.zone in by_file
    if change.kind in (ChangeKind.CANCELLED, ChangeKind.GONE):
        payload = replace(payload, attendance=Attendance.CANCELLED)
    elif hour is not None:
        payload = _at_time_of(replace(payload, attendance=Attendance.PLANNED), hour, by_file=in_file)
    calendar_links.note_answer(db, vault, change.link, hour, by_file=in_file, now=now)
    if payload == session.payload:
        return session
    return therapy_sessions.revise_therapy_session(db, vault, session, payload, now=now)


def keep_hour(
    db: Connection, vault: Vault, change: Change, *, by_file: frozenset[str], now: datetime
) -> None:
    """Leave a session as it is, and do not ask again until the file says something else of it."""
    in_file = change.hour is not None and change.hour.zone in by_file
    calendar_links.note_answer(db, vault, change.link, change.hour, by_file=in_file, now=now)


def _at_time_of(session: TherapySession, hour: FileHour, *, by_file: bool) -> TherapySession:
    """The session at the time of an entry, by the clock of this computer."""
    starts_at = hour.starts_at(by_file=by_file)
    start, end = local_times(starts_at, hour.minutes)
    return replace(
        session,
        on=start.date(),
        start=start.time().replace(tzinfo=None),
        end=end,
        starts_at=starts_at,
        minutes=hour.minutes,
    )


def local_times(starts_at: datetime, minutes: int) -> tuple[datetime, time | None]:
    """The start by the clock of this computer, and the end of it on the same day; None if it is past it."""
    start = starts_at.astimezone()
    end = (starts_at + timedelta(minutes=minutes)).astimezone()
    is_same_day = end.date() == start.date() and end.time() >= start.time()
    return start, end.time().replace(tzinfo=None) if is_same_day else None
