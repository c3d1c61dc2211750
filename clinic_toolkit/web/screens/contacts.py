"""Notes of what was no session: a call, a message, a consultation, an hour that did not take place.

One press enters it and leads to its note.
"""

from uuid import UUID

import msgspec
from flask import Blueprint, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionSetting,
)
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import idempotent_forms
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("contacts", __name__)

_KINDS = (TherapySessionKind.CALL, TherapySessionKind.MESSAGE, TherapySessionKind.CONSULTATION)
_NOT_HELD = (Attendance.NO_SHOW, Attendance.CANCELLED)


@screen.post("/cases/<uuid:case_id>/contacts")
def begin(case_id: UUID) -> ViewResult:
    """Enter a call, a message or a consultation of today, and go on to its note."""
    db, vault = context.db(), context.vault()
    case = cases.load_case(db, vault, case_id)
    kind = next((each for each in _KINDS if each == request.form.get("kind")), None)
    if kind is None:
        raise records.RecordNotFound
    is_consultation = kind == TherapySessionKind.CONSULTATION
    existing = idempotent_forms.find_created_before(
        THERAPY_SESSION, case.ring, lambda body: body.kind == kind
    )
    session = existing or therapy_sessions.create_therapy_session(
        db,
        vault,
        case,
        TherapySession(
            case_id_bytes=case.id.bytes,
            kind=kind,
            on=context.today(),
            setting=TherapySessionSetting.ROOM if is_consultation else TherapySessionSetting.PHONE,
            # A consultation is about somebody who is not there.
            present=() if is_consultation else tuple(id.bytes for id in case.payload.client_ids),
            attendance=Attendance.CAME,
        ),
        now=context.now(),
        idempotency_key=idempotent_forms.submitted_idempotency_key(),
    )
    return responses.redirect_to(url_for("notes.edit", session_id=session.id))


@screen.post("/sessions/<uuid:id>/not-held")
def note_not_held(id: UUID) -> ViewResult:
    """Say that a planned session did not take place, and go on to its note."""
    db, vault = context.db(), context.vault()
    session = therapy_sessions.load_therapy_session(db, vault, id)
    attendance = next((each for each in _NOT_HELD if each == request.form.get("attendance")), None)
    if attendance is None:
        raise records.RecordNotFound
    # Whoever said otherwise in another window is not overruled: the page says what is known now.
    if session.payload.attendance == Attendance.PLANNED and session.payload.on <= context.today():
        therapy_sessions.revise_therapy_session(
            db,
            vault,
            session,
            msgspec.structs.replace(session.payload, attendance=attendance),
            now=context.now(),
        )
    elif session.payload.attendance != attendance:
        return responses.redirect_to(url_for("sessions.show", id=id))
    return responses.redirect_to(url_for("notes.edit", session_id=id))
