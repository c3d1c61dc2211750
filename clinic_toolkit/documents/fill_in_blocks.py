"""Blocks to be filled in by hand: tables, a scale between two words, two overlapping circles."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit.documents import font_faces
from clinic_toolkit.documents.blocks import Align, Block, Text, draw_tick_box
from clinic_toolkit.documents.styles import ACCENT, EDGE, HAIR, SOFT, TextStyle

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

PAD = 5.0
# A span such as "0 to 10" must not be broken over two lines.
_SPAN = re.compile(r"(\d+) (\w+) (\d+)")


class Table(Block):
    """Empty rows under column heads; a tick column has a box in each row."""

    def __init__(
        self,
        columns: Sequence[str],
        rows: int,
        pitch: float,
        style: TextStyle,
        *,
        numbered: bool = False,
        ticks: Sequence[int] = (),
        before: float = 0,
        after: float = 0,
    ) -> None:
        super().__init__(before=before, after=after)
        head_style = replace(style, bold=True, leading=1.2)
        self.rows, self.pitch, self.ticks, self.style = rows, pitch, frozenset(ticks), style
        self.heads = [
            Text(
                _SPAN.sub("\\1\u00a0\\2\u00a0\\3", heading),
                head_style,
                align=Align.CENTRE if index in self.ticks else Align.LEFT,
            )
            for index, heading in enumerate(columns)
        ]
        self.numbers = (
            [Text(str(row), replace(style, colour=SOFT)) for row in range(1, rows + 1)] if numbered else []
        )
        self.tick_widths = [_head_width(heading, style.size) for heading in columns]

    def widths(self, width: float) -> list[float]:
        """The width of each column; writing columns share what the tick columns leave."""
        width -= self._inset()
        ticks = {
            index: min(max(self.tick_widths[index], 40.0), width / len(self.heads))
            for index in self.ticks
            if index < len(self.heads)
        }
        writing_count = len(self.heads) - len(ticks)
        if not writing_count:
            return [width / len(self.heads)] * len(self.heads)
        # In a numbered table the first writing column takes the main text, so it is twice as wide.
        first_factor = 2.0 if self.numbers and 0 not in ticks and writing_count > 1 else 1.0
        share = (width - sum(ticks.values())) / (writing_count - 1 + first_factor)
        return [
            ticks.get(index, share * first_factor if index == 0 else share)
            for index in range(len(self.heads))
        ]

    def head_height(self, width: float) -> float:
        """The height of the column heads."""
        return (
            max(
                head.height(column_width - 2 * PAD)
                for head, column_width in zip(self.heads, self.widths(width), strict=True)
            )
            + 5
        )

    def height(self, width: float) -> float:
        return self.head_height(width) + self.rows * self.pitch

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        widths = self.widths(width)
        head_height = self.head_height(width)
        left = x + self._inset()
        bottom = top - self.height(width)
        edges = [left]
        for head, column_width in zip(self.heads, widths, strict=True):
            indent = 0 if head is self.heads[0] and not self.numbers else PAD
            drop = head_height - 5 - head.height(column_width - 2 * PAD)
            head.draw(
                canvas,
                edges[-1] + (PAD if head.align == Align.CENTRE else indent),
                top - drop,
                column_width - 2 * PAD,
            )
            edges.append(edges[-1] + column_width)
        canvas.setStrokeColorRGB(*EDGE)
        canvas.setLineWidth(0.7)
        canvas.lines(
            [
                (x, y, x + width, y)
                for y in (top - head_height - row * self.pitch for row in range(self.rows + 1))
            ]
        )
        canvas.setStrokeColorRGB(*HAIR)
        canvas.lines([(edge, top - head_height, edge, bottom) for edge in edges[1:-1]])
        size = self.style.size
        for row in range(self.rows):
            y = top - head_height - (row + 1) * self.pitch
            if self.numbers:
                number = self.numbers[row]
                number.draw(canvas, x, y + (self.pitch + number.height(self._inset())) / 2, self._inset())
            for index in self.ticks:
                if index < len(widths):
                    draw_tick_box(
                        canvas, edges[index] + (widths[index] - size) / 2, y + (self.pitch - size) / 2, size
                    )

    def has_placeholder(self) -> bool:
        return any(head.has_placeholder() for head in self.heads)

    def _inset(self) -> float:
        return 24.0 if self.numbers else 0.0


def _head_width(words: str, size: float) -> float:
    """The width that fits a column head on two lines, at least that of its longest word."""
    longest = max(font_faces.text_width(word, True) for word in words.split() or [""])
    return max(longest, font_faces.text_width(words, True) * 0.62) * size + 2 * PAD


class Scale(Block):
    """A line with words at both ends, to be marked by hand; it shows no number."""

    def __init__(
        self, left: str, right: str, steps: int, style: TextStyle, *, before: float = 0, after: float = 0
    ) -> None:
        super().__init__(before=before, after=after)
        self.left, self.right, self.steps = Text(left, style), Text(right, style, align=Align.RIGHT), steps

    def height(self, width: float) -> float:
        return 24 + max(self.left.height(width * 0.47), self.right.height(width * 0.47))

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        y = top - 13
        canvas.setStrokeColorRGB(*EDGE)
        canvas.setLineWidth(1)
        canvas.line(x, y, x + width, y)
        step_width = width / (self.steps - 1)
        end_steps = (0, self.steps - 1)
        canvas.lines(
            [
                (
                    x + step * step_width,
                    y - (7 if step in end_steps else 4),
                    x + step * step_width,
                    y + (7 if step in end_steps else 4),
                )
                for step in range(self.steps)
            ]
        )
        label_width = width * 0.47
        self.left.draw(canvas, x, top - 24, label_width)
        self.right.draw(canvas, x + width - label_width, top - 24, label_width)

    def has_placeholder(self) -> bool:
        return self.left.has_placeholder() or self.right.has_placeholder()


class Circles(Block):
    """Two overlapping circles whose overlap is wide enough to write in, each part with its word above."""

    OVERLAP = 0.46

    def __init__(
        self,
        left: str,
        right: str,
        middle: str,
        diameter: float,
        style: TextStyle,
        *,
        before: float = 0,
        after: float = 0,
    ) -> None:
        super().__init__(before=before, after=after)
        name_style = replace(style, bold=True, leading=1.2)
        self.names = [Text(name, name_style, align=Align.CENTRE) for name in (left, middle, right)]
        self.diameter = diameter

    def height(self, width: float) -> float:
        return self._name_height(width) + 4 + self._diameter(width) + 2

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        diameter = self._diameter(width)
        radius = diameter / 2
        offset = radius * (1 - self.OVERLAP)
        centre, y = x + width / 2, top - self._name_height(width) - 4 - radius
        canvas.setStrokeColorRGB(*ACCENT)
        canvas.setLineWidth(1.1)
        for side in (-1, 1):
            canvas.circle(centre + side * offset, y, radius, stroke=1, fill=0)
        for name, column, position in zip(self.names, self._columns(width), (-1, 0, 1), strict=True):
            drop = self._name_height(width) - name.height(column)
            name.draw(canvas, centre + position * radius - column / 2, top - drop, column)

    def has_placeholder(self) -> bool:
        return any(name.has_placeholder() for name in self.names)

    def _columns(self, width: float) -> tuple[float, float, float]:
        """The width for each word: the middle one on one line if possible, the others over their parts."""
        radius = self._diameter(width) / 2
        middle_width = min(self.names[1].lines(width)[0].width + 1, radius * 1.2)
        side_width = min(2 * radius - middle_width, width - 2 * radius) - 2 * PAD
        return side_width, middle_width, side_width

    def _name_height(self, width: float) -> float:
        return max(name.height(column) for name, column in zip(self.names, self._columns(width), strict=True))

    def _diameter(self, width: float) -> float:
        return min(self.diameter, width / (2 - self.OVERLAP))
