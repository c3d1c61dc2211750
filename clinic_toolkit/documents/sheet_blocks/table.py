"""Rows under column heads: a table, a grid whose rows have names, a week."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Text, draw_tick_box, draw_writing_lines
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    NUMBER_INSET,
    PAD,
    RowBlock,
    draw_hairlines,
    keep_span,
    measure_width,
    number_texts,
)
from clinic_toolkit.documents.styles import TextStyle
from clinic_toolkit.documents.tagging import Role, Scope

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas


class Table(RowBlock):
    """Empty rows under column heads; a tick column has a box in each row, a named row its name before it.

    A row is as high as `lines` writing lines.
    """

    def __init__(
        self,
        columns: Sequence[str],
        row_count: int,
        style: TextStyle,
        *,
        numbered: bool = False,
        ticks: Sequence[int] = (),
        row_heads: Sequence[str] = (),
        lines: int = 1,
    ) -> None:
        super().__init__(style, row_count)
        self.line_count = lines
        self.ticks = frozenset(index for index in ticks if index < len(columns))
        self.heads = [
            Text(
                keep_span(heading),
                self.light_head_style,
                align=Align.CENTRE if index in self.ticks else Align.LEFT,
            )
            for index, heading in enumerate(columns)
        ]
        self.is_numbered = numbered and not row_heads
        # The number or the name of each row; none if it has neither.
        self.row_heads = (
            number_texts(row_count, self.quiet_style)
            if self.is_numbered
            else [Text(name, style) for name in row_heads]
        )
        self.tick_widths = [_head_width(heading, self.light_head_style) for heading in columns]
        self._widths_by_width: dict[float, list[float]] = {}

    def texts(self) -> Iterable[Text]:
        return (*self.heads, *self.row_heads)

    def widths(self, width: float) -> list[float]:
        """The width of each column; writing columns share what the tick columns leave."""
        if width not in self._widths_by_width:
            self._widths_by_width[width] = self._measure_widths(width - self._inset(width))
        return self._widths_by_width[width]

    def head_height(self, width: float) -> float:
        return (
            max(
                head.height(column_width - 2 * PAD)
                for head, column_width in zip(self.heads, self.widths(width), strict=True)
            )
            + 5
        )

    def row_height(self, row: int, width: float) -> float:
        height = self.pitch * self.line_count
        if self.is_numbered or not self.row_heads:
            return height
        return max(height, self.row_heads[row].height(self._inset(width) - PAD) + 6)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        widths, inset = self.widths(width), self._inset(width)
        edges = [x + inset + sum(widths[:index]) for index in range(len(widths) + 1)]
        head_bottom = top - self.head_height(width)
        heights = [self.row_height(row, width) for row in self.rows]
        bottoms = [head_bottom - sum(heights[: index + 1]) for index in range(len(heights))]
        with canvas.element(Role.TABLE, owner=self.owner):
            draw_writing_lines(canvas, [(x, y, x + width, y) for y in (head_bottom, *bottoms)])
            inner_edges = edges[1:-1] if self.is_numbered or not inset else edges[:-1]
            if inner_edges:
                draw_hairlines(canvas, [(edge, head_bottom, edge, bottoms[-1]) for edge in inner_edges])
            with canvas.artifact() if self.is_continued() else canvas.element(Role.ROW):
                self._draw_heads(canvas, edges, head_bottom)
            for row, y, height in zip(self.rows, bottoms, heights, strict=True):
                with canvas.element(Role.ROW):
                    if self.row_heads:
                        name_width = inset - (0 if self.is_numbered else PAD)
                        middle = y + (height + self.row_heads[row].height(name_width)) / 2
                        with canvas.element(Role.HEAD_CELL, scope=Scope.ROW):
                            self.row_heads[row].draw(canvas, x, middle, name_width)
                    self._draw_cells(canvas, row, edges, y, height)

    def _draw_heads(self, canvas: "TaggedCanvas", edges: Sequence[float], bottom: float) -> None:
        if self.row_heads:
            with canvas.element(Role.CELL):
                pass
        for index, head in enumerate(self.heads):
            width = edges[index + 1] - edges[index] - 2 * PAD
            starts_row = index == 0 and not self.row_heads and head.align != Align.CENTRE
            left = edges[index] + (0 if starts_row else PAD)
            with canvas.element(Role.HEAD_CELL):
                head.draw(canvas, left, bottom + 5 + head.height(width), width)

    def _draw_cells(
        self, canvas: "TaggedCanvas", row: int, edges: Sequence[float], y: float, height: float
    ) -> None:
        size = self.style.size
        for index in range(len(self.heads)):
            width, field = edges[index + 1] - edges[index], f"r{row + 1}.c{index + 1}"
            with canvas.element(Role.CELL):
                if index in self.ticks:
                    left, bottom = edges[index] + (width - size) / 2, y + (height - size) / 2
                    draw_tick_box(canvas, left, bottom, size)
                    self.mark_tick(canvas, field, left, bottom, size)
                else:
                    self.mark_text(canvas, field, edges[index] + 2, y, width - 4, height)

    def _measure_widths(self, width: float) -> list[float]:
        # A hair more than the word needs, because the edges of columns are sums and may round it away.
        ticks = {
            index: min(max(self.tick_widths[index] + 0.1, 40.0 * self.scale), width / len(self.heads))
            for index in self.ticks
        }
        writing_count = len(self.heads) - len(ticks)
        if not writing_count:
            return [width / len(self.heads)] * len(self.heads)
        # In a numbered table the first writing column takes the main text, so it is twice as wide.
        first_factor = 2.0 if self.is_numbered and 0 not in ticks and writing_count > 1 else 1.0
        share = (width - sum(ticks.values())) / (writing_count - 1 + first_factor)
        return [
            ticks.get(index, share * first_factor if index == 0 else share)
            for index in range(len(self.heads))
        ]

    def _inset(self, width: float) -> float:
        if self.is_numbered:
            return NUMBER_INSET * self.scale
        if not self.row_heads:
            return 0.0
        widest = max(measure_width(name, width * 0.34 - PAD) for name in self.row_heads)
        return widest + PAD + 3


def _head_width(words: str, style: TextStyle) -> float:
    """The width that fits a column head on two lines, at least that of its longest word."""
    longest = max((measure_width(Text(word, style)) for word in words.split()), default=0.0)
    return max(longest, measure_width(Text(words, style)) * 0.62) + 2 * PAD
