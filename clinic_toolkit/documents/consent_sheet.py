"""A sheet to read and sign: plain paragraphs in large letters, questions to tick, and lines for names."""

from typing import TYPE_CHECKING

from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Text, draw_tick_box, draw_writing_lines
from clinic_toolkit.documents.clinician_header import letterhead_block
from clinic_toolkit.documents.styles import MM, SMALL, SOFT, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.record.values.consent_values import ConsentSheet

# The sizes of body and headings, as on the other sheets for clients, and in large print.
_SIZES = {False: (12.0, 13.5, 22.0), True: (18.0, 20.0, 28.0)}
_BOX = 11.0
# The height above a line to sign on, and the share of the width that each of the two takes.
_SIGNING_ROOM, _SIGNING_SHARE = 13 * MM, 0.46


class TickRow(Block):
    """A box to tick, and what ticking it says."""

    def __init__(self, words: str, style: TextStyle) -> None:
        super().__init__(before=4, keep_with_next=True)
        self.words = Text(words, style, indent=_BOX + 8)

    def height(self, width: float) -> float:
        return self.words.height(width)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        draw_tick_box(canvas, x, top - _BOX - 3, _BOX)
        self.words.draw(canvas, x, top, width)


class SignatureRow(Block):
    """Two lines to write on in a row, and below them what is written there: a name, a signature and a day."""

    def __init__(self, style: TextStyle) -> None:
        super().__init__()
        self.labels = (Text("Name", style), Text("Signature and date", style))

    def height(self, width: float) -> float:
        return _SIGNING_ROOM + max(label.height(width * _SIGNING_SHARE) for label in self.labels) + 2

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        y, each = top - _SIGNING_ROOM, width * _SIGNING_SHARE
        places = (x, x + width - each)
        draw_writing_lines(canvas, [(place, y, place + each, y) for place in places])
        for label, place in zip(self.labels, places, strict=True):
            label.draw(canvas, place, y - 2, each)


def render_consent_sheet(value: "ConsentSheet", *, is_large: bool = False) -> bytes:
    """Draw the sheet, in large print if asked for."""
    body_size, heading_size, title_size = _SIZES[is_large]
    body = TextStyle(size=body_size, leading=1.36)
    heading = TextStyle(size=heading_size, bold=True, leading=1.25)
    label = TextStyle(size=max(9.5, body_size - 2.5), colour=SOFT)
    blocks: list[Block] = [
        letterhead_block(value.letterhead),
        *page_layout.title_blocks(value.title, style=TextStyle(size=title_size, bold=True, leading=1.16)),
    ]
    for section in value.sections:
        blocks.append(Text(section.heading, heading, before=12, after=3, keep_with_next=True, role=Role.H2))
        blocks += [Text(paragraph, body, before=3) for paragraph in section.paragraphs]
    for question in value.choices:
        blocks.append(Text(question, body, before=14, keep_with_next=True))
        blocks += [TickRow("Yes", body), TickRow("No", body)]
    blocks += [SignatureRow(label) for _ in range(value.signers)]
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size,
        footer=(Text([(value.wording, SMALL)]),),
        demo=value.letterhead.is_demo,
    )
    return page_layout.make_pdf(blocks, sheet)
