"""Why a session is not changed by a calendar file: it has begun, or something is in it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_kind import RecordKind, list_kinds
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.calendars.calendar_link_record import CALENDAR_LINK
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.therapy_session_record import (
    Attendance,
    TherapySession,
    TherapySessionState,
)
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT, FormDraftState
from clinic_toolkit.vault.vault import Vault


class HourObstacle(StrEnum):
    """Why a session is not changed by a calendar file."""

    BEGUN = "begun"
    ANSWERED = "answered"
    HOLDS_SOMETHING = "holds something"
    UNREADABLE = "unreadable"


def find_obstacle(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], *, now: datetime
) -> HourObstacle | None:
    """Return why this session is not changed by a file; None if it may be, once that is confirmed."""
    if session.is_substitute:
        return HourObstacle.UNREADABLE
    payload = session.payload
    if session.state != TherapySessionState.ENTERED or (payload.starts_at and payload.starts_at <= now):
        return HourObstacle.BEGUN
    if payload.attendance not in (Attendance.PLANNED, Attendance.CANCELLED):
        return HourObstacle.ANSWERED
    if payload.agreed_for_next or _holds_anything(db, vault, session):
        return HourObstacle.HOLDS_SOMETHING
    return None


def _holds_anything(db: Connection, vault: Vault, session: RecordVersion[TherapySession]) -> bool:
    rings = {session.ring}
    case = cases.load_case(db, vault, session.payload.case_id)
    for client_id in case.payload.client_ids:
        rings.update(clients.list_record_rings(db, vault, client_id))
    ordered = sorted(rings)
    if any(
        record.payload.therapy_session == session.id.bytes
        for kind in _list_kinds_in_sessions()
        for record in records.list_records_in_rings(db, vault, kind, ordered)
    ):
        return True
    drafts = records.list_records_in_rings(db, vault, FORM_DRAFT, ordered)
    return any(
        draft.state == FormDraftState.BEGUN and draft.payload.subject_id == session.id.bytes
        for draft in drafts
    )


def _list_kinds_in_sessions() -> list[RecordKind[Any]]:
    """Every kind of record that names the session it came to be in: a note, a form, a sheet, a risk entry."""
    return [
        kind
        for kind in list_kinds()
        if kind is not CALENDAR_LINK and "therapy_session" in kind.payload_type.__struct_fields__
    ]
