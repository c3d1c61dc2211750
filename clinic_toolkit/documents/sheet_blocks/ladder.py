"""A ladder with a line on each rung, the easiest at the bottom."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Text, draw_writing_lines
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    FillInBlock,
    draw_hairlines,
    keep_span,
    measure_width,
    number_texts,
)
from clinic_toolkit.documents.styles import ACCENT, TextStyle
from clinic_toolkit.documents.tagging import Role, Scope

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
        self.numbers = number_texts(block.rungs, self.quiet_style, align=Align.CENTRE)
        self.top, self.bottom = Text(block.top, self.quiet_style), Text(block.bottom, self.quiet_style)
        self.heads = [
            Text(keep_span(head), self.light_head_style, align=Align.CENTRE) for head in block.ratings
        ]
        widest = max((measure_width(head, 62 * self.scale) for head in self.heads), default=0.0)
        self.rating_width = max(widest + 8, 48 * self.scale)

    def texts(self) -> Iterable[Text]:
        return (self.top, self.bottom, *self.numbers, *self.heads)

    def height(self, width: float) -> float:
        return self._above(width) + self.pitch * self.rungs + self._below(width)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        step, ladder, text_width = self.pitch, self._ladder(), self._text_width(width)
        head_bottom = top - self._above(width)
        foot = head_bottom - step * self.rungs
        left, edge = x + ladder + _GAP, x + width - self._ratings_width()
        self.top.draw(canvas, left, head_bottom + self.top.height(text_width) + 4, text_width)
        rungs = [foot + rung * step for rung in range(self.rungs)]
        with canvas.element(Role.TABLE):
            draw_writing_lines(canvas, [(left, y, x + width, y) for y in rungs])
            edges = [edge + index * self.rating_width for index in range(len(self.heads))]
            if edges:
                draw_hairlines(canvas, [(each, foot, each, head_bottom) for each in edges])
            _draw_rails(canvas, x, ladder, rungs, step)
            self._draw_heads(canvas, edges, head_bottom)
            for rung in reversed(range(self.rungs)):  # as it is read, from the top
                number, y = self.numbers[rung], rungs[rung]
                with canvas.element(Role.ROW):
                    with canvas.element(Role.HEAD_CELL, scope=Scope.ROW):
                        number.draw(canvas, x + 2, y + (step + number.height(ladder)) / 2, ladder - 4)
                    with canvas.element(Role.CELL):
                        self.mark_text(canvas, f"r{rung + 1}", left, y, edge - left - 3)
                    for index, each in enumerate(edges):
                        with canvas.element(Role.CELL):
                            field = f"r{rung + 1}.c{index + 1}"
                            self.mark_text(canvas, field, each + 2, y, self.rating_width - 4)
        self.bottom.draw(canvas, left, foot - 5, text_width)

    def _draw_heads(self, canvas: "TaggedCanvas", edges: Sequence[float], bottom: float) -> None:
        if not edges:
            return
        with canvas.element(Role.ROW):
            for _ in range(2):  # above the numbers and the lines
                with canvas.element(Role.CELL):
                    pass
            width = self.rating_width - 4
            for head, edge in zip(self.heads, edges, strict=True):
                with canvas.element(Role.HEAD_CELL):
                    head.draw(canvas, edge + 2, bottom + 4 + head.height(width), width)

    def _ladder(self) -> float:
        return _LADDER_WIDTH * self.scale

    def _ratings_width(self) -> float:
        return self.rating_width * len(self.heads)

    def _text_width(self, width: float) -> float:
        return width - self._ladder() - _GAP - self._ratings_width() - 4

    def _above(self, width: float) -> float:
        heads = [head.height(self.rating_width - 4) for head in self.heads]
        return max(self.top.height(self._text_width(width)), *heads, 0) + 4

    def _below(self, width: float) -> float:
        return self.bottom.height(self._text_width(width)) + 5


def _draw_rails(canvas: "TaggedCanvas", x: float, width: float, rungs: Sequence[float], step: float) -> None:
    canvas.setStrokeColorRGB(*ACCENT)
    canvas.setLineWidth(1.1)
    canvas.lines([(x + 2, y, x + width - 2, y) for y in rungs])
    canvas.setLineWidth(1.8)
    canvas.lines([(rail, rungs[0] - 7, rail, rungs[-1] + step * 0.9) for rail in (x + 2, x + width - 2)])
