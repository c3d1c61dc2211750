"""Agreements to repeat a questionnaire: purpose and end, what the client said, stopping, going on."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import courses, repeat_agreements, repeat_status
from clinic_toolkit.record.outcomes.repeat_agreement_record import REPEAT_AGREEMENT, RepeatAgreement
from clinic_toolkit.record.people import joined_entries, therapy_sessions
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    ENDED_STATES,
    Administration,
)
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.rhythms import GoOnForm, RhythmForm
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("rhythms", __name__)


@screen.route("/administrations/<uuid:id>/rhythm", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """Enter why a questionnaire is repeated, and until when."""
    administration, agreement = _load_round_and_rhythm(id)
    form = _build_form(request.form if request.method == "POST" else None, agreement)
    if request.method == "POST" and form.validate():
        if agreement is not None and form.matches_record(agreement):
            return _redirect_back(administration)
        if fields.parse_whole_number(form.version.data) != (agreement.version if agreement else 0):
            return _render_form(administration, agreement, form, GoOnForm(), newer=True), 409
        repeat_agreements.agree_to_repeat(
            context.db(),
            context.vault(),
            agreement,
            administration.payload,
            purpose=form.why.data,
            end_date=form.until.data,
            max_rounds=fields.parse_whole_number(form.times.data) or None,
            baseline=fields.parse_whole_number(form.baseline.data),
            now=context.now(),
        )
        return _redirect_back(administration)
    if request.method == "GET":
        context.audit_read(ADMINISTRATION, administration)
        context.audit_read(REPEAT_AGREEMENT, *([agreement] if agreement else ()))
    page = _render_form(administration, agreement, form, GoOnForm())
    return (page, 422) if form.errors else page


@screen.post("/administrations/<uuid:id>/rhythm/not-today")
def record_decline(id: UUID) -> ViewResult:
    """Record that the client did not want it today; no reason is asked for."""
    administration, agreement = _load_round_and_rhythm(id)
    repeat_agreements.record_decline(
        context.db(), context.vault(), agreement, administration.payload, now=context.now()
    )
    return _redirect_back(administration)


@screen.post("/administrations/<uuid:id>/rhythm/wish")
def record_wish_to_stop(id: UUID) -> ViewResult:
    """Record that the client wants to stop; the repeating ends at once."""
    administration, agreement = _load_round_and_rhythm(id)
    repeat_agreements.record_wish_to_stop(
        context.db(), context.vault(), agreement, administration.payload, now=context.now()
    )
    return _redirect_back(administration)


@screen.post("/administrations/<uuid:id>/rhythm/stop")
def stop(id: UUID) -> ViewResult:
    """Stop repeating a questionnaire."""
    administration, agreement = _load_round_and_rhythm(id)
    repeat_agreements.stop_repeating(
        context.db(), context.vault(), agreement, administration.payload, now=context.now()
    )
    return _redirect_back(administration)


@screen.post("/administrations/<uuid:id>/rhythm/go-on")
def continue_rhythm(id: UUID) -> ViewResult:
    """Record why the repeating goes on although stopping was proposed."""
    administration, agreement = _load_round_and_rhythm(id)
    form = GoOnForm(request.form)
    if not form.validate():
        return _render_form(administration, agreement, _build_form(None, agreement), form), 422
    if not form.was_already_decided(agreement):
        repeat_agreements.continue_repeating(
            context.db(),
            context.vault(),
            agreement,
            administration.payload,
            reason=form.because.data,
            now=context.now(),
        )
    return _redirect_back(administration)


def _build_form(typed: Any, agreement: RecordVersion[RepeatAgreement] | None) -> RhythmForm:
    today = context.today()
    return RhythmForm.for_rhythm(typed, agreement.payload if agreement else None, today=today)


def _load_round_and_rhythm(
    id: UUID,
) -> tuple[RecordVersion[Administration], RecordVersion[RepeatAgreement] | None]:
    """Load an administration that counts as a round, and the repeat agreement for its series, if any."""
    db, vault = context.db(), context.vault()
    administration = administrations.load_administration(db, vault, id)
    if administration.state not in ENDED_STATES:
        raise records.RecordNotFound
    (administration,) = joined_entries.load_joined_entries(db, vault).under_primary([administration])
    return administration, repeat_agreements.list_agreements(db, vault, administration.payload.client_id).get(
        courses.series_key_of(administration.payload)
    )


def _redirect_back(administration: RecordVersion[Administration]) -> ViewResult:
    """Redirect to the session from whose page the button was pressed, else to the course."""
    session_hex = request.form.get("session", "")
    if len(session_hex) == 32 and all(letter in "0123456789abcdef" for letter in session_hex):
        # Loading the session checks the id: an unknown one is answered with status 404.
        return responses.redirect_to(
            url_for(
                "sessions.show",
                id=therapy_sessions.load_therapy_session(context.db(), context.vault(), UUID(session_hex)).id,
            )
        )
    return responses.redirect_to(over_time_address(administration.payload))


def over_time_address(body: Administration) -> str:
    """The URL of the course."""
    if body.relationship_id is None:
        return url_for("courses.show_general", id=body.client_id, _anchor=body.instrument_id)
    return url_for("courses.show", id=body.relationship_id, _anchor=body.instrument_id)


def _render_form(
    administration: RecordVersion[Administration],
    agreement: RecordVersion[RepeatAgreement] | None,
    form: RhythmForm,
    continue_form: GoOnForm,
    *,
    newer: bool = False,
) -> str:
    db, vault = context.db(), context.vault()
    all_administrations = administrations.list_administrations(db, vault, administration.payload.client_id)
    rounds = courses.list_rounds(all_administrations, courses.series_key_of(administration.payload))
    return render_template(
        "rhythms/edit.html",
        here="clients",
        administration=administration,
        agreement=agreement,
        form=form,
        continue_form=continue_form,
        errors={**form.errors, **continue_form.errors},
        newer=newer,
        version=fields.version_for_page(form, agreement.version if agreement else 0),
        title=administrations.instrument_of(administration.payload).title,
        about=answered_items.relationship_label(db, vault, administration.payload),
        repeat=repeat_status.build_repeat_status(context.vault(), rounds, agreement, now=context.now()),
        cadence=repeat_status.CADENCE_ADVICE,
        back=over_time_address(administration.payload),
    )
