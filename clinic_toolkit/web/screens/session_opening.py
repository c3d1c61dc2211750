"""Begins a therapy session: a new one, a planned one, or one of today that was ended too early."""

from uuid import UUID

import msgspec
from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record.people import (
    cases,
    client_zones,
    therapy_session_facts,
    therapy_session_record,
    therapy_session_timeline,
    therapy_sessions,
)
from clinic_toolkit.record.writing import notes
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.screen_parts import idempotent_forms
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("session_opening", __name__)

# Form value: keep the end that was noted, although the session goes on.
KEEP = "keep"


@screen.post("/cases/<uuid:case_id>/sessions/open")
def open_new(case_id: UUID) -> ViewResult:
    """Begin a session now, with every client of the case and the setting of the last session."""
    db, vault = context.db(), context.vault()
    loaded_case = cases.load_case(db, vault, case_id)
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, [loaded_case])
    existing = idempotent_forms.find_created_before(
        therapy_session_record.THERAPY_SESSION, loaded_case.ring, lambda _: True
    )
    if existing is not None:
        return responses.redirect_to(url_for("sessions.show", id=existing.id))
    session = therapy_session_timeline.find_todays_sessions(sessions, now=context.now()).open_session
    # The same button pressed on another page within the same minute means the session just opened.
    if session is None or session.payload.start != therapy_sessions.wall_clock_minute(context.now()):
        key = idempotent_forms.submitted_idempotency_key()
        payload = msgspec.structs.replace(
            therapy_session_facts.session_like_last(loaded_case, sessions, today=context.today()),
            client_zone=client_zones.find_client_zone(db, vault, loaded_case),
        )
        session = therapy_sessions.create_therapy_session(
            db, vault, loaded_case, payload, now=context.now(), idempotency_key=key
        )
        session = therapy_sessions.open_therapy_session(db, vault, session, now=context.now())
    context.extend_idle_timeout()
    return responses.redirect_to(url_for("sessions.show", id=session.id))


@screen.post("/sessions/<uuid:id>/open")
def open_planned(id: UUID) -> ViewResult:
    """Begin a planned session, or reopen one of today that was ended too early.

    If noted times would be lost, redirect to the page that asks about them first.
    """
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), id)
    if therapy_session_facts.may_be_opened(session, today=context.today()):
        if (
            therapy_session_facts.loses_times(session, today=context.today())
            and fields.parse_whole_number(request.form.get("version")) != session.version
        ):
            return responses.redirect_to(url_for(".ask_about_times", id=id))
        keep_end = request.form.get("end") == KEEP
        session = therapy_sessions.open_therapy_session(
            context.db(), context.vault(), session, now=context.now(), keep_end=keep_end
        )
    if session.state == therapy_session_record.TherapySessionState.OPEN:
        context.extend_idle_timeout()
    return responses.redirect_to(url_for("sessions.show", id=id))


@screen.get("/sessions/<uuid:id>/open")
def ask_about_times(id: UUID) -> ViewResult:
    """Ask what to do with the noted times before a session is begun today or reopened."""
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), id)
    today = context.today()
    if not (
        therapy_session_facts.may_be_opened(session, today=today)
        and therapy_session_facts.loses_times(session, today=today)
    ):
        return responses.redirect_to(url_for("sessions.show", id=id))
    context.audit_read(therapy_session_record.THERAPY_SESSION, session)
    note = notes.find_note_of_session(context.db(), context.vault(), session)
    return render_template(
        "sessions/again.html",
        here="clients",
        session=session,
        facts=therapy_session_facts.load_session_facts(
            context.db(), context.vault(), session, told_apart=True
        ),
        signed=bool(note and note.final),
        keep=KEEP,
    )
