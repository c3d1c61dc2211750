"""Therapy sessions in order of time: all, today's, and the last agreement; never writes."""

from datetime import date, datetime, time

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import session_list_facts
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
    TherapySessionState,
)
from clinic_toolkit.vault.vault import Vault


class TodaysSessions(msgspec.Struct, frozen=True, kw_only=True):
    """Today's sessions of a person: the open one and the next planned one, if any."""

    today: date
    open_session: RecordVersion[TherapySession] | None
    next_planned: RecordVersion[TherapySession] | None


def find_todays_sessions(sessions: list[RecordVersion[TherapySession]], *, now: datetime) -> TodaysSessions:
    """Find today's open and next planned session, so that no session is started twice.

    Args:
        sessions: sessions, newest first.
    """
    today = now.astimezone().date()
    todays_sessions = [session for session in reversed(sessions) if session.payload.on == today]
    return TodaysSessions(
        today=today,
        open_session=next(
            (session for session in todays_sessions if session.state == TherapySessionState.OPEN), None
        ),
        next_planned=next(
            (
                session
                for session in todays_sessions
                if session.state == TherapySessionState.ENTERED
                and session.payload.attendance == Attendance.PLANNED
            ),
            None,
        ),
    )


def find_last_agreement(
    sessions: list[RecordVersion[TherapySession]], before: RecordVersion[TherapySession] | None = None
) -> TherapySession | None:
    """Return the latest session in which something was agreed.

    Args:
        sessions: sessions, newest first.
        before: only sessions before this one, which is one of them; None for all.
    """
    payload_by_id = {session.id: session.payload for session in sessions}
    last_agreement = session_list_facts.find_last_agreement(
        map(session_list_facts.facts_of_session, reversed(sessions)),
        session_list_facts.facts_of_session(before) if before else None,
    )
    return payload_by_id[last_agreement.id] if last_agreement else None


def has_earlier_meeting(
    sessions: list[RecordVersion[TherapySession]], later_session: RecordVersion[TherapySession]
) -> bool:
    """Return whether another of these sessions took place before `later_session`."""
    return any(session.payload.took_place for session in list_earlier(sessions, later_session))


def list_earlier(
    sessions: list[RecordVersion[TherapySession]], later_session: RecordVersion[TherapySession]
) -> list[RecordVersion[TherapySession]]:
    """Return those of these sessions that are not after `later_session`, in their order and without it."""
    return [
        session
        for session in sessions
        if session.id != later_session.id and _start_key(session) <= _start_key(later_session)
    ]


def list_therapy_sessions_of_cases(
    db: Connection, vault: Vault, cases_of_person: list[RecordVersion[Case]]
) -> list[RecordVersion[TherapySession]]:
    """Return the sessions of these cases, newest first; of two with one day and start, that added later."""
    sessions = records.list_records_in_rings(
        db, vault, THERAPY_SESSION, [case.ring for case in cases_of_person]
    )
    return sorted(sessions, key=_start_key)[::-1]


def _start_key(therapy_session: RecordVersion[TherapySession]) -> tuple[date, time]:
    return therapy_session.payload.on, therapy_session.payload.start or time.min
