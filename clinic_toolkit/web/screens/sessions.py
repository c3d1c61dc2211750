"""Therapy sessions: enter one, change its facts, show it, note what was agreed."""

from collections.abc import Mapping
from uuid import UUID

import msgspec
from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import check_ins
from clinic_toolkit.record.people import (
    cases,
    client_zones,
    clients,
    display_names,
    joined_entries,
    task_words,
    therapy_session_facts,
    therapy_session_record,
    therapy_session_timeline,
    therapy_sessions,
)
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.questionnaires import administrations, answered_items, answers
from clinic_toolkit.record.writing import additions_after_signing, handouts, notes
from clinic_toolkit.web import context
from clinic_toolkit.web.access import signing_code
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.sessions import AgreedForm, SessionForm
from clinic_toolkit.web.screen_parts import (
    draft_saving,
    fact_amendments,
    handout_lines,
    idempotent_forms,
    repeat_lines,
    series_lines,
    session_timeout,
)
from clinic_toolkit.web.screen_parts.draft_saving import PageDraft
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("sessions", __name__)


@screen.route("/cases/<uuid:case_id>/sessions/new", methods=["GET", "POST"])
def new(case_id: UUID) -> ViewResult:
    """Enter a session, planned or past: a meeting, call, message or consultation."""
    db, vault = context.db(), context.vault()
    loaded_case = cases.load_case(db, vault, case_id)
    people = _load_clients(loaded_case)
    earlier = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, [loaded_case])
    defaults = msgspec.structs.replace(
        therapy_session_facts.session_like_last(loaded_case, earlier, today=context.today()),
        client_zone=client_zones.find_client_zone(db, vault, loaded_case),
    )
    draft = draft_saving.open_page_draft("session", case_id, ring=loaded_case.ring)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    form = SessionForm.for_case(
        people, _display_names(), draft.field_values(), defaults, today=context.today()
    )
    is_valid = request.method == "POST" and form.validate()
    existing = idempotent_forms.find_created_before(
        therapy_session_record.THERAPY_SESSION,
        loaded_case.ring,
        lambda body: bool(is_valid) and form.matches_record(body),
    )
    if existing is not None:
        return responses.redirect_to(url_for(".show", id=existing.id))
    if is_valid:
        idempotency_key = idempotent_forms.submitted_idempotency_key()
        session = therapy_sessions.create_therapy_session(
            db, vault, loaded_case, form.payload(), now=context.now(), idempotency_key=idempotency_key
        )
        draft.discard_recorded_draft()
        return redirect_saved(url_for(".show", id=session.id))
    return _render_form(form, loaded_case, people, None, draft)


@screen.route("/sessions/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """Change the facts of a session."""
    db, vault = context.db(), context.vault()
    session = therapy_sessions.load_therapy_session(db, vault, id)
    case = cases.load_case(db, vault, session.payload.case_id)
    people = _load_clients(case)
    draft = draft_saving.open_page_draft("session", id, ring=session.ring)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    form = SessionForm.for_case(
        people, _display_names(), draft.field_values(), session.payload, today=context.today()
    )
    if request.method == "POST" and form.validate():
        if form.matches_record(session.payload):
            draft.discard_recorded_draft()
            return responses.redirect_to(url_for(".show", id=id))
        if not therapy_sessions.has_same_facts(
            therapy_sessions.find_shown_version(db, vault, id, form.version.data), session.payload
        ):
            return _render_form(form, case, people, session, draft, newer=True)
        note = fact_amendments.find_signed_note(session)
        changes = fact_amendments.list_changes(session, form, people) if note else ()
        if note and changes:
            if not form.amend_reason.data:
                form.amend_reason.errors = [fact_amendments.REASON_MISSING]
                return _render_form(form, case, people, session, draft)

            def show_again(sentence: str) -> ViewResult:
                form.sign_code.errors = [sentence]
                return _render_form(form, case, people, session, draft)

            refusal = signing_code.refuse_wrong_code(form.sign_code.data, show_again)
            if refusal is not None:
                return refusal
            fact_amendments.sign_changes(session, note, changes, form.amend_reason.data)
        revised = therapy_sessions.revise_therapy_session(
            db, vault, session, form.payload(), now=context.now()
        )
        draft.discard_recorded_draft()
        if not therapy_sessions.was_ended(session, revised):
            return redirect_saved(url_for(".show", id=id))
        session_timeout.end_long_timeout()
        return responses.redirect_to(url_for("endings.show", id=id))
    context.audit_read(therapy_session_record.THERAPY_SESSION, session)
    return _render_form(form, case, people, session, draft)


def _load_clients(case: RecordVersion[Case]) -> list[RecordVersion[Client]]:
    return [clients.load_client(context.db(), context.vault(), id) for id in case.payload.client_ids]


def _display_names() -> Mapping[UUID, str]:
    return display_names.load_display_names(context.db(), context.vault()).full_by_id


def _render_form(
    form: SessionForm,
    case: RecordVersion[Case],
    people: list[RecordVersion[Client]],
    session: RecordVersion[therapy_session_record.TherapySession] | None,
    draft: PageDraft,
    *,
    newer: bool = False,
) -> ViewResult:
    note = notes.find_note_of_session(context.db(), context.vault(), session) if session else None
    page = render_template(
        "sessions/edit.html",
        is_signed=bool(note and note.final),
        asks_code=signing_code.is_asked(),
        has_forms=bool(
            session
            and answered_items.list_single_client_administrations(context.db(), context.vault(), session)
        ),
        here="clients",
        form=form,
        errors=form.errors,
        case=case,
        people=people,
        session=session,
        draft=draft,
        version=fields.version_for_page(form, session.version if session else 0, draft=draft.is_shown),
        newer=therapy_session_facts.load_session_facts(
            context.db(), context.vault(), session, told_apart=True
        )
        if newer and session
        else None,
    )
    return (page, 409) if newer else (page, 422) if form.errors else page


@screen.get("/sessions/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One session, and what can be done in it."""
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), id)
    if (
        session.state == therapy_session_record.TherapySessionState.OPEN
        and session.payload.on == context.today()
    ):
        # After a lock in the middle of a session, the new process has the normal idle timeout.
        context.extend_idle_timeout()
    return _render_session(session, AgreedForm(data={"agreed": session.payload.agreed_for_next}))


