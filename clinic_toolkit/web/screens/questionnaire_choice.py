"""Choosing a questionnaire in a session, and whom it is about."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record.outcomes import check_ins
from clinic_toolkit.record.people import clients, relationships, therapy_session_loader, therapy_sessions
from clinic_toolkit.record.people.client_record import CLIENT, record_ring
from clinic_toolkit.record.questionnaires import (
    administrations,
    answered_items,
    own_questionnaires,
    recent_relationships,
)
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, AdministrationState
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.administrations import ChooseQuestionnaireForm, instrument_choices
from clinic_toolkit.web.screen_parts import idempotent_forms, relationship_choice, repeat_lines
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("questionnaire_choice", __name__)


MINUTES_NEEDED = 20  # for a long form; ten of them are for talking about it


@screen.route("/sessions/<uuid:session_id>/questionnaire", methods=["GET", "POST"])
def choose(session_id: UUID) -> ViewResult:
    """Choose the questionnaire and whom it is about."""
    db, vault = context.db(), context.vault()
    loaded = therapy_session_loader.load_session(db, vault, session_id)
    session = loaded.session
    if loaded.client_id is None:
        return render_template("administrations/couple.html", here="clients", session=session)
    client = clients.load_client(db, vault, loaded.client_id)
    people = relationships.list_active_relationships(db, vault, client.id)
    instruments = own_questionnaires.list_offered_instruments(db, vault)
    form = ChooseQuestionnaireForm.for_client(
        people,
        instruments,
        request.form if request.method == "POST" else None,
        ordered_ids=recent_relationships.recent_relationship_ids(db, vault, client.id, people),
    )
    ring = record_ring(vault, client.id)
    existing = idempotent_forms.find_created_before(ADMINISTRATION, ring, form.matches_record)
    if existing is not None:
        return responses.redirect_to(url_for("administrations.introduction", id=existing.id))
    if request.method == "POST" and form.validate():
        relationship = relationship_choice.load_or_add_relationship(form, client.id)
        administration = administrations.create_administration(
            db,
            vault,
            form.offered_instruments[form.instrument.data],
            client_id=client.id,
            relationship=relationship,
            therapy_session_id=session.id,
            mode=administrations.read_aloud_mode(
                session.payload.setting, with_interpreter=bool(form.interpreter.data)
            ),
            now=context.now(),
            idempotency_key=idempotent_forms.submitted_idempotency_key(),
        )
        return responses.redirect_to(url_for("administrations.introduction", id=administration.id))
    context.audit_read(CLIENT, client)
    page = render_template(
        "administrations/choose.html",
        here="clients",
        session=session,
        client=client,
        form=form,
        errors=form.errors,
        instruments=instruments,
        choices=instrument_choices(instruments),
        kinds=relationship_choice.kind_choices(),
        short=_is_time_short(therapy_sessions.minutes_left(session.payload, now=context.now())),
        session_administrations=[
            administration
            for administration in answered_items.list_single_client_administrations(db, vault, session)
            if administration.state == AdministrationState.COMPLETED
            and not check_ins.is_check_in(administration.payload)
        ],
        repeats=repeat_lines.list_repeats_on_offer(client.id, {rel.id: rel.payload.word for rel in people}),
    )
    return (page, 422) if form.errors else page


def _is_time_short(minutes_left: int | None) -> bool:
    return minutes_left is not None and minutes_left < MINUTES_NEEDED
