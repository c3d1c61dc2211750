"""Two circles that overlap, and a circle to divide into shares of a whole."""

from collections.abc import Iterable
from math import cos, pi, sin
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Text, draw_writing_lines
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    PAD,
    FillInBlock,
    describe_lines,
    measure_width,
    open_blank,
)
from clinic_toolkit.documents.styles import ACCENT, EDGE, MM, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.worksheets.block_model import CirclesBlock, SharesBlock

_MARKS = 12


class TwoCircles(FillInBlock):
    """Two overlapping circles whose overlap is wide enough to write in, each part with its word above."""

    OVERLAP = 0.46

    def __init__(self, block: "CirclesBlock", style: TextStyle) -> None:
        super().__init__(style)
        self.words = (block.left, block.middle, block.right)
        self.names = [Text(word, self.head_style, align=Align.CENTRE) for word in self.words]

    def texts(self) -> Iterable[Text]:
        return self.names

    def height(self, width: float) -> float:
        return self._name_height(width) + 8 + self._diameter(width) + 2

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        radius = self._diameter(width) / 2
        offset = radius * (1 - self.OVERLAP)
        centre, y = x + width / 2, top - self._name_height(width) - 8 - radius
        with canvas.element(Role.FIGURE, alt=self._describe()):
            canvas.setStrokeColorRGB(*ACCENT)
            canvas.setLineWidth(1.2)
            for side in (-1, 1):
                canvas.circle(centre + side * offset, y, radius, stroke=1, fill=0)
            for name, column, position in zip(self.names, self._columns(width), (-1, 0, 1), strict=True):
                drop = 4 + self._name_height(width) - name.height(column)
                name.draw(canvas, centre + position * radius - column / 2, top - drop, column)
        # Text typed into a part stands in the largest rectangle that is quiet to read in it.
        side_width, side_shift = radius * (1 - self.OVERLAP) * 1.64, offset + radius * self.OVERLAP * 0.92
        middle_width, height = radius * self.OVERLAP * 1.6, radius * 1.1
        for field, shift, area_width in (
            ("c1", -side_shift, side_width),
            ("c2", 0.0, middle_width),
            ("c3", side_shift, side_width),
        ):
            self.mark_text(canvas, field, centre + shift - area_width / 2, y - height / 2, area_width, height)

    def _describe(self) -> str:
        left, middle, right = self.words
        return (
            "Two circles that overlap, to write in. "
            f"On the left: {left}. On the right: {right}. In the middle, in both: {middle}."
        )

    def _columns(self, width: float) -> tuple[float, float, float]:
        """The width for each word: the middle one on one line if possible, the others over their parts."""
        radius = self._diameter(width) / 2
        middle_width = min(measure_width(self.names[1], width) + 1, radius * 1.2)
        side_width = min(2 * radius - middle_width, width - 2 * radius) - 2 * PAD
        return side_width, middle_width, side_width

    def _name_height(self, width: float) -> float:
        return max(name.height(column) for name, column in zip(self.names, self._columns(width), strict=True))

    def _diameter(self, width: float) -> float:
        least = (44 + 28 * (self.scale - 1)) * MM
        return min(least + (96 * MM - least) * self.growth, width / (2 - self.OVERLAP))


class Shares(FillInBlock):
    """A circle to divide by hand, with a mark in the middle and small marks around, and lines beside it."""

    def __init__(self, block: "SharesBlock", style: TextStyle) -> None:
        super().__init__(style)
        self.shares = block.shares

    def height(self, width: float) -> float:
        return max(self._diameter(width), self.shares * self.pitch) + 2

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        diameter = self._diameter(width)
        radius = diameter / 2
        centre_x, centre_y = x + radius + 1, top - self.height(width) / 2
        with canvas.element(Role.FIGURE, alt="A circle to divide into shares by hand."):
            _draw_marked_circle(canvas, centre_x, centre_y, radius)
        left, first = x + diameter + self._gap(), centre_y + self.shares * self.pitch / 2
        lines = [first - index * self.pitch for index in range(1, self.shares + 1)]
        with open_blank(canvas, describe_lines(self.shares, more=", one for each share")):
            draw_writing_lines(canvas, [(left, y, x + width, y) for y in lines])
        for index, y in enumerate(lines, start=1):
            self.mark_text(canvas, f"s{index}", left, y, x + width - left)

    def _gap(self) -> float:
        return 18.0 * self.scale

    def _diameter(self, width: float) -> float:
        return min((56 + 24 * self.growth) * MM, width * 0.48)


def _draw_marked_circle(canvas: "TaggedCanvas", x: float, y: float, radius: float) -> None:
    """A circle around (x, y) with small marks on its rim, a longer one at each quarter, and its middle."""
    canvas.setStrokeColorRGB(*ACCENT)
    canvas.setLineWidth(1.2)
    canvas.circle(x, y, radius, stroke=1, fill=0)
    canvas.setStrokeColorRGB(*EDGE)
    canvas.setLineWidth(0.8)
    marks = []
    for index in range(_MARKS):
        across, up = sin(2 * pi * index / _MARKS), cos(2 * pi * index / _MARKS)
        inner = radius - (7 if index % 3 == 0 else 4)
        marks.append((x + across * inner, y + up * inner, x + across * radius, y + up * radius))
    canvas.lines(marks)
    canvas.setFillColorRGB(*EDGE)
    canvas.circle(x, y, 1.6, stroke=0, fill=1)
