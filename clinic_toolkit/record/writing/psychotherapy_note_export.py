"""Psychotherapy notes as they leave: all about one case, for paper and as plain text; an act of its own."""

from collections.abc import Sequence

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.values.page_values import Letterhead
from clinic_toolkit.record.values.private_note_values import PrivateNote, PrivateNotesPage
from clinic_toolkit.record.writing.psychotherapy_note_record import PsychotherapyNote
from clinic_toolkit.standing_sentences import KEPT_APART


def build_private_notes_page(
    letterhead: Letterhead, names: str, notes: Sequence[RecordVersion[PsychotherapyNote]]
) -> PrivateNotesPage:
    """Build the value of the paper: these notes, oldest first."""
    return PrivateNotesPage(
        letterhead=letterhead,
        client_names=names,
        notes=tuple(
            PrivateNote(note_date=note.payload.note_date, text=note.payload.text) for note in reversed(notes)
        ),
    )


def render_plain_text(page: PrivateNotesPage) -> str:
    """Render the same notes as plain text."""
    head = "\n".join(("Psychotherapy notes", page.client_names, KEPT_APART))
    return "\n\n".join((head, *(f"{format_date(note.note_date)}\n{note.text}" for note in page.notes))) + "\n"
