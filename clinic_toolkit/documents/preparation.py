"""The sheet before one hour, for the clinician: what was agreed, what to ask about, and room to write."""

from typing import TYPE_CHECKING

from clinic_toolkit.dates import format_date, weekday_name
from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Text, WritingLines, typed_paragraphs
from clinic_toolkit.documents.page_layout import PageLayout, Part
from clinic_toolkit.documents.styles import BODY, HEADING, QUIET, SMALL
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.record.values.preparation_values import PreparationPage

STAYS_WITH_YOU = "For you alone. Do not leave it lying about, and shred it after the hour."
NOTHING = "Nothing is noted from before."
_LINES_TO_WRITE, _PITCH = 5, 24.0


def render_preparation(value: "PreparationPage") -> bytes:
    """Draw the sheet before one hour."""
    return page_layout.bind_pdf([lay_out_preparation(value)])


def lay_out_preparation(value: "PreparationPage") -> Part:
    """The blocks of the sheet, as a part of a file for a whole day."""
    day = f"{weekday_name(value.day)} {format_date(value.day)}"
    blocks: list[Block] = [
        *page_layout.title_blocks(value.title, after=4),
        Text(" · ".join(filter(None, (day, value.tag))), QUIET, after=6),
    ]
    if not value.parts:
        blocks.append(Text(NOTHING, BODY, before=12))
    for part in value.parts:
        blocks.append(Text(part.heading, HEADING, before=14, after=3, keep_with_next=True, role=Role.H2))
        for line in part.lines:
            blocks += typed_paragraphs(line, BODY)
    blocks += [
        Text("To write", HEADING, before=18, after=3, keep_with_next=True, role=Role.H2),
        WritingLines(_LINES_TO_WRITE, _PITCH),
    ]
    layout = PageLayout(
        paper=value.letterhead.paper_size,
        footer=(Text(STAYS_WITH_YOU, SMALL),),
        demo=value.letterhead.is_demo,
    )
    return blocks, layout
