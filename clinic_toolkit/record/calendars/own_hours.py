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

    Args:
        first: the first day.
        last: the last day.
    """
    leaving = client_matching.load_caseload(db, vault).leaving_case_ids
    short_names = display_names.load_display_names(db, vault).short_by_id
    hours, sessions, without_time = [], [], 0
    for _, facts in session_list_facts.list_open_or_since(FactsReader(db, vault), first):
        if not first <= facts.on <= last or UUID(bytes=facts.case_id_bytes) in leaving:
            continue
        session = records.find_readable_record(db, vault, THERAPY_SESSION, facts.id)
        if session is None or session.payload.kind != TherapySessionKind.SESSION:
            continue
        if session.payload.starts_at is None:
            without_time += 1
            continue
        case = cases.load_case(db, vault, session.payload.case_id)
        names = [short_names.get(id, "") for id in case.payload.client_ids]
        title = " + ".join(name for name in names if name and name != UNREADABLE_NAME)
        is_cancelled = session.payload.attendance == Attendance.CANCELLED
        hours.append(
            OwnHour(
                uid=str(session.id),
                starts_at=session.payload.starts_at,
                minutes=session.payload.minutes or _USUAL_MINUTES,
                sequence=session.version - 1,
                status=HourStatus.CANCELLED if is_cancelled else HourStatus.PLANNED,
                title=title if title and titles == HourTitles.INITIALS else _NEUTRAL_TITLE,
            )
        )
        sessions.append(session)
    return OwnHours(hours=tuple(hours), sessions=tuple(sessions), without_time=without_time)
