"""A ladder with a line on each rung, the easiest at the bottom."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Text
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    FillInBlock,
    draw_hairlines,
    draw_writing_lines,
)
from clinic_toolkit.documents.styles import ACCENT, TextStyle

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.worksheets.block_model import LadderBlock

_LADDER_WIDTH = 30.0
_GAP = 8.0


class Ladder(FillInBlock):
    """Two rails with a numbered rung for each step; beside it a line to write on, and columns to rate."""

    def __init__(self, block: "LadderBlock", style: TextStyle) -> None:
        super().__init__(style)
        self.rungs = block.rungs
        self.numbers = [
            Text(str(number), self.quiet_style, align=Align.CENTRE) for number in range(1, block.rungs + 1)
        ]
        self.top, self.bottom = Text(block.top, self.quiet_style), Text(block.bottom, self.quiet_style)
        self.heads = [Text(head, self.head_style, align=Align.CENTRE) for head in block.ratings]

    def texts(self) -> Iterable[Text]:
        return (self.top, self.bottom, *self.numbers, *self.heads)

    def height(self, width: float) -> float:
        return self._above(width) + self._step() * self.rungs + self._below(width)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        step, ladder = self._step(), self._ladder()
        foot = top - self._above(width) - step * self.rungs
        edge = x + width - self._ratings_width(width)
        text_width = self._text_width(width)
        self.top.draw(
            canvas, x + ladder + _GAP, top - self._above(width) + self.top.height(text_width) + 4, text_width
        )
        self.bottom.draw(canvas, x + ladder + _GAP, foot - 5, text_width)
        rating_width = self._rating_width(width)
        for index, head in enumerate(self.heads):
            head.draw(
                canvas,
                edge + index * rating_width + 2,
                top - self._above(width) + 4 + head.height(rating_width - 4),
                rating_width - 4,
            )
        rungs = [foot + rung * step for rung in range(self.rungs)]
        draw_writing_lines(canvas, [(x + ladder + _GAP, y, x + width, y) for y in rungs])
        if self.heads:
            edges = [edge + index * rating_width for index in range(len(self.heads))]
            draw_hairlines(canvas, [(each, foot, each, foot + step * self.rungs) for each in edges])
        canvas.setStrokeColorRGB(*ACCENT)
        canvas.setLineWidth(1.1)
        canvas.lines([(x + 2, y, x + ladder - 2, y) for y in rungs])
        canvas.setLineWidth(1.8)
        head_room = foot + step * self.rungs - step * 0.1
        canvas.lines([(rail, foot - 7, rail, head_room) for rail in (x + 2, x + ladder - 2)])
        for rung in reversed(range(self.rungs)):  # as it is read, from the top
            number, y = self.numbers[rung], rungs[rung]
            number.draw(canvas, x + 2, y + (step + number.height(ladder)) / 2, ladder - 4)
            left = x + ladder + _GAP
            self.mark_text(canvas, f"r{rung + 1}", left, y, edge - left - 3)
            for index in range(len(self.heads)):
                self.mark_text(
                    canvas,
                    f"r{rung + 1}.c{index + 1}",
                    edge + index * rating_width + 2,
                    y,
                    rating_width - 4,
                )

    def _step(self) -> float:
        return self.pitch

    def _ladder(self) -> float:
        return _LADDER_WIDTH * self.scale

    def _rating_width(self, width: float) -> float:
        if not self.heads:
            return 0.0
        widest = max(max(line.width for line in head.lines(62 * self.scale)) for head in self.heads)
        return float(max(widest + 8, 48 * self.scale))

    def _ratings_width(self, width: float) -> float:
        return self._rating_width(width) * len(self.heads)

    def _text_width(self, width: float) -> float:
        return width - self._ladder() - _GAP - self._ratings_width(width) - 4

    def _above(self, width: float) -> float:
        heads = [head.height(self._rating_width(width) - 4) for head in self.heads]
        return max(self.top.height(self._text_width(width)), *heads, 0) + 4

    def _below(self, width: float) -> float:
        return self.bottom.height(self._text_width(width)) + 5
