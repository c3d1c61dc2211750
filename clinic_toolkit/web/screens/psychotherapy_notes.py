"""Psychotherapy notes: opened by the passphrase, listed by case, written and read; apart from the record."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import secret_changes
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.writing import excluded_matter, private_note_laws, psychotherapy_notes
from clinic_toolkit.record.writing.psychotherapy_note_record import PSYCHOTHERAPY_NOTE, PsychotherapyNote
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard, private_notes
from clinic_toolkit.web.forms.countries import COUNTRIES
from clinic_toolkit.web.forms.fields import clean_text
from clinic_toolkit.web.forms.psychotherapy_notes import PsychotherapyNoteForm
from clinic_toolkit.web.screen_parts import draft_saving, idempotent_forms, private_note_pages
from clinic_toolkit.web.screen_parts.draft_saving import PageDraft
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import request_info, responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("psychotherapy_notes", __name__)


@screen.route("/psychotherapy-notes", methods=["GET", "POST"])
def index() -> ViewResult:
    """Ask for the passphrase, or show the cases about which there are notes; always what the law says."""
    db, vault = context.db(), context.vault()
    back = guard.safe_return_path(request.args.get("back"))
    errors: dict[str, list[str]] = {}
    if request.method == "POST" and not private_notes.is_open():
        check = private_notes.open_notes()
        if check.locked_page:
            return check.locked_page
        errors = check.errors
    if request.method == "POST" and private_notes.is_open():
        return responses.redirect_to(back or url_for(".index"))
    found = psychotherapy_notes.list_cases_with_notes(db, vault) if private_notes.is_open() else []
    private_note_pages.audit(*(note for case in found for note in case.notes))
    country = context.load_practice().payload.country
    page = render_template(
        "psychotherapy_notes/index.html",
        here="practice",
        is_open=private_notes.is_open(),
        has_key=secret_changes.has_psychotherapy_key(db, vault),
        has_closed=bool(vault.rings.closed),
        can_write=vault.can_sign,
        cases=found,
        law=private_note_laws.find_law(country),
        country=COUNTRIES.get(country, "your country"),
        not_advice=private_note_laws.NOT_ADVICE,
        back=back,
        errors=errors,
    )
    return (page, 422) if errors else page


@screen.get("/cases/<uuid:case_id>/psychotherapy-notes")
def of_case(case_id: UUID) -> ViewResult:
    """The notes about one case, newest first."""
    case = private_note_pages.load_case(case_id)
    if (closed := private_notes.ask_if_closed()) is not None:
        return closed
    return render_template(
        "psychotherapy_notes/case.html",
        here="clients",
        case=case,
        notes=private_note_pages.load_notes(case),
        list_limit=request_info.list_limit(20),
        may_write=private_note_pages.may_write_new(),
        today=context.today(),
    )


@screen.route("/cases/<uuid:case_id>/psychotherapy-notes/new", methods=["GET", "POST"])
def new(case_id: UUID) -> ViewResult:
    """Write a note about a case."""
    case = private_note_pages.load_case(case_id)
    if (closed := private_notes.ask_if_closed()) is not None:
        return closed
    if not private_note_pages.may_write_new():
        return responses.redirect_to(url_for(".index"))
    draft = _open_draft(case)
    if (answer := draft.handle_autosave(_remind_while_typing)) is not None:
        return answer
    form = PsychotherapyNoteForm(draft.field_values(), data={"note_date": context.today()})
    ring = psychotherapy_notes.find_ring(context.vault(), case)
    existing = idempotent_forms.find_created_before(PSYCHOTHERAPY_NOTE, ring, form.matches_record)
    if existing is not None:
        return responses.redirect_to(url_for(".show", id=existing.id))
    if request.method == "POST" and form.validate():
        note = psychotherapy_notes.write_note(
            context.db(),
            context.vault(),
            case,
            text=form.text.data,
            note_date=form.note_date.data,
            now=context.now(),
            idempotency_key=idempotent_forms.submitted_idempotency_key(),
        )
        draft.discard_recorded_draft()
        return redirect_saved(url_for(".show", id=note.id))
    return _render_form(form, case, draft)


@screen.get("/psychotherapy-notes/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One note, and the versions before it."""
    private_note_pages.check_note_is_there(id)
    if (closed := private_notes.ask_if_closed()) is not None:
        return closed
    note = psychotherapy_notes.load_note(context.db(), context.vault(), id)
    earlier = psychotherapy_notes.list_earlier_versions(context.db(), context.vault(), note)
    private_note_pages.audit(note, *earlier)
    return render_template(
        "psychotherapy_notes/show.html",
        here="clients",
        note=note,
        earlier=earlier,
        reminder=excluded_matter.build_reminder(note.payload.text),
        can_write=context.vault().can_sign,
    )


@screen.route("/psychotherapy-notes/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """Change a note; the version before is kept."""
    private_note_pages.check_note_is_there(id)
    if (closed := private_notes.ask_if_closed()) is not None:
        return closed
    note = psychotherapy_notes.load_note(context.db(), context.vault(), id)
    case = private_note_pages.load_case(note.payload.case_id)
    draft = draft_saving.open_page_draft(psychotherapy_notes.NOTE_FORM, note.id, ring=note.ring)
    if (answer := draft.handle_autosave(_remind_while_typing)) is not None:
        return answer
    kept = {"note_date": note.payload.note_date, "text": note.payload.text, "version": str(note.version)}
    form = PsychotherapyNoteForm(draft.field_values(), data=kept)
    private_note_pages.audit(note)
    if request.method == "POST" and form.validate():
        try:
            psychotherapy_notes.change_note(
                context.db(),
                context.vault(),
                note,
                text=form.text.data,
                note_date=form.note_date.data,
                expected_version=form.expected_version,
                now=context.now(),
            )
        except records.StaleVersion:
            return _render_form(form, case, draft, note=note, is_newer=True)
        draft.discard_recorded_draft()
        return redirect_saved(url_for(".show", id=note.id))
    return _render_form(form, case, draft, note=note)


def _open_draft(case: RecordVersion[Case]) -> PageDraft:
    """The draft of a new note; it never lies in another ring than that of these notes."""
    vault, name = context.vault(), psychotherapy_notes.NOTE_FORM
    ring = (
        psychotherapy_notes.ensure_ring(context.db(), vault, case)
        if request.method == "POST"
        else psychotherapy_notes.find_ring(vault, case)
    )
    if ring is None:
        return PageDraft(form=name, subject=case.id, ring=None, record=None)
    return draft_saving.open_page_draft(name, case.id, ring=ring)


def _remind_while_typing() -> str:
    return excluded_matter.build_reminder(clean_text(request.form.get("text")))


def _render_form(
    form: PsychotherapyNoteForm,
    case: RecordVersion[Case],
    draft: PageDraft,
    *,
    note: RecordVersion[PsychotherapyNote] | None = None,
    is_newer: bool = False,
) -> ViewResult:
    page = render_template(
        "psychotherapy_notes/edit.html",
        here="clients",
        form=form,
        case=case,
        draft=draft,
        note=note,
        newer=note if is_newer else None,
        version=note.version if note and is_newer else form.version.data,
        reminder=excluded_matter.build_reminder(form.text.data or ""),
        errors=form.errors,
    )
    if is_newer:
        return page, 409
    return (page, 422) if form.errors else page
