"""The clinician's card to a form on paper: which items to look at before the client leaves.

The client may see it on the desk, so it names no question and no topic, only item numbers and what to do. The
form itself shows nothing of this.
"""

from typing import TYPE_CHECKING

from clinic_toolkit import standing_sentences
from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Rule, Text, typed_paragraphs
from clinic_toolkit.documents.styles import ACCENT, EDGE, MM, SMALL, SOFT, TextStyle
from clinic_toolkit.documents.tagging import Role
from clinic_toolkit.psychometrics.safety_prompt_rules import (
    NO_REASSURANCE,
    flagged_item_numbers,
    lowest_prompting_option,
)

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.instruments.model import Instrument
    from clinic_toolkit.record.values.page_values import ClinicianCard

_WIDTH, _PAD = 128 * MM, 7 * MM
_HEAD = TextStyle(size=14, bold=True, leading=1.2)
_LABEL = TextStyle(size=10, bold=True, colour=ACCENT, leading=1.3)
_NUMBERS = TextStyle(size=30, bold=True, leading=1.2)
_TEXT = TextStyle(size=10.5, leading=1.34)
_SMALL = TextStyle(size=9.5, colour=SOFT, leading=1.32)
_CODE = TextStyle(size=10.5, bold=True, leading=1.34)


class CutOutCard(Block):
    """Blocks within a frame to cut along."""

    def __init__(self, blocks: list[Block]) -> None:
        super().__init__()
        self.blocks = blocks

    def height(self, width: float) -> float:
        return page_layout.stacked_height(self.blocks, self._inner_width(width)) + 2 * _PAD

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        height = self.height(width)
        canvas.setStrokeColorRGB(*EDGE)
        canvas.setLineWidth(0.7)
        canvas.roundRect(x, top - height, min(width, _WIDTH), height, 8, stroke=1, fill=0)
        (placed,) = page_layout.place_on_pages(self.blocks, self._inner_width(width), height)
        for block, offset in placed:
            block.draw(canvas, x + _PAD, top - _PAD - offset, self._inner_width(width))

    def has_placeholder(self) -> bool:
        return any(block.has_placeholder() for block in self.blocks)

    def _inner_width(self, width: float) -> float:
        return min(width, _WIDTH) - 2 * _PAD


def render_clinician_card(value: "ClinicianCard") -> bytes:
    """Draw the card on one page, to be cut out."""
    instrument = value.instrument
    blocks: list[Block] = [
        Text("For you only", _LABEL, after=2),
        Text(f"{instrument.title}, version {instrument.version}", _HEAD, after=4, role=Role.H1),
        Text([("About one person: sheet ", _TEXT), (value.form_code, _CODE)]),
        Text([("About people in general: sheet ", _TEXT), (value.form_code_general, _CODE)]),
        Rule(before=9, after=9),
        *_flagged_item_blocks(instrument),
        Text(NO_REASSURANCE, _TEXT, before=7),
    ]
    if value.letterhead.crisis_text.strip():
        blocks += [
            Rule(before=9, after=9),
            Text("In a crisis", _LABEL, after=2, role=Role.H2),
            *typed_paragraphs(value.letterhead.crisis_text, _TEXT, gap=2),
        ]
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size,
        footer=(Text(standing_sentences.STATUS_LINE, SMALL),),
        demo=value.letterhead.is_demo,
    )
    instruction = Text(
        "Cut along the line. Keep this card yourself, not with the form: the form leaves the room.",
        _SMALL,
        before=10,
    )
    return page_layout.make_pdf([CutOutCard(blocks), instruction], sheet)


def _flagged_item_blocks(instrument: "Instrument") -> list[Block]:
    numbers = flagged_item_numbers(instrument)
    if not numbers:
        return [
            Text("This form has no question that you need to look at first.", _CODE, after=3),
            Text("Ask what you would ask in any other session.", _TEXT),
        ]
    single = len(numbers) == 1
    return [
        Text("To look at before the door opens", _LABEL, after=1, role=Role.H2),
        Text(" · ".join(str(number) for number in numbers), _NUMBERS, after=3),
        Text(
            f"When the sheet comes back, look at {'this number' if single else 'these numbers'} while your "
            "client is still with you.",
            _TEXT,
            after=4,
        ),
        *(
            Text(line, _TEXT, indent=10, bullet="·", after=2)
            for line in (
                *(_threshold_sentence(instrument, number) for number in numbers),
                "Ask also if the question was left out in any way, or is marked to talk about.",
                "The screen tells you what to ask, with the questions for the talk.",
                "Write down what you asked, what you heard and what you did.",
            )
        ),
    ]


def _threshold_sentence(instrument: "Instrument", number: int) -> str:
    """The sentence that names the lowest answer to ask about, given the item's direction of scoring."""
    item = instrument.items[number - 1]
    direction = "less" if item.reverse else "more"
    label = lowest_prompting_option(instrument, item).label
    return f"Number {number}: ask, when nobody else can hear, if “{label}” or {direction} is ticked."
