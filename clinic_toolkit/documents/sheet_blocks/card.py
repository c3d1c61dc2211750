"""A card to cut out and keep."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Text, draw_writing_lines
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    FillInBlock,
    describe_lines,
    open_blank,
)
from clinic_toolkit.documents.styles import EDGE, MM, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.worksheets.block_model import CardBlock

_PAD = 14.0
_GAP = 6.0


class PocketCard(FillInBlock):
    """Sentences, and lines for one's own, inside a dashed line to cut along."""

    def __init__(self, block: "CardBlock", style: TextStyle) -> None:
        super().__init__(style)
        self.sentences = [Text(sentence, style) for sentence in block.sentences]
        self.own_lines = block.own_lines

    def texts(self) -> Iterable[Text]:
        return self.sentences

    def height(self, width: float) -> float:
        inner = self._card_width(width) - 2 * _PAD
        words = sum(sentence.height(inner) + _GAP for sentence in self.sentences)
        return 2 * _PAD - _GAP + words + self.own_lines * self.pitch + self._scissors()

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        card_width, scissors = self._card_width(width), self._scissors()
        left, card_top = x + (width - card_width) / 2, top - scissors
        height = self.height(width) - scissors
        with canvas.element(Role.FIGURE, alt="A line to cut along, around a card."):
            canvas.setStrokeColorRGB(*EDGE)
            canvas.setLineWidth(1)
            canvas.setDash([5, 4])
            canvas.rect(left, card_top - height, card_width, height, stroke=1, fill=0)
            canvas.setDash([])
            _draw_scissors(canvas, left + 26, card_top, self.scale)
        y = card_top - _PAD
        inner = card_width - 2 * _PAD
        for sentence in self.sentences:
            sentence.draw(canvas, left + _PAD, y, inner)
            y -= sentence.height(inner) + _GAP
        if self.own_lines:
            bottom = card_top - height + _PAD - _GAP / 2
            lines = [bottom + row * self.pitch for row in reversed(range(self.own_lines))]
            with open_blank(canvas, describe_lines(self.own_lines, more=" on the card")):
                draw_writing_lines(canvas, [(left + _PAD, y, left + card_width - _PAD, y) for y in lines])
            for number, y in enumerate(lines, start=1):
                self.mark_text(canvas, f"own{number}", left + _PAD, y, inner)

    def _card_width(self, width: float) -> float:
        return min(105 * MM * self.scale, width)

    def _scissors(self) -> float:
        return 6.0 * self.scale


def _draw_scissors(canvas: "TaggedCanvas", x: float, y: float, scale: float) -> None:
    """A pair of scissors on the line, open to the right."""
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(x - 3 * scale, y - 2, 21 * scale, 4, stroke=0, fill=1)
    canvas.setLineWidth(0.9)
    for side in (-1, 1):
        canvas.circle(x, y + side * 3.4 * scale, 2.3 * scale, stroke=1, fill=0)
    canvas.lines(
        [
            (x + 1.9 * scale, y + side * 2.2 * scale, x + 16 * scale, y - side * 3.6 * scale)
            for side in (-1, 1)
        ]
    )
