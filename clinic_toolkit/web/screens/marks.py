"""Checking a printed note against the record by its mark."""

from flask import Blueprint, render_template, request

from clinic_toolkit.dates import current_style, written_in
from clinic_toolkit.record.values.note_values import NoteAdditionPage, NoteSection
from clinic_toolkit.record.writing import (
    addition_rendering,
    late_entries,
    marks,
    note_rendering,
    notes,
    signatures,
)
from clinic_toolkit.record.writing.marks import MarkedText
from clinic_toolkit.record.writing.note_addition_record import NOTE_ADDITION
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("marks", __name__)


@screen.get("/marks")
def index() -> ViewResult:
    """The page where a mark is typed."""
    return _render(None)


@screen.post("/marks")
def find() -> ViewResult:
    """Find what has this mark, check its signature, and show it to be compared with the paper."""
    typed = fields.clean_line(request.form.get("mark"))
    try:
        mark = marks.read_mark(typed)
    except marks.NotAMark as error:
        return _render(None, typed=typed, error=error.sentence), 422
    return _render(marks.find_by_mark(context.db(), context.vault(), mark), typed=typed)


def _render(found: MarkedText | None, *, typed: str = "", error: str = "") -> str:
    db, vault = context.db(), context.vault()
    note = found.note if found else None
    addition = found.addition if found else None
    facts = note.payload.facts if note is not None else None
    # Compared with paper word for word, so dates are written as they were when it was signed.
    with written_in(facts.style if facts else current_style()):
        sections: tuple[NoteSection, ...] = ()
        shown_additions: list[NoteAdditionPage] = []
        if note is not None:
            context.audit_read(CLINICAL_NOTE, note)
            sections = note_rendering.build_sections(note.payload, facts.evidence_lines if facts else ())
        if note is not None and addition is not None:
            context.audit_read(NOTE_ADDITION, addition)
            mark = signatures.format_check_code(addition)
            pages = addition_rendering.list_addition_pages(db, vault, note)
            shown_additions = [each for each in pages if each.check_code == mark]
        return render_template(
            "marks/index.html",
            here="practice",
            found=found,
            typed=typed,
            errors={"mark": error} if error else {},
            note=note,
            sections=sections,
            additions=shown_additions,
            signer=notes.signer_label(vault, note) if note is not None else "",
            check_code=notes.format_check_code(note) if note is not None else "",
            late_entry=late_entries.describe_late_entry(note.payload) if note is not None else "",
        )
