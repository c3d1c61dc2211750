"""The check-in at the start of a session: choosing whom it is about."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.model import Item
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import check_ins
from clinic_toolkit.record.people import clients, relationships, therapy_session_loader, watched_questions
from clinic_toolkit.record.people.client_record import CLIENT, record_ring
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.questionnaires import administrations, recent_relationships
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.administrations import AboutChoice
from clinic_toolkit.web.forms.check_ins import CheckInForm
from clinic_toolkit.web.screen_parts import idempotent_forms
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("check_ins", __name__)


@screen.route("/sessions/<uuid:session_id>/check-in", methods=["GET", "POST"])
def begin(session_id: UUID) -> ViewResult:
    """Choose the relationship that the check-in is about, and begin it."""
    db, vault = context.db(), context.vault()
    loaded = therapy_session_loader.load_session(db, vault, session_id)
    session = loaded.session
    if loaded.client_id is None:
        return render_template("administrations/couple.html", here="clients", session=session)
    client = clients.load_client(db, vault, loaded.client_id)
    instrument = catalogue.load_check_in()
    offered_relationships = [
        relationship
        for relationship in relationships.list_active_relationships(db, vault, client.id)
        if catalogue.is_offered(instrument, catalogue.load_frame(relationship.payload.frame))
    ]
    ordered_ids = recent_relationships.recent_relationship_ids(db, vault, client.id, offered_relationships)
    form = CheckInForm.for_client(
        offered_relationships,
        ordered_ids,
        request.form if request.method == "POST" else None,
        _default_relationship(client.id, offered_relationships),
    )
    ring = record_ring(vault, client.id)
    existing = idempotent_forms.find_created_before(
        ADMINISTRATION, ring, lambda body: form.matches_record(body, instrument.id)
    )
    if existing is not None:
        return responses.redirect_to(url_for("administrations.introduction", id=existing.id))
    if request.method == "POST" and form.validate():
        administration = administrations.create_administration(
            db,
            vault,
            instrument,
            client_id=client.id,
            relationship=next(
                (each for each in offered_relationships if each.id.hex == form.about.data), None
            ),
            therapy_session_id=session.id,
            mode=administrations.read_aloud_mode(
                session.payload.setting, with_interpreter=bool(form.interpreter.data)
            ),
            now=context.now(),
            idempotency_key=idempotent_forms.submitted_idempotency_key(),
        )
        return responses.redirect_to(url_for("administrations.introduction", id=administration.id))
    context.audit_read(CLIENT, client)
    watched = {
        relationship.id.hex: watched_questions.item_of_question(relationship.payload.watched_question)
        for relationship in offered_relationships
        if relationship.payload.watched_question
    }
    page = render_template(
        "check_ins/begin.html",
        here="clients",
        session=session,
        client=client,
        instrument=instrument,
        ids={relationship.id.hex: relationship.id for relationship in offered_relationships},
        watched=watched,
        choices=_choices_with_question(form.about.choices[:-1], watched),
        general=AboutChoice.IN_GENERAL,
        form=form,
        errors=form.errors,
    )
    return (page, 422) if form.errors else page


def _choices_with_question(
    people: Sequence[tuple[str, str]], watched: Mapping[str, Item]
) -> list[tuple[str, str, str]]:
    """The choices for these people, each with the question that is also asked about that person."""
    return [
        (
            value,
            word,
            f"Also asks: {watched[value].text}" if value in watched else "No extra question chosen yet.",
        )
        for value, word in people
    ]


def _default_relationship(client_id: UUID, offered_relationships: list[RecordVersion[Relationship]]) -> str:
    """Form value of the relationship that the last check-in was about, or of the only one there is."""
    for administration in administrations.list_administrations(context.db(), context.vault(), client_id):
        if check_ins.is_check_in(administration.payload):
            relationship_id = administration.payload.relationship_id
            return relationship_id.hex if relationship_id else AboutChoice.IN_GENERAL
    return offered_relationships[0].id.hex if len(offered_relationships) == 1 else ""
