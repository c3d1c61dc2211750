"""Adding to a signed note: an addendum, an amendment, and that it was countersigned on paper."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import form_drafts, note_additions, notes, signature_facts
from clinic_toolkit.record.writing.note_addition_record import NOTE_ADDITION, AdditionKind, NoteAddition
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.web import context
from clinic_toolkit.web.access import signing_code
from clinic_toolkit.web.forms.note_additions import KIND_CHOICES, AdditionForm, CountersignedForm
from clinic_toolkit.web.screen_parts import draft_saving, idempotent_forms, note_loading
from clinic_toolkit.web.screen_parts.draft_saving import PageDraft
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("note_additions", __name__)


@screen.route("/notes/<uuid:id>/add", methods=["GET", "POST"])
def add(id: UUID) -> ViewResult:
    """Write an addendum or an amendment, and sign it."""
    note, session = _load_signed_note(id)
    draft = draft_saving.open_page_draft(form_drafts.ADDITION_FORM, note.id, ring=note.ring)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    form = AdditionForm(draft.field_values())
    if request.method != "POST":
        return _render_form(note, session, form, draft)
    if not form.validate():
        return _render_form(note, session, form, draft), 422
    created = idempotent_forms.find_created_before(NOTE_ADDITION, note.ring, form.matches_record)
    if created is not None:
        return _show_note(note)

    def show_again(sentence: str) -> ViewResult:
        form.sign_code.errors = [sentence]
        return _render_form(note, session, form, draft), 422

    if (refusal := signing_code.refuse_wrong_code(form.sign_code.data, show_again)) is not None:
        return refusal
    _sign(
        note,
        note_additions.build_addition(
            note,
            signature_facts.build_note_facts(context.db(), context.vault(), session, note),
            AdditionKind(form.kind.data),
            text=form.text.data,
            reason=form.reason.data,
            now=context.now(),
        ),
    )
    draft.discard_recorded_draft()
    return _show_note(note)


@screen.route("/notes/<uuid:id>/countersigned", methods=["GET", "POST"])
def countersign(id: UUID) -> ViewResult:
    """Write down who countersigned the printed note by hand."""
    note, session = _load_signed_note(id)
    form = CountersignedForm(request.form)
    if request.method != "POST":
        return _render_countersigned(note, session, form)
    if not form.validate():
        return _render_countersigned(note, session, form), 422
    created = idempotent_forms.find_created_before(NOTE_ADDITION, note.ring, form.matches_record)
    if created is not None:
        return _show_note(note)

    def show_again(sentence: str) -> ViewResult:
        form.sign_code.errors = [sentence]
        return _render_countersigned(note, session, form), 422

    if (refusal := signing_code.refuse_wrong_code(form.sign_code.data, show_again)) is not None:
        return refusal
    _sign(
        note,
        note_additions.build_addition(
            note,
            signature_facts.build_note_facts(context.db(), context.vault(), session, note),
            AdditionKind.COUNTERSIGNED,
            reason="",
            countersigner_name=form.name.data,
            licence_line=form.licence.data,
            countersigned_on=form.on.data,
            now=context.now(),
        ),
    )
    return _show_note(note)


def _load_signed_note(id: UUID) -> tuple[RecordVersion[ClinicalNote], RecordVersion[TherapySession]]:
    note, session = note_loading.load_note_and_session(id)
    if not note.final:
        raise records.RecordNotFound
    return note, session


def _sign(note: RecordVersion[ClinicalNote], addition: NoteAddition) -> None:
    note_additions.sign_addition(
        context.db(),
        context.vault(),
        note,
        addition,
        now=context.now(),
        idempotency_key=idempotent_forms.submitted_idempotency_key(),
    )


def _show_note(note: RecordVersion[ClinicalNote]) -> ViewResult:
    return responses.redirect_to(url_for("notes.show", id=note.id, _anchor="added"))


def _render_form(
    note: RecordVersion[ClinicalNote],
    session: RecordVersion[TherapySession],
    form: AdditionForm,
    draft: PageDraft,
) -> str:
    return render_template(
        "note_additions/edit.html",
        form=form,
        errors=form.errors,
        draft=draft,
        choices=KIND_CHOICES,
        **_shown_beside(note, session),
    )


def _render_countersigned(
    note: RecordVersion[ClinicalNote], session: RecordVersion[TherapySession], form: CountersignedForm
) -> str:
    return render_template(
        "note_additions/countersigned.html", form=form, errors=form.errors, **_shown_beside(note, session)
    )


def _shown_beside(
    note: RecordVersion[ClinicalNote], session: RecordVersion[TherapySession]
) -> dict[str, object]:
    return {
        "here": "clients",
        "note": note,
        "session": session,
        "asks_code": signing_code.is_asked(),
        "signer": notes.signer_label(context.vault(), note),
    }
