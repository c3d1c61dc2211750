"""Agreements to repeat a questionnaire: purpose and end, what the client said, stopping, going on."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import courses, repeat_agreements, repeat_status
from clinic_toolkit.record.outcomes.repeat_agreements import RepeatAgreement
from clinic_toolkit.record.people import joined_entries, therapy_sessions
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administrations import Administration
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.rhythms import GoOnForm, RhythmForm
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("rhythms", __name__)


@screen.route("/administrations/<uuid:id>/rhythm", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """Enter why a questionnaire is repeated, and until when."""
    kept, seen = _load_round_and_rhythm(id)
    form = _build_form(request.form if request.method == "POST" else None, seen)
    if request.method == "POST" and form.validate():
        if seen is not None and form.matches_record(seen):
            return _redirect_back(kept)
        if fields.parse_whole_number(form.version.data) != (seen.version if seen else 0):
            return _render_form(kept, seen, form, GoOnForm(), newer=True), 409
        repeat_agreements.agree_to_repeat(
            context.db(),
            context.vault(),
            seen,
            kept.payload,
            purpose=form.why.data,
            end_date=form.until.data,
            max_rounds=fields.parse_whole_number(form.times.data) or None,
            baseline=fields.parse_whole_number(form.baseline.data),
            now=context.now(),
        )
        return _redirect_back(kept)
    if request.method == "GET":
        context.audit_read("administration", kept)
        context.audit_read("rhythm", *([seen] if seen else ()))
    page = _render_form(kept, seen, form, GoOnForm())
    return (page, 422) if form.errors else page


@screen.post("/administrations/<uuid:id>/rhythm/not-today")
def not_today(id: UUID) -> ViewResult:
    """Record that the client did not want it today; no reason is asked for."""
    kept, seen = _load_round_and_rhythm(id)
    repeat_agreements.record_decline(context.db(), context.vault(), seen, kept.payload, now=context.now())
    return _redirect_back(kept)


@screen.post("/administrations/<uuid:id>/rhythm/wish")
def wish(id: UUID) -> ViewResult:
    """Record that the client wants to stop; the repeating ends at once."""
    kept, seen = _load_round_and_rhythm(id)
    repeat_agreements.record_wish_to_stop(
        context.db(), context.vault(), seen, kept.payload, now=context.now()
    )
    return _redirect_back(kept)


@screen.post("/administrations/<uuid:id>/rhythm/stop")
def stop(id: UUID) -> ViewResult:
    """Stop repeating a questionnaire."""
    kept, seen = _load_round_and_rhythm(id)
    repeat_agreements.stop_repeating(context.db(), context.vault(), seen, kept.payload, now=context.now())
    return _redirect_back(kept)


@screen.post("/administrations/<uuid:id>/rhythm/go-on")
def go_on(id: UUID) -> ViewResult:
    """Record why the repeating goes on although stopping was proposed."""
    kept, seen = _load_round_and_rhythm(id)
    form = GoOnForm(request.form)
    if not form.validate():
        return _render_form(kept, seen, _build_form(None, seen), form), 422
    if not form.was_already_decided(seen):
        repeat_agreements.continue_repeating(
            context.db(), context.vault(), seen, kept.payload, reason=form.because.data, now=context.now()
        )
    return _redirect_back(kept)


def _build_form(typed: Any, seen: RecordVersion[RepeatAgreement] | None) -> RhythmForm:
    today = context.today()
    return RhythmForm.for_rhythm(typed, seen.payload if seen else None, today=today)


def _load_round_and_rhythm(
    id: UUID,
) -> tuple[RecordVersion[Administration], RecordVersion[RepeatAgreement] | None]:
    """Load an administration that counts as a round, and the repeat agreement for its series, if any."""
    db, vault = context.db(), context.vault()
    kept = administrations.load_administration(db, vault, id)
    if kept.state not in courses.COURSE_STATES:
        raise records.RecordNotFound
    (kept,) = joined_entries.load_joined_entries(db, vault).under_primary([kept])
    return kept, repeat_agreements.list_agreements(db, vault, kept.payload.client_id).get(
        courses.series_key_of(kept.payload)
    )


def _redirect_back(administration: RecordVersion[Administration]) -> ViewResult:
    """Redirect to the session from whose page the button was pressed, else to the course."""
    hour = request.form.get("session", "")
    if len(hour) == 32 and all(letter in "0123456789abcdef" for letter in hour):
        # The id is not checked here: that of no session leads to the page for what does not exist.
        return responses.redirect_to(
            url_for(
                "sessions.show",
                id=therapy_sessions.load_therapy_session(context.db(), context.vault(), UUID(hour)).id,
            )
        )
    return responses.redirect_to(over_time_address(administration.payload))


def over_time_address(body: Administration) -> str:
    """The URL of the course."""
    if body.relationship_id is None:
        return url_for("courses.in_general", id=body.client_id, _anchor=body.instrument_id)
    return url_for("courses.show", id=body.relationship_id, _anchor=body.instrument_id)


def _render_form(
    administration: RecordVersion[Administration],
    seen: RecordVersion[RepeatAgreement] | None,
    form: RhythmForm,
    going: GoOnForm,
    *,
    newer: bool = False,
) -> str:
    db, vault = context.db(), context.vault()
    given = administrations.list_administrations(db, vault, administration.payload.client_id)
    rounds = courses.list_rounds(given, courses.series_key_of(administration.payload))
    return render_template(
        "rhythms/edit.html",
        here="clients",
        kept=administration,
        seen=seen,
        form=form,
        going=going,
        errors={**form.errors, **going.errors},
        newer=newer,
        version=fields.version_for_page(form, seen.version if seen else 0),
        title=administrations.instrument_of(administration.payload).title,
        about=answered_items.relationship_label(db, vault, administration.payload),
        repeat=repeat_status.build_repeat_status(rounds, seen, now=context.now()),
        cadence=repeat_status.CADENCE_ADVICE,
        back=over_time_address(administration.payload),
    )
