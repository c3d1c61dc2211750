"""One's own hours for a calendar file: with initials or a code, or nobody at all; never a name."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.calendars.file_hours import HourStatus
from clinic_toolkit.calendars.file_writer import OwnHour
from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.calendars import client_matching
from clinic_toolkit.record.people import cases, display_names, session_list_facts
from clinic_toolkit.record.people.client_record import UNREADABLE_NAME
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
    TherapySessionKind,
)
from clinic_toolkit.record.scheduling import series_list_facts
from clinic_toolkit.record.scheduling.closure_list_facts import list_standing_closures
from clinic_toolkit.record.scheduling.closures import find_closure
from clinic_toolkit.record.scheduling.series_hours import SeriesHour
from clinic_toolkit.vault.vault import Vault

_NEUTRAL_TITLE = "Session"
# Of a session without an end; a calendar needs one.
_USUAL_MINUTES = 50


class HourTitles(StrEnum):
    """What stands in the calendar at each hour."""

    INITIALS = "initials"
    NEUTRAL = "neutral"


class OwnHours(Struct, frozen=True, kw_only=True):
    """The hours of a range, the sessions that they are, and how many were left out for want of a time."""

    hours: tuple[OwnHour, ...]
    sessions: tuple[RecordVersion[TherapySession], ...]
    without_time: int


def list_own_hours(db: Connection, vault: Vault, *, first: date, last: date, titles: HourTitles) -> OwnHours:
    """List the sessions of a range of days; calls and messages are none, and no attendance is told.

    Hours of series are among them, but on days on which the practice is closed.

    Args:
        first: the first day.
        last: the last day.
    """
    reader = FactsReader(db, vault)
    leaving = client_matching.load_caseload(db, vault).leaving_case_ids
    title_of = _TitleMaker(db, vault, titles)
    hours, sessions, without_time = [], [], 0
    for _, facts in session_list_facts.list_open_or_since(reader, first):
        if not first <= facts.on <= last or UUID(bytes=facts.case_id_bytes) in leaving:
            continue
        session = records.find_readable_record(db, vault, THERAPY_SESSION, facts.id)
        if session is None or session.payload.kind != TherapySessionKind.SESSION:
            continue
        if session.payload.starts_at is None:
            without_time += 1
            continue
        is_cancelled = session.payload.attendance == Attendance.CANCELLED
        hours.append(
            OwnHour(
                uid=uid_of_session(session),
                starts_at=session.payload.starts_at,
                minutes=session.payload.minutes or _USUAL_MINUTES,
                # Of an hour of a series the first version follows the hour that was only foreseen.
                sequence=session.version - (0 if session.payload.series_pin else 1),
                status=HourStatus.CANCELLED if is_cancelled else HourStatus.PLANNED,
                title=title_of.case(session.payload.case_id),
            )
        )
        sessions.append(session)
    closures = list_standing_closures(reader)
    for listed in series_list_facts.list_hours_for_once(reader, first=first, last=last):
        case_id = UUID(bytes=listed.case_id_bytes)
        if case_id not in leaving and find_closure(closures, listed.hour.on) is None:
            hours.append(
                OwnHour(
                    uid=uid_of_series_hour(listed.hour),
                    starts_at=listed.hour.starts_at,
                    minutes=listed.hour.minutes,
                    sequence=0,
                    status=HourStatus.PLANNED,
                    title=title_of.case(case_id),
                )
            )
    return OwnHours(hours=tuple(hours), sessions=tuple(sessions), without_time=without_time)


class _TitleMaker:
    """What stands at the hours of each case."""

    def __init__(self, db: Connection, vault: Vault, titles: HourTitles) -> None:
        self._db, self._vault, self._titles = db, vault, titles
        self._names = display_names.load_display_names(db, vault).short_by_id

    def case(self, case_id: UUID) -> str:
        """The initials or codes of its clients, or the neutral word."""
        if self._titles == HourTitles.NEUTRAL:
            return _NEUTRAL_TITLE
        client_ids = cases.load_case(self._db, self._vault, case_id).payload.client_ids
        names = [self._names.get(id, "") for id in client_ids]
        return " + ".join(name for name in names if name and name != UNREADABLE_NAME) or _NEUTRAL_TITLE


def uid_of_session(session: RecordVersion[TherapySession]) -> str:
    """The id by which a session is known in a file of one's own hours."""
    pin = session.payload.series_pin
    return f"{UUID(bytes=pin[0])}.{pin[1]}" if pin else str(session.id)


def uid_of_series_hour(hour: SeriesHour) -> str:
    """The same, of an hour of a series: it stays once the hour has become a session."""
    return f"{hour.series_id}.{hour.series_date}"
