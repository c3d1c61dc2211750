"""A packet: several papers in one file, in the order in which they are handed out.

Before the papers of each session of a day lies a separator sheet, which stays with the clinician. Each part
is laid out when the one before it is drawn, so that a packet needs little more room than its file.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.page_layout import PageLayout, Part
from clinic_toolkit.documents.styles import BODY

if TYPE_CHECKING:
    from clinic_toolkit.record.values.packet_values import SeparatorPage

LayOut = Callable[[], Part]
Report = Callable[[int, int], None]


def render_packet(papers: Sequence[LayOut], report: Report) -> bytes:
    """Draw these papers into one file.

    Args:
        papers: what lays out each paper, such as `lay_out_worksheet` with its value; at least one.
        report: is called before each paper with the number that are drawn and the number of all; what it
            raises ends the work.
    """
    return page_layout.bind_pdf(_lay_out(papers, report), is_bound=len(papers) > 1)


def _lay_out(papers: Sequence[LayOut], report: Report) -> Iterator[Part]:
    for done, lay_out in enumerate(papers):
        report(done, len(papers))
        yield lay_out()


def lay_out_separator(value: "SeparatorPage") -> Part:
    """The sheet that lies before the papers of one session."""
    blocks: list[Block] = [
        *page_layout.title_blocks(value.title),
        *(Text(line, BODY) for line in value.lines),
    ]
    return blocks, PageLayout(paper=value.letterhead.paper_size, demo=value.letterhead.is_demo)
