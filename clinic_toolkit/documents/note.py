"""A progress note on paper, with signer, time and check code; an unsigned one says so on every page.

Additions and changes after signing are printed on separate sheets at the end, so that the signed sheets never
change.
"""

from typing import TYPE_CHECKING

from clinic_toolkit import standing_sentences
from clinic_toolkit.dates import format_date, format_timestamp, written_in
from clinic_toolkit.documents import note_additions, page_layout
from clinic_toolkit.documents.blocks import Block, Rule, Text, typed_paragraphs
from clinic_toolkit.documents.clinician_header import fact_row, letterhead_blocks, session_fact_blocks
from clinic_toolkit.documents.styles import BODY, HEADING, QUIET, SMALL, STRONG
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.record.values.note_values import NotePage, NoteSection

DRAFT = "Draft, not signed"
# About eight lines. A longer one is split over two pages, and its end stands above the signature.
SHORT_PARAGRAPH = 700


def render_note(value: "NotePage") -> bytes:
    """Draw the note; the pages of a long one are numbered "page n of m".

    Dates and times are written as its letterhead says: those of a signed note as they were signed.
    """
    with written_in(value.letterhead.style):
        return _draw_note(value)


def _draw_note(value: "NotePage") -> bytes:
    is_signed = value.signer_name is not None
    blocks: list[Block] = [
        *letterhead_blocks(value.letterhead),
        *page_layout.title_blocks("Progress note", after=4 if not is_signed else 14),
        *([] if is_signed else [Text(DRAFT, STRONG, after=14)]),
        *session_fact_blocks(value.session_facts),
        *_goal_blocks(value.goals),
        *([Text(value.late_entry, STRONG, before=10)] if value.late_entry else []),
    ]
    for section in value.sections:
        blocks += _section_blocks(section)
    _keep_signature_company(blocks)
    blocks += _signature_blocks(value)
    footer_text = f" · {format_date(value.session_facts.session_date)}" + ("" if is_signed else f" · {DRAFT}")
    # Only who and when: a footer line about questionnaires or courts would seem to be about the note.
    footer = (Text([(value.session_facts.client_names, SMALL), (footer_text, SMALL)]),)
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size, footer=footer, demo=value.letterhead.is_demo
    )
    return page_layout.bind_pdf(
        [(blocks, sheet), *note_additions.additions_part(value), *_later_changes_part(value)]
    )


def _later_changes_part(value: "NotePage") -> list[page_layout.Part]:
    """The sheet of changes after signing, or nothing if there are none."""
    if not value.changes_after_signing and not value.some_unreadable:
        return []
    signature_text = f"The note was signed by {value.signer_name}"
    signature_text += f", {format_timestamp(value.signed_at)}" if value.signed_at else ""
    blocks: list[Block] = [
        *page_layout.title_blocks(standing_sentences.CHANGED_LATER),
        Text(
            f"{standing_sentences.NOT_PART_OF_NOTE} {signature_text}, mark {value.check_code}.",
            QUIET,
            after=14,
        ),
        *(fact_row(change.fact_name, change.sentence, before=3) for change in value.changes_after_signing),
        *([Text(standing_sentences.SOME_UNREADABLE, BODY, before=10)] if value.some_unreadable else []),
    ]
    footer = (
        Text([(value.session_facts.client_names, SMALL), (f" · {standing_sentences.CHANGED_LATER}", SMALL)]),
    )
    return [
        (
            blocks,
            page_layout.PageLayout(
                paper=value.letterhead.paper_size, footer=footer, demo=value.letterhead.is_demo
            ),
        )
    ]


def _goal_blocks(goals: tuple[str, ...]) -> list[Block]:
    label = "Goals" if len(goals) > 1 else "Goal"
    return [fact_row("" if index else label, f"“{words}”") for index, words in enumerate(goals)]


def _section_blocks(section: "NoteSection") -> list[Block]:
    paragraphs = typed_paragraphs(section.text, BODY)
    if not paragraphs:
        return []
    evidence = [Text(line, SMALL, before=3) for line in section.evidence_lines]
    heading = Text(section.heading, HEADING, before=18, after=4, keep_with_next=True, role=Role.H2)
    return [heading, *paragraphs, *evidence]


def _keep_signature_company(blocks: list[Block]) -> None:
    """Let a short last paragraph go to the next page with the signature, which could stand there alone."""
    last = blocks[-1]
    if isinstance(last, Text) and sum(len(text) for text, _ in last.spans) <= SHORT_PARAGRAPH:
        last.keep_with_next = True


def _signature_blocks(value: "NotePage") -> list[Block]:
    rows = [
        ("Signed by", value.signer_name or ""),
        ("At", format_timestamp(value.signed_at) if value.signed_at else ""),
    ]
    if value.signer_name is None:
        rows = [("Signature", DRAFT)]
    elif value.check_code:
        rows.append(("Mark", value.check_code))
    pairs: list[Block] = [
        fact_row(label, text, before=3, keep_with_next=index + 1 < len(rows))
        for index, (label, text) in enumerate(rows)
    ]
    countersignature = note_additions.countersignature_blocks() if value.asks_countersignature else []
    return [Rule(before=24, after=8), *pairs, *countersignature]
