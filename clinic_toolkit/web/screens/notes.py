"""The clinical note of a session: draft, signing, printout, plain text."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import (
    cases,
    display_names,
    therapy_session_facts,
    therapy_sessions,
)
from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.record.people.practice_record import RecordRole
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION, TherapySession
from clinic_toolkit.record.questionnaires import answered_items
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.writing import (
    additions_after_signing,
    changes_after_signing,
    note_prefill,
    note_rendering,
    notes,
    signature_facts,
)
from clinic_toolkit.record.writing.changes_after_signing import ChangesAfterSigning
from clinic_toolkit.record.writing.note_formats import format_of
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote
from clinic_toolkit.standing_sentences import CHANGED_LATER, NOT_PART_OF_NOTE, SOME_UNREADABLE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard, quick_return
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.notes import NoteForm, SignForm
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.screen_parts import printouts
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("notes", __name__)

WRONG_CODES_KEY, MAX_CODE_ATTEMPTS = "wrong codes", 3
# The endpoint that shows a record which belongs to a session, by its table.
PAGE_BY_TABLE = {"administration": "results.show", "handout": "worksheets.handout"}


@screen.get("/sessions/<uuid:session_id>/note")
def edit(session_id: UUID) -> ViewResult:
    """Write the note of a session, or read it once it is signed."""
    hour = therapy_sessions.load_therapy_session(context.db(), context.vault(), session_id)
    note = notes.find_note_of_session(context.db(), context.vault(), hour)
    if note is not None and note.final:
        return responses.redirect_to(url_for(".show", id=note.id))
    context.audit_read(THERAPY_SESSION, hour)
    session_administrations = answered_items.list_single_client_administrations(
        context.db(), context.vault(), hour
    )
    context.audit_read(ADMINISTRATION, *session_administrations)
    if note is not None:
        context.audit_read(CLINICAL_NOTE, note)
    parts = note_prefill.list_current_parts(
        context.db(), context.vault(), hour, note, session_administrations
    )
    return _render_editor(hour, note, NoteForm.from_parts(parts, format_of(note.payload if note else None)))


@screen.post("/sessions/<uuid:session_id>/note")
def save(session_id: UUID) -> ViewResult:
    """Save the draft; go on to sign it if that button was pressed."""
    hour = therapy_sessions.load_therapy_session(context.db(), context.vault(), session_id)
    note = notes.find_note_of_session(context.db(), context.vault(), hour)
    form = NoteForm.from_request(
        note_prefill.list_current_parts(context.db(), context.vault(), hour, note),
        format_of(note.payload if note else None),
        request.form,
    )
    expected_version = form.expected_version
    # The form was sent twice: its text is stored already, and nothing else was saved since.
    repeated = note is not None and not note.final and form.parts() == list(note.payload.parts)
    if note is not None and not repeated and (note.final or note.version != expected_version):
        if is_from_script():
            stale_sentence = f"{records.StaleVersion().sentence} Press “Save the draft” to see both."
            return responses.autosave_failed(
                notes.NoteIsSigned().sentence if note.final else stale_sentence, 409
            )
        return _render_editor(hour, note, form, newer=note), 409
    if not form.validate():
        if is_from_script():
            return responses.autosave_failed(next(iter(form.errors_by_field.values()))[0], 422)
        return _render_editor(hour, note, form), 422
    parts = form.parts()
    if note is None:
        note = notes.create_note(context.db(), context.vault(), hour, parts, now=context.now())
    else:
        expected_version = note.version if repeated else expected_version
        note = notes.revise_note(
            context.db(), context.vault(), note, parts, expected_version=expected_version, now=context.now()
        )
    if is_from_script():
        return responses.autosave_saved(context.now(), version=note.version)
    if "sign" in request.form:
        return responses.redirect_to(url_for(".read", id=note.id))
    return responses.redirect_to(url_for(".edit", session_id=session_id))


def _render_editor(
    hour: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote] | None,
    form: NoteForm,
    newer: RecordVersion[ClinicalNote] | None = None,
) -> str:
    return render_template(
        "notes/edit.html",
        here="clients",
        hour=hour,
        facts=therapy_session_facts.load_session_facts(context.db(), context.vault(), hour, told_apart=True),
        note=note,
        form=form,
        errors=form.errors_by_field,
        newer=newer,
        newer_sections=note_rendering.build_sections(newer.payload, ()) if newer else (),
    )


@screen.get("/notes/<uuid:id>/read")
def read(id: UUID) -> ViewResult:
    """Show the whole note to be read before signing."""
    note, hour = _load_note_and_hour(id)
    if note.final:
        return responses.redirect_to(url_for(".show", id=id))
    return _render_reading(note, hour, SignForm())


@screen.post("/notes/<uuid:id>/sign")
def sign(id: UUID) -> ViewResult:
    """Sign exactly the version that was read, with exactly the facts that were shown beside it."""
    note, hour = _load_note_and_hour(id)
    form = SignForm(request.form)
    if note.final and note.version == form.expected_version + 1:
        # The version that was read is already signed: a second press leads to the signed note.
        return responses.redirect_to(url_for(".show", id=id))
    clinician = context.load_clinician().payload
    if not form.validate():
        return _render_reading(note, hour, form), 422
    if clinician.return_code:
        try:
            clinicians.check_return_code(clinician, form.code.data or "")
        except clinicians.WrongReturnCode as error:
            return _reject_code(note, hour, form, error.sentence)
    facts = signature_facts.build_note_facts(context.db(), context.vault(), hour, note)
    if not note.final and form.facts.data != facts.digest:
        return _render_changed_facts(note, hour, form)
    signed = notes.sign_note(
        context.db(),
        context.vault(),
        note,
        facts=facts,
        expected_version=form.expected_version,
        now=context.now(),
    )
    return responses.redirect_to(url_for(".show", id=signed.id))


def _reject_code(
    note: RecordVersion[ClinicalNote], hour: RecordVersion[TherapySession], form: SignForm, sentence: str
) -> ViewResult:
    # Someone else may be at a screen that was left open, so there are three tries, as at the lock.
    tries = (context.pop_from_session(WRONG_CODES_KEY) or 0) + bool((form.code.data or "").strip())
    context.put_in_session(WRONG_CODES_KEY, tries)
    if tries >= MAX_CODE_ATTEMPTS:
        quick_return.revoke_quick_return()
        context.end_worker(EndReason.WRONG_CODES)
        return responses.redirect_to(url_for("lock.unlock"))
    form.code.errors = [sentence]
    return _render_reading(note, hour, form), 422


def _render_changed_facts(
    note: RecordVersion[ClinicalNote], hour: RecordVersion[TherapySession], form: SignForm
) -> ViewResult:
    """Show the page again, with the present facts and those that were shown before."""
    db, vault, me = context.db(), context.vault(), context.clinician_id()
    shown_facts = signature_facts.find_shown_facts(db, vault, hour, note, form.versions.data or "")
    changes = (
        changes_after_signing.find_changes_after_signing(db, vault, shown_facts, hour, author_id=me)
        if shown_facts
        else ChangesAfterSigning()
    )
    return _render_reading(note, hour, SignForm(), changed=changes), 409


def _load_note_and_hour(
    id: UUID, *, on_paper: bool = False
) -> tuple[RecordVersion[ClinicalNote], RecordVersion[TherapySession]]:
    note = notes.load_note(context.db(), context.vault(), id)
    note_date = note.recorded_at.astimezone().date()
    note_date = note.payload.facts.session_date if note.payload.facts else note_date
    hour = therapy_sessions.load_therapy_session_of_note(
        context.db(), context.vault(), note.payload.therapy_session_id, note_date=note_date
    )
    if request.method == "GET" or on_paper:
        context.audit_read(CLINICAL_NOTE, note)
    return note, hour


def _render_reading(
    note: RecordVersion[ClinicalNote],
    hour: RecordVersion[TherapySession],
    form: SignForm,
    *,
    changed: ChangesAfterSigning | None = None,
) -> str:
    facts = signature_facts.build_note_facts(context.db(), context.vault(), hour, note)
    return render_template(
        "notes/read.html",
        here="clients",
        note=note,
        hour=hour,
        facts=facts,
        changed=changed,
        some_unread=SOME_UNREADABLE,
        sections=note_rendering.build_sections(note.payload, facts.evidence_lines),
        empty=note_rendering.list_empty_sections(note.payload),
        asks_code=bool(context.load_clinician().payload.return_code),
        whom=display_names.load_display_names(context.db(), context.vault()).full_and_short(
            _client_ids_of(hour)
        ),
        from_sources=note_rendering.list_sources(note.payload),
        errors=form.errors,
        has_read=form.read.data,
    )


def _client_ids_of(hour: RecordVersion[TherapySession]) -> tuple[UUID, ...]:
    return cases.load_case(context.db(), context.vault(), hour.payload.case_id).payload.client_ids


@screen.get("/notes/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """A signed note, exactly as it was signed."""
    note, hour = _load_note_and_hour(id)
    if not note.final:
        return responses.redirect_to(url_for(".edit", session_id=hour.id))
    facts = signature_facts.facts_of_signed_note(note)
    return render_template(
        "notes/show.html",
        here="clients",
        note=note,
        hour=hour,
        facts=facts,
        later=changes_after_signing.find_changes_after_signing(
            context.db(), context.vault(), facts, hour, author_id=note.author_id
        ),
        arrived=additions_after_signing.list_additions_after_signing(
            context.db(), context.vault(), hour, note
        ),
        sections=note_rendering.build_sections(note.payload, facts.evidence_lines),
        signer=notes.signer_label(context.vault(), note),
        genuine=notes.has_valid_signature(context.vault(), note),
        check_code=notes.format_check_code(note),
        pages=PAGE_BY_TABLE,
        changed_later=CHANGED_LATER,
        not_signed=NOT_PART_OF_NOTE,
        some_unread=SOME_UNREADABLE,
        has_other_record=context.load_practice().payload.record_role == RecordRole.BESIDE,
    )


@screen.route("/notes/<uuid:id>/paper", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def paper(id: UUID) -> ViewResult:
    """The printout of the note: signed, or marked as a draft."""
    from clinic_toolkit.documents import note as document

    note, hour = _load_note_and_hour(id, on_paper=True)
    page = note_rendering.build_note_page(context.db(), context.vault(), context.letterhead(), hour, note)
    back_address = url_for(".show", id=id) if note.final else url_for(".edit", session_id=hour.id)
    return printouts.respond_with_printout(
        printouts.Printout(
            kind=PrintoutKind.NOTE,
            title="Note",
            back=("Back to the note", back_address),
            render=lambda: document.render_note(page),
        )
    )


@screen.get("/notes/<uuid:id>/text")
def text(id: UUID) -> ViewResult:
    """The note as plain text, to be copied into another record system."""
    note, hour = _load_note_and_hour(id)
    return render_template(
        "notes/text.html",
        here="clients",
        note=note,
        hour=hour,
        plain=note_rendering.load_plain_note(context.db(), context.vault(), hour, note),
    )
