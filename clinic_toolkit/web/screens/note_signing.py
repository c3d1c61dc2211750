"""Signing a note: the page on which it is read through, and the signature."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, display_names
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import (
    changes_after_signing,
    late_entries,
    note_rendering,
    notes,
    signature_facts,
)
from clinic_toolkit.record.writing.changes_after_signing import ChangesAfterSigning
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.standing_sentences import SOME_UNREADABLE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import signing_code
from clinic_toolkit.web.forms.notes import SignForm
from clinic_toolkit.web.screen_parts import note_loading
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("note_signing", __name__)


@screen.get("/notes/<uuid:id>/read")
def read(id: UUID) -> ViewResult:
    """Show the whole note to be read before signing."""
    note, session = note_loading.load_note_and_session(id)
    if note.final:
        return responses.redirect_to(url_for("notes.show", id=id))
    return _render_reading(note, session, SignForm())


@screen.post("/notes/<uuid:id>/sign")
def sign(id: UUID) -> ViewResult:
    """Sign exactly the version that was read, with exactly the facts that were shown beside it."""
    note, session = note_loading.load_note_and_session(id)
    form = SignForm(request.form)
    if note.final and note.version == form.expected_version + 1:
        # The version that was read is already signed: a second press leads to the signed note.
        return responses.redirect_to(url_for("notes.show", id=id))
    form.asks_code = bool(context.load_clinician().payload.return_code)
    if not form.validate():
        return _render_reading(note, session, form), 422
    try:
        late_reason = late_entries.require_reason(session, note, form.late_reason.data or "")
    except late_entries.LateReasonMissing as error:
        form.late_reason.errors = [error.sentence]
        return _render_reading(note, session, form), 422

    def show_again(sentence: str) -> ViewResult:
        form.code.errors = [sentence]
        return _render_reading(note, session, form), 422

    refusal = signing_code.refuse_wrong_code(form.code.data, show_again)
    if refusal is not None:
        return refusal
    facts = signature_facts.build_note_facts(context.db(), context.vault(), session, note)
    if not note.final and form.facts.data != facts.digest:
        return _render_changed_facts(note, session, form)
    signed = notes.sign_note(
        context.db(),
        context.vault(),
        note,
        facts=facts,
        expected_version=form.expected_version,
        now=context.now(),
        late_reason=late_reason,
    )
    return responses.redirect_to(url_for("notes.show", id=signed.id))


def _render_changed_facts(
    note: RecordVersion[ClinicalNote], session: RecordVersion[TherapySession], form: SignForm
) -> ViewResult:
    """Show the page again, with the present facts and those that were shown before."""
    db, vault, me = context.db(), context.vault(), context.clinician_id()
    shown_facts = signature_facts.find_shown_facts(db, vault, session, note, form.versions.data or "")
    changes = (
        changes_after_signing.find_changes_after_signing(db, vault, shown_facts, session, author_id=me)
        if shown_facts
        else ChangesAfterSigning()
    )
    kept = SignForm(data={"late_reason": form.late_reason.data})
    return _render_reading(note, session, kept, changed=changes), 409


def _render_reading(
    note: RecordVersion[ClinicalNote],
    session: RecordVersion[TherapySession],
    form: SignForm,
    *,
    changed: ChangesAfterSigning | None = None,
) -> str:
    facts = signature_facts.build_note_facts(context.db(), context.vault(), session, note)
    return render_template(
        "notes/read.html",
        here="clients",
        note=note,
        session=session,
        facts=facts,
        changed=changed,
        some_unread=SOME_UNREADABLE,
        sections=note_rendering.build_sections(note.payload, facts.evidence_lines),
        empty=note_rendering.list_empty_sections(note.payload),
        asks_code=signing_code.is_asked(),
        is_late=late_entries.is_late(session, note),
        late_reason=form.late_reason.data or note.payload.late_reason,
        whom=display_names.load_display_names(context.db(), context.vault()).full_and_short(
            _client_ids_of(session)
        ),
        from_sources=note_rendering.list_sources(note.payload),
        errors=form.errors,
        has_read=form.read.data,
    )


def _client_ids_of(session: RecordVersion[TherapySession]) -> tuple[UUID, ...]:
    return cases.load_case(context.db(), context.vault(), session.payload.case_id).payload.client_ids
