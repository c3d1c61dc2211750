"""A client's plan for hard moments on paper, and a small card that tells nobody what it is for.

Neither names the client, the clinician or the practice: either may be found.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Align, Block, Text, typed_paragraphs
from clinic_toolkit.documents.sheet_blocks.card import PocketCard
from clinic_toolkit.documents.styles import MM, READING, READING_HEADING, SOFT, TextStyle
from clinic_toolkit.documents.tagging import Role
from clinic_toolkit.worksheets.block_model import CardBlock

if TYPE_CHECKING:
    from clinic_toolkit.record.values.plan_pages import HardMomentsPage, NeutralCard

TITLE = "When it is hard"
CRISIS_HEADING = "Day and night"
_LARGE = TextStyle(size=19, leading=1.36)
_LARGE_HEADING = TextStyle(size=20, bold=True, leading=1.25)
_CARD, _LARGE_CARD = TextStyle(size=12, leading=1.35), TextStyle(size=16, leading=1.35)
# Lines to write on by hand where no words for the card were typed.
_BLANK_LINES = 6


def render_hard_moments(value: "HardMomentsPage") -> bytes:
    """Draw the plan: what is empty is left out, and whom to call day and night stands at its end."""
    text = _LARGE if value.large_type else READING
    heading = _LARGE_HEADING if value.large_type else READING_HEADING
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size,
        demo=value.letterhead.is_demo,
        small_style=TextStyle(size=12, colour=SOFT),
    )
    crisis_text = value.letterhead.crisis_text.strip()
    sections = [*value.sections, *([(CRISIS_HEADING, crisis_text)] if crisis_text else [])]
    tight = replace(sheet, top=14 * MM, bottom=9 * MM)
    return page_layout.make_pdf_on_one_page(
        lambda white: _blocks(sections, text, heading, white), ((sheet, 20.0), (tight, 15.0), (tight, 10.0))
    )


def _blocks(
    sections: list[tuple[str, str]], text: TextStyle, heading: TextStyle, white: float
) -> list[Block]:
    blocks = page_layout.title_blocks(TITLE, after=2)
    for words, typed in sections:
        blocks.append(Text(words, heading, before=white, after=4, keep_with_next=True, role=Role.H2))
        blocks += typed_paragraphs(typed, text)
    return blocks


def render_neutral_card(value: "NeutralCard") -> bytes:
    """Draw the card with its words, or with lines to write on if there are none; it has no heading."""
    style = _LARGE_CARD if value.large_type else _CARD
    lines = [line.strip() for line in value.words.split("\n") if line.strip()]
    card = PocketCard(
        CardBlock(kind="card", label="", sentences=(), own_lines=0 if lines else _BLANK_LINES), style
    )
    card.sentences = [Text(line, style, align=Align.TYPED) for line in lines]
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size, demo=value.letterhead.is_demo, numbered=False
    )
    return page_layout.make_pdf([card], sheet)
