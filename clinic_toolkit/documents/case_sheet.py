"""A case sheet on paper: neither letterhead nor name nor day, since it leaves without who it is about."""

from typing import TYPE_CHECKING

from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Text, typed_paragraphs
from clinic_toolkit.documents.styles import BODY, HEADING, SMALL
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.record.values.case_sheet_values import CaseSheet

FOOTER = "For supervision. Names, days and places were taken out."


def render_case_sheet(sheet: "CaseSheet", *, paper: str, demo: bool) -> bytes:
    """Draw the question, if there is one, and the text.

    Args:
        paper: the size of the paper.
        demo: whether it is about invented people.
    """
    blocks: list[Block] = page_layout.title_blocks("Case sheet")
    if sheet.question:
        blocks.append(Text("The question", HEADING, after=4, keep_with_next=True, role=Role.H2))
        blocks += typed_paragraphs(sheet.question, BODY)
        blocks.append(Text("What happened", HEADING, before=18, after=4, keep_with_next=True, role=Role.H2))
    blocks += typed_paragraphs(sheet.text, BODY)
    layout = page_layout.PageLayout(paper=paper, footer=(Text(FOOTER, SMALL),), demo=demo)
    return page_layout.make_pdf(blocks, layout)
