"""The page a client may take along: their own words, one next step, whom to call; never a score."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit import standing_sentences
from clinic_toolkit.dates import format_date
from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Text, WritingLines, typed_paragraphs
from clinic_toolkit.documents.styles import MM, READING, READING_HEADING, SOFT, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.record.values.page_values import ClientPage

_DATE_STYLE = TextStyle(size=12, colour=SOFT)
_PITCH = 9.5 * MM


def render_client_page(value: "ClientPage") -> bytes:
    """Draw the client page. An empty section is left out, or has lines to write on if words may be added."""
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size,
        footer=(Text(standing_sentences.CLIENT_LINE, _DATE_STYLE),),
        demo=value.letterhead.is_demo,
        small_style=_DATE_STYLE,
    )
    narrow_sheet = replace(sheet, top=15 * MM, bottom=10 * MM)
    # Fill the rest of the page with lines to write on; if there is much text, reduce space and margins first.
    for lines, spacing, layout in (
        *((lines, 1.0, sheet) for lines in (6, 5, 4, 3, 2)),
        *((lines, spacing, narrow_sheet) for lines in (2, 1) for spacing in (1.0, 0.8, 0.6)),
    ):
        blocks = _blocks(value, lines)
        for block in blocks:
            block.before *= spacing
        if (
            page_layout.stacked_height(
                [*blocks, *page_layout.placeholder_explanation(blocks, sheet)], layout.width
            )
            <= layout.usable_height
        ):
            return page_layout.make_pdf(blocks, layout)
    return page_layout.make_pdf(_blocks(value, 2), sheet)


def _blocks(value: "ClientPage", lines: int) -> list[Block]:
    return [
        *page_layout.title_blocks(value.title, after=2),
        Text(format_date(value.answered_on), _DATE_STYLE, after=20),
        *_section("What is going well", value.strengths),
        *_section("What stood out", value.stood_out),
        *_own_words_section(value.own_words, lines + 1),
        *_next_step_section(value.next_step, min(lines, 3)),
        _heading("Where is this wrong?" if value.strengths or value.stood_out else "Is something missing?"),
        WritingLines(min(lines, 3), _PITCH),
        *_crisis_section(value.letterhead.crisis_text),
    ]


def _heading(heading: str) -> Text:
    return Text(heading, READING_HEADING, before=22, after=6, keep_with_next=True, role=Role.H2)


def _section(heading: str, sentences: tuple[str, ...]) -> list[Block]:
    if not sentences:
        return []
    return [_heading(heading), *(Text(sentence, READING, after=6) for sentence in sentences)]


def _own_words_section(own_words: tuple[str, ...], lines: int) -> list[Block]:
    quotes = [quote for text in own_words if (quote := typed_paragraphs(text, READING, bar=True))]
    if not quotes:
        return [_heading("In my own words"), WritingLines(lines, _PITCH)]
    for quote in quotes:
        quote[-1].after = 8
    return [_heading("In my own words"), *(block for quote in quotes for block in quote)]


def _next_step_section(next_step: str, lines: int) -> list[Block]:
    if not next_step.strip():
        return [_heading("One next step"), WritingLines(lines, _PITCH)]
    return [_heading("One next step"), *typed_paragraphs(next_step, READING)]


def _crisis_section(crisis_text: str) -> list[Block]:
    if not crisis_text.strip():
        return []
    return [
        Text("If it gets too much", READING_HEADING, before=34, after=5, keep_with_next=True, role=Role.H2),
        *typed_paragraphs(crisis_text, READING),
    ]
