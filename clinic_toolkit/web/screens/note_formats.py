"""Formats of notes: which there are, which one is usual, and those of the practice's own."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing import own_note_formats
from clinic_toolkit.record.writing.note_formats import DEFAULT_FORMAT, NOTE_FORMATS
from clinic_toolkit.record.writing.own_note_format_record import (
    OWN_NOTE_FORMAT,
    OwnNoteFormat,
    OwnNoteFormatState,
)
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.note_formats import SOURCE_GROUPS, NoteFormatForm
from clinic_toolkit.web.screen_parts import idempotent_forms
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("note_formats", __name__)


@screen.get("/note-formats")
def index() -> ViewResult:
    """The formats that there are, and the choice of the usual one."""
    db, vault = context.db(), context.vault()
    own = own_note_formats.list_own_formats(db, vault)
    context.audit_read(OWN_NOTE_FORMAT, *own)
    return render_template(
        "note_formats/index.html",
        here="",
        shipped=NOTE_FORMATS,
        own=own,
        offered=own_note_formats.list_offered_formats(db, vault),
        usual=own_note_formats.find_format_of(db, vault, None),
    )


@screen.post("/note-formats/usual")
def choose_usual() -> ViewResult:
    """Choose the format that new notes begin with."""
    own_note_formats.choose_usual_format(
        context.db(), context.vault(), request.form.get("usual", ""), now=context.now()
    )
    return redirect_saved(url_for(".index"))


@screen.route("/note-formats/new", methods=["GET", "POST"])
def new() -> ViewResult:
    """Add a format; it begins as a copy of one that there is, so that notes can go from one to the other."""
    db, vault = context.db(), context.vault()
    if request.method == "GET":
        copied = own_note_formats.find_format(db, vault, request.args.get("copy", "")) or DEFAULT_FORMAT
        return _render_form(NoteFormatForm.from_format(copied, name=""), None)
    form = NoteFormatForm.from_request(request.form)
    is_valid = form.validate()
    if idempotent_forms.find_created_before(
        OWN_NOTE_FORMAT, vault.practice_ring, lambda body: is_valid and form.has_same_words(body)
    ):
        return redirect_saved(url_for(".index"))
    if not is_valid:
        return _render_form(form, None)
    own_note_formats.create_format(
        db,
        vault,
        form.payload(),
        now=context.now(),
        idempotency_key=idempotent_forms.submitted_idempotency_key(),
    )
    return redirect_saved(url_for(".index"))


@screen.route("/note-formats/<uuid:id>", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """Change a format: the next version; signed notes keep their headings."""
    db, vault = context.db(), context.vault()
    stored = own_note_formats.load_own_format(db, vault, id)
    if request.method == "GET":
        context.audit_read(OWN_NOTE_FORMAT, stored)
        note_format = own_note_formats.as_note_format(stored)
        return _render_form(
            NoteFormatForm.from_format(note_format, name=note_format.name, version=stored.version), stored
        )
    form = NoteFormatForm.from_request(request.form)
    if not form.validate():
        return _render_form(form, stored)
    if not form.has_same_words(stored.payload):
        if form.version != stored.version:
            return _render_form(form, stored, newer=True)
        own_note_formats.revise_format(db, vault, stored, form.payload(), now=context.now())
    return redirect_saved(url_for(".index"))


@screen.post("/note-formats/<uuid:id>/offer")
def offer(id: UUID) -> ViewResult:
    """Offer a format for new notes again, or no longer."""
    stored = own_note_formats.load_own_format(context.db(), context.vault(), id)
    own_note_formats.offer_format(
        context.db(),
        context.vault(),
        stored,
        is_offered=request.form.get("offered") == "yes",
        now=context.now(),
    )
    return redirect_saved(url_for(".index"))


def _render_form(
    form: NoteFormatForm, stored: RecordVersion[OwnNoteFormat] | None, *, newer: bool = False
) -> ViewResult:
    page = render_template(
        "note_formats/edit.html",
        here="",
        form=form,
        errors=form.errors,
        stored=stored,
        is_offered=stored is not None and stored.state == OwnNoteFormatState.OFFERED,
        newer=newer,
        version=stored.version if stored and newer else form.version,
        groups=SOURCE_GROUPS,
        places=[(row.number, f"{row.number}. {row.heading or 'no heading yet'}") for row in form.rows],
    )
    return (page, 409) if newer else (page, 422) if form.errors else page
