"""The end of a session: one page before it, the same whoever it was with and whatever is open."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record.people import therapy_session_facts, therapy_sessions
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.screen_parts import hour_timeout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("endings", __name__)


@screen.get("/sessions/<uuid:id>/end")
def show(id: UUID) -> ViewResult:
    """The page before the end of a session; it redirects if the session has ended already."""
    kept = therapy_sessions.load_therapy_session(context.db(), context.vault(), id)
    context.audit_read("therapy_session", kept)
    return render_template(
        "endings/show.html",
        here="clients",
        hour=kept,
        facts=therapy_session_facts.load_session_facts(context.db(), context.vault(), kept),
        today=context.today(),
    )


@screen.post("/sessions/<uuid:id>/end")
def end(id: UUID) -> ViewResult:
    """End an open session; a request that does not come from the page before it is shown that page first."""
    kept = therapy_sessions.load_therapy_session(context.db(), context.vault(), id)
    if kept.state == "open":
        if fields.parse_whole_number(request.form.get("version")) != kept.version:
            return responses.redirect_to(url_for(".show", id=id))
        therapy_sessions.close_therapy_session(context.db(), context.vault(), kept, now=context.now())
    hour_timeout.end_long_timeout()
    return responses.redirect_to(url_for("sessions.show", id=id))
