"""Things side by side under heads of the same weight: boxes to sort into, two columns."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Text, draw_tick_box, draw_writing_lines
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    FillInBlock,
    RowBlock,
    describe_lines,
    draw_frame,
    draw_hairlines,
    open_blank,
)
from clinic_toolkit.documents.styles import TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.worksheets.block_model import ColumnsBlock

_GAP = 9.0
_INNER = 9.0


class SortBoxes(FillInBlock):
    """Named boxes side by side, each with lines."""

    def __init__(self, boxes: Sequence[str], lines: int, style: TextStyle) -> None:
        super().__init__(style)
        self.names = [Text(name, self.head_style, align=Align.CENTRE, role=Role.H3) for name in boxes]
        self.line_count = lines

    def texts(self) -> Iterable[Text]:
        return self.names

    def height(self, width: float) -> float:
        return self._name_height(width) + self.line_count * self.pitch + 9

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        height, box_width = self.height(width), self._box_width(width)
        name_height = self._name_height(width)
        for index, name in enumerate(self.names):
            left = x + index * (box_width + _GAP)
            with canvas.artifact():
                draw_frame(canvas, left, top - height, box_width, height, 7)
            drop = 7 + (name_height - 7 - name.height(box_width - 2 * _INNER)) / 2
            name.draw(canvas, left + _INNER, top - drop, box_width - 2 * _INNER)
            ys = [top - name_height - row * self.pitch for row in range(1, self.line_count + 1)]
            with open_blank(canvas, describe_lines(self.line_count)):
                draw_writing_lines(canvas, [(left + _INNER, y, left + box_width - _INNER, y) for y in ys])
            self.mark_text(
                canvas,
                f"c{index + 1}",
                left + _INNER,
                top - name_height - self.line_count * self.pitch,
                box_width - 2 * _INNER,
                self.line_count * self.pitch,
            )

    def _box_width(self, width: float) -> float:
        return (width - _GAP * (len(self.names) - 1)) / len(self.names)

    def _name_height(self, width: float) -> float:
        return 7 + max(name.height(self._box_width(width) - 2 * _INNER) for name in self.names)


class TwoColumns(RowBlock):
    """Two columns of lines, with a box before each line if they are to be ticked."""

    def __init__(self, block: "ColumnsBlock", style: TextStyle) -> None:
        super().__init__(style, block.rows)
        self.heads = [Text(name, self.light_head_style, role=Role.H3) for name in (block.left, block.right)]
        self.inset = 22.0 * self.scale if block.ticks else 0.0

    def texts(self) -> Iterable[Text]:
        return self.heads

    def head_height(self, width: float) -> float:
        return max(head.height(self._column_width(width)) for head in self.heads)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        column_width, head_bottom = self._column_width(width), top - self.head_height(width)
        size = self.style.size
        middle = x + width / 2
        draw_hairlines(canvas, [(middle, top - 2, middle, top - self.height(width))])
        ys = [head_bottom - place * self.pitch for place in range(1, len(self.rows) + 1)]
        more = ", each with a box to tick" if self.inset else ""
        for index, head in enumerate(self.heads):
            left = x + index * (column_width + 2 * _GAP)
            with canvas.artifact() if self.is_continued() else nullcontext():
                head.draw(canvas, left, head_bottom + head.height(column_width), column_width)
            with open_blank(canvas, describe_lines(len(ys), more=more)):
                draw_writing_lines(canvas, [(left + self.inset, y, left + column_width, y) for y in ys])
                if self.inset:
                    for y in ys:
                        draw_tick_box(canvas, left, y + 1.5, size)
            for row, y in zip(self.rows, ys, strict=True):
                field = f"r{row + 1}.c{index + 1}"
                if self.inset:
                    self.mark_tick(canvas, f"{field}.tick", left, y + 1.5, size)
                self.mark_text(canvas, field, left + self.inset, y, column_width - self.inset)

    def _column_width(self, width: float) -> float:
        return (width - 2 * _GAP) / 2
