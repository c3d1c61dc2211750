"""The entries of calendars whose hours are sessions here, by client; and how a wrong client is put right."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.calendars import calendar_links, client_matching, hour_obstacles
from clinic_toolkit.record.calendars.calendar_link_record import CalendarLink
from clinic_toolkit.record.people import therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
)
from clinic_toolkit.vault.vault import Vault


class TakenEntry(Struct, frozen=True, kw_only=True):
    """One entry and the client or couple whose hours it is; `sessions` are those to come, in order."""

    uid: str
    case_id: UUID
    sessions: tuple[RecordVersion[TherapySession], ...]


def list_taken_entries(db: Connection, vault: Vault, *, now: datetime) -> list[TakenEntry]:
    """List the entries that have planned hours to come, by the time of the next one."""
    leaving = client_matching.load_caseload(db, vault).leaving_case_ids
    found: dict[tuple[str, UUID], list[RecordVersion[TherapySession]]] = {}
    for link in calendar_links.load_links(db, vault).linked:
        session = _find_planned(db, vault, link, now)
        if session is not None and session.payload.case_id not in leaving:
            found.setdefault((link.payload.uid, session.payload.case_id), []).append(session)
    entries = [
        TakenEntry(uid=uid, case_id=case_id, sessions=tuple(sorted(sessions, key=_start_of)))
        for (uid, case_id), sessions in found.items()
    ]
    return sorted(entries, key=lambda entry: _start_of(entry.sessions[0]))


def release_entry(db: Connection, vault: Vault, uid: str, case_id: UUID, *, now: datetime) -> tuple[int, int]:
    """Cancel the hours to come of an entry that is not this client's; the entry is then proposed anew.

    Returns:
        How many were cancelled, and how many were left, since something is in them.
    """
    cancelled = left = 0
    for link in calendar_links.load_links(db, vault).linked:
        if (link.payload.uid, link.payload.case_id_bytes) != (uid, case_id.bytes):
            continue
        session = _find_planned(db, vault, link, now)
        if session is None or hour_obstacles.find_obstacle(db, vault, session, now=now) is not None:
            left += session is not None
            continue
        payload = replace(session.payload, attendance=Attendance.CANCELLED)
        therapy_sessions.revise_therapy_session(db, vault, session, payload, now=now)
        calendar_links.release_link(db, vault, link, now=now)
        cancelled += 1
    return cancelled, left


def release_passed_over(db: Connection, vault: Vault, *, now: datetime) -> int:
    """Have every entry that was passed over proposed anew; returns how many."""
    passed_over = calendar_links.load_links(db, vault).passed_over
    for link in passed_over.values():
        calendar_links.release_link(db, vault, link, now=now)
    return len(passed_over)


def _find_planned(
    db: Connection, vault: Vault, link: RecordVersion[CalendarLink], now: datetime
) -> RecordVersion[TherapySession] | None:
    session_id = link.payload.therapy_session_id
    session = records.find_readable_record(db, vault, THERAPY_SESSION, session_id) if session_id else None
    is_to_come = (
        session is not None
        and session.payload.attendance == Attendance.PLANNED
        and session.payload.starts_at is not None
        and session.payload.starts_at > now
    )
    return session if is_to_come else None


def _start_of(session: RecordVersion[TherapySession]) -> datetime:
    # Every session here has one: it was found by it.
    return session.payload.starts_at or session.recorded_at
