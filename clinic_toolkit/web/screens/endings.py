"""The end of an hour: one page before it, whoever it was with and whatever is open."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import hours, sessions
from clinic_toolkit.web import context, pauses, responses
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.responses import Answer

screen = Blueprint("endings", __name__)


@screen.get("/sessions/<uuid:id>/end")
def show(id: UUID) -> Answer:
    """The page that every end of an hour passes. An hour that is over already leads on from here."""
    kept = sessions.get(context.db(), context.vault(), id)
    context.saw("therapy_session", kept)
    return render_template(
        "endings/show.html",
        here="clients",
        hour=kept,
        facts=hours.hour_facts(context.db(), context.vault(), kept),
        today=context.now().astimezone().date(),
    )


@screen.post("/sessions/<uuid:id>/end")
def end(id: UUID) -> Answer:
    """End an open hour, from the page before it; a request from anywhere else is shown that page first."""
    kept = sessions.get(context.db(), context.vault(), id)
    if kept.state == "open":
        if fields.whole(request.form.get("version")) != kept.version:
            return responses.see(url_for(".show", id=id))
        sessions.close(context.db(), context.vault(), kept, now=context.now())
    pauses.shorten()
    return responses.see(url_for("sessions.show", id=id))
