"""The clinical note of a session: draft, signed note, printout, plain text."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.dates import written_in
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.note_formats.model import NoteFormat
from clinic_toolkit.record.people import therapy_session_loader, therapy_sessions
from clinic_toolkit.record.people.practice_record import RecordRole
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.questionnaires import answered_items
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.release import note_copies
from clinic_toolkit.record.writing import (
    addition_rendering,
    additions_after_signing,
    changes_after_signing,
    goal_parts,
    late_entries,
    note_formats,
    note_prefill,
    note_rendering,
    notes,
    own_note_formats,
    phrases,
    signature_facts,
    treatment_plans,
)
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote
from clinic_toolkit.standing_sentences import ADDED_LATER, CHANGED_LATER, NOT_PART_OF_NOTE, SOME_UNREADABLE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.notes import NoteForm
from clinic_toolkit.web.screen_parts import note_editor, note_goals, note_loading, printouts
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
    note_format = _format_of(note)
    parts = note_prefill.list_current_parts(
        context.db(), context.vault(), session, note, session_administrations, note_format
    )
    form = NoteForm(parts, note_format, _headings_of(note, note_format))
    return note_editor.render_editor(session, note, form, note_format)


@screen.post("/sessions/<uuid:session_id>/note")
def save(session_id: UUID) -> ViewResult:
    """Save the draft; go on to sign it, or write in another format, if that button was pressed."""
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), session_id)
    note = notes.find_note_of_session(context.db(), context.vault(), session)
    shown_format = _find_format(request.form.get("shown_format", ""))
    note_format = _format_of(note) if note else shown_format or _format_of(None)
    form = NoteForm.from_request(
        note_prefill.list_current_parts(
            context.db(), context.vault(), session, note, note_format=note_format
        ),
        note_format,
        _headings_of(note, shown_format or note_format),
        request.form,
    )
    goal_ids = note_goals.load_note_goals(session, note).goal_ids
    if "insert" in request.form:
        form.insert(request.form.get("into", ""), _chosen_phrase())
    expected_version = form.expected_version
    # The form was sent twice: its text is stored already, and nothing else was saved since.
    repeated = (
        note is not None
        and not note.final
        and note_formats.sort_parts(form.parts(), note_format) == list(note.payload.parts)
        and set(goal_ids) == set(note.payload.goal_ids)
    )
    if note is not None and not repeated and (note.final or note.version != expected_version):
        if is_from_script():
            stale_sentence = f"{records.StaleVersion().sentence} Press “Save the draft” to see both."
            return responses.autosave_failed(
                notes.NoteIsSigned().sentence if note.final else stale_sentence, 409
            )
        return note_editor.render_editor(session, note, form, note_format, newer=note), 409
    if not form.validate():
        if is_from_script():
            return responses.autosave_failed(next(iter(form.errors_by_field.values()))[0], 422)
        return note_editor.render_editor(session, note, form, note_format), 422
    chosen_format = _chosen_format(note_format)
    if note is None:
        note = notes.create_note(
            context.db(),
            context.vault(),
            session,
            form.parts(),
            now=context.now(),
            note_format=chosen_format,
            goal_ids=goal_ids,
            known_headings=note_format.headings,
        )
    else:
        note = notes.revise_note(
            context.db(),
            context.vault(),
            note,
            form.parts(),
            expected_version=note.version if repeated else expected_version,
            now=context.now(),
            note_format=chosen_format,
            goal_ids=goal_ids,
            known_headings=(*note_format.headings, *(shown_format.headings if shown_format else ())),
        )
    if is_from_script():
        return responses.autosave_saved(context.now(), version=note.version)
    if "sign" in request.form:
        return responses.redirect_to(url_for("note_signing.read", id=note.id))
    return responses.redirect_to(url_for(".edit", session_id=session_id))


def _format_of(note: RecordVersion[ClinicalNote] | None) -> NoteFormat:
    return own_note_formats.find_format_of(context.db(), context.vault(), note.payload if note else None)


def _find_format(format_id: str) -> NoteFormat | None:
    return own_note_formats.find_format(context.db(), context.vault(), format_id)


def _chosen_phrase() -> str:
    """The words of the chosen phrase; "" if it is none that is kept."""
    kept = phrases.list_phrases(context.db(), context.vault())
    chosen = request.form.get("phrase", "")
    return next((each.payload.text for each in kept if each.id.hex == chosen), "")


def _chosen_format(present: NoteFormat) -> NoteFormat:
    """The format that the button was pressed for; that of the note, if it was another button."""
    if "switch" not in request.form:
        return present
    return _find_format(request.form.get("format", "")) or present


def _headings_of(
    note: RecordVersion[ClinicalNote] | None, shown_format: NoteFormat
) -> Sequence[tuple[str, str]]:
    """The headings of everything that the note or the page may hold."""
    kept = note_formats.list_headings(note.payload, ()) if note else ()
    return (*shown_format.headings, *kept)


@screen.get("/notes/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """A signed note, exactly as it was signed."""
    note, session = note_loading.load_note_and_session(id)
    if not note.final:
        return responses.redirect_to(url_for(".edit", session_id=session.id))
    facts = signature_facts.facts_of_signed_note(note)
    # Dates and times are written as they were when it was signed.
    with written_in(facts.style):
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
            additions=addition_rendering.list_pages_beside(context.db(), context.vault(), session, note),
            added_later=ADDED_LATER,
            asked_by=next(
                iter(therapy_session_loader.single_client_of(context.db(), context.vault(), session)), None
            ),
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
    copy = (
        note_copies.find_note_for_copy(context.db(), context.vault(), session, note) if note.final else None
    )
    return render_template(
        "notes/text.html",
        here="clients",
        note=note,
        session=session,
        copy=copy,
        plain=copy.text
        if copy
        else note_rendering.load_plain_note(context.db(), context.vault(), session, note),
    )
