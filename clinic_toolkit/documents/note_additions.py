"""What is printed after a signed note: its additions, and an empty line for a signature on paper."""

from typing import TYPE_CHECKING

from clinic_toolkit import standing_sentences
from clinic_toolkit.dates import format_timestamp
from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Rule, Text, typed_paragraphs
from clinic_toolkit.documents.clinician_header import fact_row
from clinic_toolkit.documents.styles import BODY, HEADING, QUIET, SMALL
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.record.values.note_values import NoteAdditionPage, NotePage

# Room to write by hand: a name, a licence line, a signature and a date.
HAND_WRITTEN = ("Countersigned by", "Licence", "Signature", "Date")


def additions_part(value: "NotePage") -> list[page_layout.Part]:
    """The sheets of additions, or nothing if there are none."""
    if not value.additions:
        return []
    signed_at = f", {format_timestamp(value.signed_at)}" if value.signed_at else ""
    blocks: list[Block] = [
        *page_layout.title_blocks(standing_sentences.ADDED_LATER),
        Text(
            f"To the note signed by {value.signer_name}{signed_at}, mark {value.check_code}. "
            "What is signed here was signed on its own.",
            QUIET,
        ),
    ]
    for addition in value.additions:
        blocks += _addition_blocks(addition)
    footer = (
        Text([(value.session_facts.client_names, SMALL), (f" · {standing_sentences.ADDED_LATER}", SMALL)]),
    )
    letterhead = value.letterhead
    sheet = page_layout.PageLayout(paper=letterhead.paper_size, footer=footer, demo=letterhead.is_demo)
    return [(blocks, sheet)]


def _addition_blocks(addition: "NoteAdditionPage") -> list[Block]:
    blocks: list[Block] = [
        Text(addition.heading, HEADING, before=18, after=4, keep_with_next=True, role=Role.H2)
    ]
    for label, text in addition.lines:
        # A long text reads as paragraphs; what is short stands beside its label.
        if label == "Added":
            blocks += typed_paragraphs(text, BODY)
        else:
            blocks.append(fact_row(label, text, before=3))
    if addition.signed_at is None:
        return blocks
    return [
        *blocks,
        fact_row("Signed by", addition.signer_name, before=8),
        fact_row("At", format_timestamp(addition.signed_at), before=3),
        fact_row("Mark", addition.check_code, before=3),
    ]


def countersignature_blocks() -> list[Block]:
    """Empty lines, each with its label, for whoever signs the sheet by hand."""
    blocks: list[Block] = []
    for label in HAND_WRITTEN:
        blocks += [Text(label, QUIET, before=14), Rule(before=14)]
    return blocks
