"""Gauges to shade or to mark: several side by side, or one with a line beside each level."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Text, draw_writing_lines
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    FillInBlock,
    describe_lines,
    draw_hairlines,
    measure_width,
    open_blank,
)
from clinic_toolkit.documents.styles import ACCENT, EDGE, MM, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.worksheets.block_model import GaugeBlock

_TUBE = 24.0
_GAP = 10.0


class Gauge(FillInBlock):
    """A tube for each name, divided into the same levels; the words of the levels stand on the left.

    A gauge with lines has its words right of the tube, with a line to write on behind each.
    """

    def __init__(self, block: "GaugeBlock", style: TextStyle) -> None:
        super().__init__(style)
        self.names = [Text(name, self.head_style, align=Align.CENTRE) for name in block.names]
        self.levels = [Text(level, style) for level in block.levels]  # from the bottom to the top
        self.name_words, self.level_words = block.names, block.levels
        self.widest_level = max(map(measure_width, self.levels))
        self.has_lines = block.lines and len(block.names) == 1

    def texts(self) -> Iterable[Text]:
        return (*self.names, *self.levels)

    def height(self, width: float) -> float:
        return self._above(width) + self._band(width) * len(self.levels) + 4

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        band, tube, count = self._band(width), _TUBE * self.scale, len(self.levels)
        foot = top - self._above(width) - band * count
        centres = self._centres(x, width)
        with canvas.element(Role.FIGURE, alt=self._describe()):
            if not self.has_lines:
                self._draw_levels(canvas, x, foot, width)
                ys = [foot + index * band for index in range(1, count)]
                draw_hairlines(canvas, [(x, y, x + width, y) for y in ys])
            name_width = self._name_width(width)
            for name, centre in zip(self.names, centres, strict=True):
                name_top = top - self._above(width) + 5 + name.height(name_width)
                name.draw(canvas, centre - name_width / 2, name_top, name_width)
                _draw_tube(canvas, centre, foot, tube, band, count)
        size = min(16.0, tube * 0.7)
        for gauge, centre in enumerate(centres, start=1):
            for index in range(count):
                y = foot + (index + 0.5) * band - size / 2
                self.mark_tick(canvas, f"n{gauge}", centre - size / 2, y, size, option=f"l{index + 1}")
        if self.has_lines:
            self._draw_levels(canvas, x, foot, width)

    def _draw_levels(self, canvas: "TaggedCanvas", x: float, foot: float, width: float) -> None:
        """The words of the levels, from the top as they are read, each with its line if there are lines."""
        band = self._band(width)
        left, words_width = self._words_place(x, width)
        begin = left + words_width + _GAP
        for index in reversed(range(len(self.levels))):
            level, bottom = self.levels[index], foot + index * band
            level.draw(canvas, left, bottom + (band + level.height(words_width)) / 2, words_width)
            if self.has_lines:
                y = bottom + self._line_drop(band)
                with open_blank(canvas, describe_lines(1)):
                    draw_writing_lines(canvas, [(begin, y, x + width, y)])
                self.mark_text(canvas, f"l{index + 1}", begin, y, x + width - begin)

    def _describe(self) -> str:
        levels = ", ".join(self.level_words)
        if len(self.names) == 1:
            return f"A gauge to shade or to mark: {self.name_words[0]}. From the bottom to the top: {levels}."
        names = ", ".join(self.name_words)
        return (
            f"A gauge to shade or to mark for each of these: {names}. "
            f"From the bottom to the top of each: {levels}."
        )

    def _band(self, width: float) -> float:
        words_width = self._words_place(0, width)[1]
        tallest = max(level.height(words_width) for level in self.levels) + 4
        least = self.pitch if self.has_lines or len(self.levels) > 3 else self.pitch * 1.15
        return max(tallest, least, (9 + 5 * self.growth) * MM)

    def _line_drop(self, band: float) -> float:
        return max((band - self.style.size * 1.3) / 2 - 1, 2.0)

    def _words_place(self, x: float, width: float) -> tuple[float, float]:
        """Where the words of the levels stand, and how wide they may be."""
        widest = self.widest_level + 1
        if self.has_lines:
            return x + self._name_width(width) + _GAP, min(widest, width * 0.36)
        return x, min(widest, width * 0.28)

    def _name_width(self, width: float) -> float:
        if self.has_lines:
            return max(_TUBE * self.scale + 12, measure_width(self.names[0], 90 * self.scale) + 2)
        return (width - self._words_place(0, width)[1] - _GAP) / len(self.names) - 6

    def _centres(self, x: float, width: float) -> list[float]:
        name_width = self._name_width(width)
        if self.has_lines:
            return [x + name_width / 2]
        begin = x + self._words_place(0, width)[1] + _GAP
        return [begin + (index + 0.5) * (name_width + 6) for index in range(len(self.names))]

    def _above(self, width: float) -> float:
        return max(name.height(self._name_width(width)) for name in self.names) + 5


def _draw_tube(
    canvas: "TaggedCanvas", centre: float, foot: float, tube: float, band: float, count: int
) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setStrokeColorRGB(*ACCENT)
    canvas.setLineWidth(1.2)
    canvas.roundRect(centre - tube / 2, foot, tube, band * count, tube / 2.6, stroke=1, fill=1)
    canvas.setStrokeColorRGB(*EDGE)
    canvas.setLineWidth(0.9)
    ys = [foot + index * band for index in range(1, count)]
    canvas.lines([(centre - tube / 2, y, centre + tube / 2, y) for y in ys])
