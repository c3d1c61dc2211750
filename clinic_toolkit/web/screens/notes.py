"""The clinical note of a session: draft, signed note, printout, plain text."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import (
    therapy_session_facts,
    therapy_sessions,
)
from clinic_toolkit.record.people.practice_record import RecordRole
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION, TherapySession
from clinic_toolkit.record.questionnaires import answered_items
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.writing import (
    addition_rendering,
    additions_after_signing,
    changes_after_signing,
    goal_parts,
    late_entries,
    note_prefill,
    note_rendering,
    notes,
    signature_facts,
    treatment_plans,
)
from clinic_toolkit.record.writing.note_formats import format_of
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote
from clinic_toolkit.standing_sentences import ADDED_LATER, CHANGED_LATER, NOT_PART_OF_NOTE, SOME_UNREADABLE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.notes import NoteForm
from clinic_toolkit.web.screen_parts import note_goals, note_loading, printouts
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("notes", __name__)

# The endpoint that shows a record which belongs to a session, by its table.
PAGE_BY_TABLE = {"administration": "results.show", "handout": "worksheets.handout"}


@screen.get("/sessions/<uuid:session_id>/note")
def edit(session_id: UUID) -> ViewResult:
    """Write the note of a session, or read it once it is signed."""
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), session_id)
    note = notes.find_note_of_session(context.db(), context.vault(), session)
    if note is not None and note.final:
        return responses.redirect_to(url_for(".show", id=note.id))
    context.audit_read(THERAPY_SESSION, session)
    session_administrations = answered_items.list_single_client_administrations(
        context.db(), context.vault(), session
    )
    context.audit_read(ADMINISTRATION, *session_administrations)
    if note is not None:
        context.audit_read(CLINICAL_NOTE, note)
    parts = note_prefill.list_current_parts(
        context.db(), context.vault(), session, note, session_administrations
    )
    return _render_editor(
        session, note, NoteForm.from_parts(parts, format_of(note.payload if note else None))
    )


@screen.post("/sessions/<uuid:session_id>/note")
def save(session_id: UUID) -> ViewResult:
    """Save the draft; go on to sign it if that button was pressed."""
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), session_id)
    note = notes.find_note_of_session(context.db(), context.vault(), session)
    form = NoteForm.from_request(
        note_prefill.list_current_parts(context.db(), context.vault(), session, note),
        format_of(note.payload if note else None),
        request.form,
    )
    goal_ids = note_goals.load_note_goals(session, note).goal_ids
    expected_version = form.expected_version
    # The form was sent twice: its text is stored already, and nothing else was saved since.
    repeated = (
        note is not None
        and not note.final
        and form.parts() == list(note.payload.parts)
        and set(goal_ids) == set(note.payload.goal_ids)
    )
    if note is not None and not repeated and (note.final or note.version != expected_version):
        if is_from_script():
            stale_sentence = f"{records.StaleVersion().sentence} Press “Save the draft” to see both."
            return responses.autosave_failed(
                notes.NoteIsSigned().sentence if note.final else stale_sentence, 409
            )
        return _render_editor(session, note, form, newer=note), 409
    if not form.validate():
        if is_from_script():
            return responses.autosave_failed(next(iter(form.errors_by_field.values()))[0], 422)
        return _render_editor(session, note, form), 422
    parts = form.parts()
    if note is None:
        note = notes.create_note(
            context.db(), context.vault(), session, parts, now=context.now(), goal_ids=goal_ids
        )
    else:
        expected_version = note.version if repeated else expected_version
        note = notes.revise_note(
            context.db(),
            context.vault(),
            note,
            parts,
            expected_version=expected_version,
            now=context.now(),
            goal_ids=goal_ids,
        )
    if is_from_script():
        return responses.autosave_saved(context.now(), version=note.version)
    if "sign" in request.form:
        return responses.redirect_to(url_for("note_signing.read", id=note.id))
    return responses.redirect_to(url_for(".edit", session_id=session_id))


def _render_editor(
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote] | None,
    form: NoteForm,
    newer: RecordVersion[ClinicalNote] | None = None,
) -> str:
    return render_template(
        "notes/edit.html",
        here="clients",
        session=session,
        facts=therapy_session_facts.load_session_facts(
            context.db(), context.vault(), session, told_apart=True
        ),
        note=note,
        form=form,
        errors=form.errors_by_field,
        newer=newer,
        goals=note_goals.load_note_goals(session, note),
        newer_sections=note_rendering.build_sections(newer.payload, ()) if newer else (),
    )


@screen.get("/notes/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """A signed note, exactly as it was signed."""
    note, session = note_loading.load_note_and_session(id)
    if not note.final:
        return responses.redirect_to(url_for(".edit", session_id=session.id))
    facts = signature_facts.facts_of_signed_note(note)
    return render_template(
        "notes/show.html",
        here="clients",
        note=note,
        session=session,
        facts=facts,
        later=changes_after_signing.find_changes_after_signing(
            context.db(), context.vault(), facts, session, author_id=note.author_id
        ),
        arrived=additions_after_signing.list_additions_after_signing(
            context.db(), context.vault(), session, note
        ),
        plan=(plan := goal_parts.find_plan_of_session(context.db(), context.vault(), session)),
        linked_goals=[goal.id for goal in treatment_plans.find_goals(plan, note.payload.goal_ids)],
        sections=note_rendering.build_sections(note.payload, facts.evidence_lines),
        signer=notes.signer_label(context.vault(), note),
        genuine=notes.has_valid_signature(context.vault(), note),
        check_code=notes.format_check_code(note),
        late_entry=late_entries.describe_late_entry(note.payload),
        additions=addition_rendering.list_addition_pages(context.db(), context.vault(), note),
        added_later=ADDED_LATER,
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

    note, session = note_loading.load_note_and_session(id, on_paper=True)
    page = note_rendering.build_note_page(
        *(context.db(), context.vault(), context.letterhead(), session, note),
        asks_countersignature=note.final and "countersign" in request.args,
    )
    back_address = url_for(".show", id=id) if note.final else url_for(".edit", session_id=session.id)
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
    note, session = note_loading.load_note_and_session(id)
    return render_template(
        "notes/text.html",
        here="clients",
        note=note,
        session=session,
        plain=note_rendering.load_plain_note(context.db(), context.vault(), session, note),
    )
