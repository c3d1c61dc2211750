"""The watched question of a client for one relationship."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, relationships, watched_questions
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP, Relationship
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.check_ins import WatchedForm
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("watched", __name__)


@screen.route("/relationships/<uuid:id>/watched", methods=["GET", "POST"])
def choose(id: UUID) -> ViewResult:
    """Choose a question of the long questionnaires to watch, or none."""
    relationship = relationships.load_relationship(context.db(), context.vault(), id)
    frame = catalogue.load_frame(relationship.payload.frame)
    choices = watched_questions.list_eligible_questions(frame)
    stored = relationship.payload.watched_question
    stored_value = f"{stored.instrument_id}:{stored.item_id}" if stored else ""
    form = WatchedForm.for_choices(choices, request.form if request.method == "POST" else None, stored_value)
    if request.method == "POST" and form.validate():
        question = watched_questions.pin_question(*form.chosen_item, frame) if form.chosen_item else None
        if question == stored:
            return responses.redirect_to(_return_address(id))
        if form.version.data != str(relationship.version):
            return _render_form(form, relationship, newer=True), 409
        relationships.set_watched_question(
            context.db(), context.vault(), relationship, question, now=context.now()
        )
        return responses.redirect_to(_return_address(id))
    context.audit_read(RELATIONSHIP, relationship)
    page = _render_form(form, relationship)
    return (page, 422) if form.errors else page


def _render_form(form: WatchedForm, relationship: RecordVersion[Relationship], *, newer: bool = False) -> str:
    frame = catalogue.load_frame(relationship.payload.frame)
    return render_template(
        "relationships/watched.html",
        here="clients",
        relationship=relationship,
        person=clients.load_client(context.db(), context.vault(), relationship.payload.client_id),
        frame=frame,
        choices=watched_questions.list_eligible_questions(frame),
        watched_item=watched_questions.item_of_question(relationship.payload.watched_question)
        if relationship.payload.watched_question
        else None,
        chosen=form.item.data or "",
        errors=form.errors,
        newer=newer,
        version=form.version.data if form.errors else relationship.version,
        back=_return_address(relationship.id),
    )


def _return_address(id: UUID) -> str:
    """The URL of the check-in of the session this was opened from, or of the relationship."""
    try:
        session_id = UUID(request.args.get("session", ""))
    except ValueError:
        return url_for("relationships.show", id=id)
    return url_for("check_ins.begin", session_id=session_id)
