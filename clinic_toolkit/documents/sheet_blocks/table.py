"""Rows under column heads: a table, a grid whose rows have names, a week."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents import font_faces
from clinic_toolkit.documents.blocks import Align, Text, draw_tick_box
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    NUMBER_INSET,
    PAD,
    RowBlock,
    draw_hairlines,
    draw_writing_lines,
    number_texts,
)
from clinic_toolkit.documents.styles import TextStyle

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

# A span such as "0 to 10" must not be broken over two lines.
_SPAN = re.compile(r"(\d+) (\w+) (\d+)")


class Table(RowBlock):
    """Empty rows under column heads; a tick column has a box in each row, a named row its name before it."""

    def __init__(
        self,
        columns: Sequence[str],
        row_count: int,
        style: TextStyle,
        *,
        numbered: bool = False,
        ticks: Sequence[int] = (),
        row_heads: Sequence[str] = (),
    ) -> None:
        super().__init__(style, row_count)
        self.ticks = frozenset(index for index in ticks if index < len(columns))
        self.heads = [
            Text(
                _SPAN.sub("\\1\u00a0\\2\u00a0\\3", heading),
                self.head_style,
                align=Align.CENTRE if index in self.ticks else Align.LEFT,
            )
            for index, heading in enumerate(columns)
        ]
        self.row_names = [Text(name, style) for name in row_heads]
        self.numbers = (
            number_texts(row_count, self.quiet_style) if numbered and not row_heads else self.row_names
        )
        self.is_numbered = numbered and not row_heads
        self.tick_widths = [_head_width(heading, style.size) for heading in columns]
        self._widths_by_width: dict[float, list[float]] = {}

    def texts(self) -> Iterable[Text]:
        return (*self.heads, *self.numbers)

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
        if not self.row_names:
            return self.pitch
        return max(self.pitch, self.row_names[row].height(self._inset(width) - PAD) + 6)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        widths = self.widths(width)
        inset = self._inset(width)
        edges = [x + inset + sum(widths[:index]) for index in range(len(widths) + 1)]
        head_bottom = top - self.head_height(width)
        for index, (head, column_width) in enumerate(zip(self.heads, widths, strict=True)):
            starts_row = index == 0 and not inset and head.align != Align.CENTRE
            head.draw(
                canvas,
                edges[index] + (0 if starts_row else PAD),
                head_bottom + 5 + head.height(column_width - 2 * PAD),
                column_width - 2 * PAD,
            )
        y, size = head_bottom, self.style.size
        lines = [(x, y, x + width, y)]
        for row in self.rows:
            height = self.row_height(row, width)
            y -= height
            lines.append((x, y, x + width, y))
            if self.numbers:
                name_width = inset - (0 if self.is_numbered else PAD)
                name_height = self.numbers[row].height(name_width)
                self.numbers[row].draw(canvas, x, y + (height + name_height) / 2, name_width)
            for index, column_width in enumerate(widths):
                field = f"r{row + 1}.c{index + 1}"
                if index in self.ticks:
                    left, bottom = edges[index] + (column_width - size) / 2, y + (height - size) / 2
                    draw_tick_box(canvas, left, bottom, size)
                    self.mark_tick(canvas, field, left, bottom, size)
                else:
                    self.mark_text(canvas, field, edges[index] + 2, y, column_width - 4, height)
        draw_writing_lines(canvas, lines)
        inner_edges = edges[1:-1] if self.is_numbered or not inset else edges[:-1]
        if inner_edges:
            draw_hairlines(canvas, [(edge, head_bottom, edge, y) for edge in inner_edges])

    def _measure_widths(self, width: float) -> list[float]:
        ticks = {
            index: min(max(self.tick_widths[index], 40.0 * self.scale), width / len(self.heads))
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
        if not self.row_names:
            return 0.0
        widest = max(max(line.width for line in name.lines(width * 0.34 - PAD)) for name in self.row_names)
        return widest + PAD + 3


def _head_width(words: str, size: float) -> float:
    """The width that fits a column head on two lines, at least that of its longest word."""
    longest = max(font_faces.text_width(word, True) for word in words.split() or [""])
    return max(longest, font_faces.text_width(words, True) * 0.62) * size + 2 * PAD