@screen.post("/sessions/<uuid:id>/agreed")
def agree(id: UUID) -> ViewResult:
    """Save what was agreed for next time; go on to the end of the session if that button was pressed."""
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), id)
    form = AgreedForm(request.form)
    if not form.validate():
        if is_from_script():
            return responses.autosave_failed(str(form.agreed.errors[0]), 422)
        return _render_session(session, form), 422
    if form.agreed.data != session.payload.agreed_for_next:
        shown = therapy_sessions.find_shown_version(context.db(), context.vault(), id, form.version.data)
        if shown is None or shown.agreed_for_next != session.payload.agreed_for_next:
            if is_from_script():
                sentence = f"{records.StaleVersion().sentence} Press “Save this line” to see both."
                return responses.autosave_failed(sentence, 409)
            return _render_session(session, form, newer=True), 409
        session = therapy_sessions.record_agreement(
            context.db(), context.vault(), session, form.agreed.data, now=context.now()
        )
    if is_from_script():
        return responses.autosave_saved(context.now(), version=session.version)
    if "end" in request.form:
        return responses.redirect_to(url_for("endings.show", id=id))
    return responses.redirect_to(url_for(".show", id=id, kept="", _anchor="agreed"))


def _render_session(
    session: RecordVersion[therapy_session_record.TherapySession], form: AgreedForm, *, newer: bool = False
) -> str:
    db, vault = context.db(), context.vault()
    case = cases.load_case(db, vault, session.payload.case_id)
    context.audit_read(therapy_session_record.THERAPY_SESSION, session)
    shown_cases = joined_entries.list_cases_as_one(db, vault, case)
    sessions_of_case = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, shown_cases)
    session_administrations = answered_items.list_single_client_administrations(db, vault, session)
    note = notes.find_note_of_session(db, vault, session)
    session_handouts = handouts.list_handouts_in_session(db, vault, case.payload.client_ids, session.id)
    additions = additions_after_signing.list_additions_among(
        db, vault, note, session_administrations, session_handouts
    )
    return render_template(
        "sessions/show.html",
        here="clients",
        session=session,
        case=case,
        people=_load_clients(case),
        times=series_lines.describe_session_times(session),
        last=therapy_session_timeline.find_last_agreement(sessions_of_case, session),
        may_check_in=therapy_session_timeline.has_earlier_meeting(sessions_of_case, session)
        and not any(map(check_ins.is_check_in, (each.payload for each in session_administrations))),
        task=task_words.describe_task(session.payload),
        today=context.today(),
        newer=newer,
        version=fields.version_for_page(form, session.version),
        facts=therapy_session_facts.load_session_facts(db, vault, session, told_apart=True),
        ended_before=therapy_session_facts.find_end_before_reopening(db, vault, session),
        unreachable=therapy_session_facts.lacks_emergency_contact(session.payload),
        session_administrations=[
            (
                administration,
                administrations.title_of(administration.payload),
                answered_items.relationship_label(db, vault, administration.payload),
                answers.number_to_continue_at(administration.payload.answers),
            )
            for administration in session_administrations
        ],
        sheets=session_handouts,
        sheets_out=handout_lines.describe_handouts_to_ask_about(
            handouts.list_handouts_out(db, vault, case, session)
        ),
        sheets_reviewed=handout_lines.describe_handouts(
            handouts.list_handouts_reviewed_in(db, vault, case.payload.client_ids, session.id)
        )
        if not case.payload.is_couple
        else (),
        note=note,
        # Offered until something is agreed: what the client chose is never typed twice.
        next_steps=[]
        if session.payload.agreed_for_next
        else list(
            dict.fromkeys(
                each.payload.next_step for each in session_administrations if each.payload.next_step
            )
        ),
        after_signing={addition.id: addition.after_signing_label for addition in additions},
        repeats=repeat_lines.list_due_repeats(session, case),
        form=form,
        errors=form.errors,
    )
