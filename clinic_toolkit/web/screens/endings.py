"""The end of a session: one page before it, the same for every client and whatever is still open."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import therapy_session_facts, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    TherapySession,
    TherapySessionState,
)
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.screen_parts import looks_before_end, session_timeout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("endings", __name__)


@screen.get("/sessions/<uuid:id>/end")
def show(id: UUID) -> ViewResult:
    """The page before the end of a session; it says so if the session is over or still to come."""
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), id)
    context.audit_read(THERAPY_SESSION, session)
    return _render_page(session)


def _render_page(session: RecordVersion[TherapySession], *, must_look: bool = False) -> str:
    return render_template(
        "endings/show.html",
        here="clients",
        session=session,
        facts=therapy_session_facts.load_session_facts(
            context.db(), context.vault(), session, told_apart=True
        ),
        today=context.today(),
        onward=_page_after(session.id),
        must_look=must_look,
    )


@screen.post("/sessions/<uuid:id>/end")
def end(id: UUID) -> ViewResult:
    """End an open session, once “For the clinician” was opened on the page before it.

    A request that does not come from that page is redirected there.
    """
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), id)
    if session.state == TherapySessionState.OPEN:
        if fields.parse_whole_number(request.form.get("version")) != session.version:
            return responses.redirect_to(url_for(".show", id=id, back=request.form.get("back") or None))
        if not looks_before_end.has_looked(url_for(".show", id=id)):
            return _render_page(session, must_look=True), 422
        therapy_sessions.close_therapy_session(context.db(), context.vault(), session, now=context.now())
    session_timeout.end_long_timeout()
    return responses.redirect_to(_page_after(id))


def _page_after(id: UUID) -> str:
    """The page that led here, such as the note to be signed, or else the session."""
    return guard.safe_return_path(request.values.get("back")) or url_for("sessions.show", id=id)
