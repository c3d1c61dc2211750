"""Therapy sessions with a client or a couple, and the contacts between sessions.

A session does not need a questionnaire, a worksheet or a note.
"""

from datetime import date, datetime, time
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_moment import with_moment
from clinic_toolkit.record.people.therapy_session_record import (
    ATTENDANCE_LABELS,
    THERAPY_SESSION,
    Attendance,
    TaskAnswer,
    TherapySession,
    TherapySessionEvent,
    TherapySessionKind,
    TherapySessionState,
)
from clinic_toolkit.vault.vault import Vault


class EndBeforeStart(ClinicError):
    """The session would end before it began."""

    def __init__(self) -> None:
        super().__init__("The end is before the start. If a session runs past midnight, enter it as two.")


def _check_times(therapy_session: TherapySession) -> None:
    if therapy_session.start and therapy_session.end and therapy_session.end < therapy_session.start:
        raise EndBeforeStart


def create_therapy_session(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    therapy_session: TherapySession,
    *,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[TherapySession]:
    """Create a past or future session, in the ring of its case.

    Args:
        idempotency_key: the form's idempotency key; it becomes the session's id.

    Raises:
        EndBeforeStart: it would end before it began.
    """
    _check_times(therapy_session)
    return records.create_record(
        db,
        vault,
        THERAPY_SESSION,
        # An hour of a series knows its moment, also in the hour that comes twice.
        with_moment(therapy_session, therapy_session if therapy_session.starts_at else None),
        ring=case.ring,
        state=TherapySessionState.ENTERED,
        event=TherapySessionEvent.ENTERED,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def open_therapy_session(
    db: Connection,
    vault: Vault,
    current: RecordVersion[TherapySession],
    *,
    now: datetime,
    keep_end: bool = False,
) -> RecordVersion[TherapySession]:
    """Open a planned session, or reopen one that was ended too early.

    A session planned for another day is moved to today and starts now.

    Args:
        keep_end: keep the recorded end of an ended session; otherwise closing it again records a new one.
    """
    local_now = now.astimezone()
    is_other_day = current.payload.on != local_now.date()
    payload = msgspec.structs.replace(
        current.payload,
        on=local_now.date(),
        attendance=Attendance.CAME
        if current.payload.attendance == Attendance.PLANNED
        else current.payload.attendance,
        start=None if is_other_day else current.payload.start,
        end=None
        if is_other_day or (current.state == TherapySessionState.CLOSED and not keep_end)
        else current.payload.end,
    )
    if payload.start is None:
        payload = msgspec.structs.replace(payload, start=wall_clock_minute(now))
    return _append_session(
        db, vault, current, payload, TherapySessionState.OPEN, TherapySessionEvent.OPENED, now=now
    )


def close_therapy_session(
    db: Connection, vault: Vault, current: RecordVersion[TherapySession], *, now: datetime
) -> RecordVersion[TherapySession]:
    """Close an open session; its end becomes this minute, unless an end was entered already."""
    minute = wall_clock_minute(now)
    end = current.payload.end
    if (
        end is None
        and now.astimezone().date() == current.payload.on
        and (current.payload.start is None or minute >= current.payload.start)
    ):
        end = minute
    payload = msgspec.structs.replace(current.payload, end=end)
    return _append_session(
        db, vault, current, payload, TherapySessionState.CLOSED, TherapySessionEvent.CLOSED, now=now
    )


def revise_therapy_session(
    db: Connection,
    vault: Vault,
    current: RecordVersion[TherapySession],
    therapy_session: TherapySession,
    *,
    now: datetime,
) -> RecordVersion[TherapySession]:
    """Save changed facts of a session; earlier versions stay in the record.

    An open session that turns out not to have taken place is closed; one that is planned again can be opened
    again.

    Raises:
        EndBeforeStart: it would end before it began.
        StaleVersion: it was changed meanwhile.
    """
    _check_times(therapy_session)
    state = current.state
    if therapy_session.attendance == Attendance.PLANNED:
        state = TherapySessionState.ENTERED
    elif state == TherapySessionState.OPEN and not therapy_session.took_place:
        state = TherapySessionState.CLOSED
    return _append_session(db, vault, current, therapy_session, state, TherapySessionEvent.REVISED, now=now)


def _append_session(
    db: Connection,
    vault: Vault,
    current: RecordVersion[TherapySession],
    payload: TherapySession,
    state: str,
    event: TherapySessionEvent,
    *,
    now: datetime,
) -> RecordVersion[TherapySession]:
    payload = with_moment(payload, current.payload)
    return records.append_version(
        db, vault, THERAPY_SESSION, current, payload, state=state, event=event, now=now
    )


def was_ended(before: RecordVersion[TherapySession], after: RecordVersion[TherapySession]) -> bool:
    """Return whether a change ended a session: it was open, or its attendance was entered just now."""
    if before.state == TherapySessionState.OPEN:
        return after.state != TherapySessionState.OPEN
    was_planned = before.payload.attendance == Attendance.PLANNED
    return was_planned and after.payload.attendance != Attendance.PLANNED


def record_agreement(
    db: Connection, vault: Vault, current: RecordVersion[TherapySession], agreement: str, *, now: datetime
) -> RecordVersion[TherapySession]:
    """Save what was agreed for next time; an unchanged text makes no new version."""
    if agreement == current.payload.agreed_for_next:
        return current
    payload = msgspec.structs.replace(current.payload, agreed_for_next=agreement)
    return _append_session(db, vault, current, payload, current.state, TherapySessionEvent.AGREED, now=now)


def record_task_answer(
    db: Connection,
    vault: Vault,
    current: RecordVersion[TherapySession],
    answer: TaskAnswer,
    *,
    said: str,
    now: datetime,
) -> RecordVersion[TherapySession]:
    """Note what happened with what was agreed before; the same answer makes no new version.

    Args:
        said: what the client says of it, in one line; may be empty.
    """
    payload = msgspec.structs.replace(current.payload, task_answer=answer, task_said=said)
    if payload == current.payload:
        return current
    return _append_session(
        db, vault, current, payload, current.state, TherapySessionEvent.TASK_NOTED, now=now
    )


def attendance_label(therapy_session: TherapySession) -> str:
    """Return the attendance in words; a call, message or consultation "took place"."""
    if therapy_session.kind != TherapySessionKind.SESSION and therapy_session.attendance == Attendance.CAME:
        return "Took place"
    return ATTENDANCE_LABELS[therapy_session.attendance]


def wall_clock_minute(now: datetime) -> time:
    """Return the local time of `now`, cut to the minute and without a time zone."""
    return now.astimezone().time().replace(second=0, microsecond=0, tzinfo=None)


def minutes_left(therapy_session: TherapySession, *, now: datetime) -> int | None:
    """Return the whole minutes until the end of a session of today; None without an end, or after it."""
    local_now = now.astimezone()
    if therapy_session.end is None or therapy_session.on != local_now.date():
        return None
    remaining = datetime.combine(therapy_session.on, therapy_session.end) - local_now.replace(tzinfo=None)
    return int(remaining.total_seconds() // 60) if remaining.total_seconds() >= 0 else None


def find_shown_version(
    db: Connection, vault: Vault, therapy_session_id: UUID, version: str | None
) -> TherapySession | None:
    """Return the session in the version that a page showed; None if there is no such version."""
    versions = version_history.list_versions(db, vault, THERAPY_SESSION, therapy_session_id)
    return next((stored.payload for stored in versions if str(stored.version) == version), None)


def has_same_facts(shown: TherapySession | None, current: TherapySession) -> bool:
    """Return whether the session is unchanged since a page showed it, apart from agreement and task."""
    return shown is not None and current == msgspec.structs.replace(
        shown,
        agreed_for_next=current.agreed_for_next,
        task_answer=current.task_answer,
        task_said=current.task_said,
    )


def load_therapy_session(
    db: Connection, vault: Vault, therapy_session_id: UUID
) -> RecordVersion[TherapySession]:
    """Load one session.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, THERAPY_SESSION, therapy_session_id)


def load_therapy_session_of_note(
    db: Connection, vault: Vault, therapy_session_id: UUID, *, note_date: date
) -> RecordVersion[TherapySession]:
    """Load the session of a note; if it is unreadable, a substitute with its case and the note's date.

    This way a note can be read even if its session cannot.

    Args:
        note_date: the date for the substitute.
    """

    def substitute_session(vault: Vault, ring: UUID) -> TherapySession | None:
        case = next((each for each in cases.list_cases(db, vault) if each.ring == ring), None)
        if case is None:
            return None
        return TherapySession(case_id_bytes=case.id.bytes, kind=TherapySessionKind.SESSION, on=note_date)

    return records.load_record(db, vault, THERAPY_SESSION, therapy_session_id, substitute_session)
