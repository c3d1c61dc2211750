"""Psychotherapy notes on paper; every page says that they are kept apart from the record."""

from typing import TYPE_CHECKING

from clinic_toolkit.dates import format_date
from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Text, typed_paragraphs
from clinic_toolkit.documents.clinician_header import letterhead_block
from clinic_toolkit.documents.styles import BODY, HEADING, QUIET, SMALL, STRONG
from clinic_toolkit.documents.tagging import Role
from clinic_toolkit.standing_sentences import KEPT_APART

if TYPE_CHECKING:
    from clinic_toolkit.record.values.private_note_values import PrivateNotesPage


def render_private_notes(value: "PrivateNotesPage") -> bytes:
    """Draw the notes about one case; the pages of more than one are numbered "page n of m"."""
    blocks: list[Block] = [
        letterhead_block(value.letterhead),
        *page_layout.title_blocks("Psychotherapy notes", after=4),
        Text(value.client_names, STRONG, after=4),
        Text(KEPT_APART, QUIET, after=6),
    ]
    for note in value.notes:
        heading = Text(
            format_date(note.note_date), HEADING, before=18, after=4, keep_with_next=True, role=Role.H2
        )
        blocks += [heading, *typed_paragraphs(note.text, BODY)]
    footer = (Text([(value.client_names, SMALL), (f" · {KEPT_APART}", SMALL)]),)
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size, footer=footer, demo=value.letterhead.is_demo
    )
    return page_layout.make_pdf(blocks, sheet)
