"""Gauges to shade or to mark: several side by side, or one with a line beside each level."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Text
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    FillInBlock,
    draw_hairlines,
    draw_writing_lines,
)
from clinic_toolkit.documents.styles import ACCENT, EDGE, MM, TextStyle

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
        self.has_lines = block.lines and len(block.names) == 1

    def texts(self) -> Iterable[Text]:
        return (*self.names, *self.levels)

    def height(self, width: float) -> float:
        return self._above(width) + self._band(width) * len(self.levels) + 4

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        band, tube, count = self._band(width), _TUBE * self.scale, len(self.levels)
        foot = top - self._above(width) - band * count
        words_x, words_width = self._words_place(x, width)
        for index, level in enumerate(self.levels):
            height = level.height(words_width)
            level.draw(canvas, words_x, foot + index * band + (band + height) / 2, words_width)
        if self.has_lines:
            begin = words_x + words_width + _GAP
            ys = [foot + index * band + self._line_drop(band) for index in range(count)]
            draw_writing_lines(canvas, [(begin, y, x + width, y) for y in ys])
            for index, y in reversed(list(enumerate(ys, start=1))):  # as it is read, from the top
                self.mark_text(canvas, f"l{index}", begin, y, x + width - begin)
        else:
            draw_hairlines(
                canvas,
                [(x, foot + index * band, x + width, foot + index * band) for index in range(1, count)],
            )
        size = min(16.0, tube * 0.7)
        for gauge, (name, centre) in enumerate(
            zip(self.names, self._centres(x, width), strict=True), start=1
        ):
            name_width = self._name_width(width)
            name.draw(
                canvas,
                centre - name_width / 2,
                top - self._above(width) + 5 + name.height(name_width),
                name_width,
            )
            canvas.setFillColorRGB(1, 1, 1)
            canvas.setStrokeColorRGB(*ACCENT)
            canvas.setLineWidth(1.2)
            canvas.roundRect(centre - tube / 2, foot, tube, band * count, tube / 2.6, stroke=1, fill=1)
            canvas.setStrokeColorRGB(*EDGE)
            canvas.setLineWidth(0.9)
            canvas.lines(
                [
                    (centre - tube / 2, y, centre + tube / 2, y)
                    for y in (foot + index * band for index in range(1, count))
                ]
            )
            for index in range(count):
                y = foot + (index + 0.5) * band - size / 2
                self.mark_tick(canvas, f"n{gauge}", centre - size / 2, y, size, option=f"l{index + 1}")

    def _band(self, width: float) -> float:
        words_width = self._words_place(0, width)[1]
        tallest = max(level.height(words_width) for level in self.levels) + 4
        least = self.pitch if self.has_lines or len(self.levels) > 3 else self.pitch * 1.15
        return max(tallest, least, (9 + 5 * self.growth) * MM)

    def _line_drop(self, band: float) -> float:
        return max((band - self.style.size * 1.3) / 2 - 1, 2.0)

    def _words_place(self, x: float, width: float) -> tuple[float, float]:
        """Where the words of the levels stand, and how wide they may be."""
        widest = max(level.lines(width)[0].width for level in self.levels) + 1
        if self.has_lines:
            return x + self._name_width(width) + _GAP, min(widest, width * 0.36)
        return x, min(widest, width * 0.28)

    def _name_width(self, width: float) -> float:
        if self.has_lines:
            lines = self.names[0].lines(90 * self.scale)
            return float(max(_TUBE * self.scale + 12, *(line.width + 2 for line in lines)))
        return (width - self._words_place(0, width)[1] - _GAP) / len(self.names) - 6

    def _centres(self, x: float, width: float) -> list[float]:
        name_width = self._name_width(width)
        if self.has_lines:
            return [x + name_width / 2]
        begin = x + self._words_place(0, width)[1] + _GAP
        return [begin + (index + 0.5) * (name_width + 6) for index in range(len(self.names))]

    def _above(self, width: float) -> float:
        return max(name.height(self._name_width(width)) for name in self.names) + 5
