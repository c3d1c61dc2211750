"""The outline of a body, to mark: nobody's in particular."""

from typing import TYPE_CHECKING

from clinic_toolkit.documents import body_shape
from clinic_toolkit.documents.blocks import draw_writing_lines
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    FillInBlock,
    describe_lines,
    open_blank,
)
from clinic_toolkit.documents.styles import ACCENT, MM, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.worksheets.block_model import BodyBlock

_ASPECT = 0.46


class BodyOutline(FillInBlock):
    """The outline from the front, with lines to write on beside it."""

    def __init__(self, block: "BodyBlock", style: TextStyle) -> None:
        super().__init__(style)
        self.line_count = block.lines

    def height(self, width: float) -> float:
        return max(self._figure(), self.line_count * self.pitch)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        figure, height = self._figure(), self.height(width)
        centre = x + (self._figure_width() / 2 if self.line_count else width / 2)
        with canvas.element(Role.FIGURE, alt="The outline of a body, from the front, to mark."):
            _draw_figure(canvas, centre, top - height / 2 - figure / 2, figure / 100)
        if self.line_count:
            left, lines_height = x + self._figure_width() + 18, self.line_count * self.pitch
            bottom = top - (height + lines_height) / 2
            ys = [bottom + row * self.pitch for row in range(self.line_count)]
            with open_blank(canvas, describe_lines(self.line_count)):
                draw_writing_lines(canvas, [(left, y, x + width, y) for y in ys])
            self.mark_text(canvas, "text", left, bottom, x + width - left, lines_height)

    def _figure(self) -> float:
        return (70 + 14 * (self.scale - 1) + 40 * self.growth) * MM

    def _figure_width(self) -> float:
        return self._figure() * _ASPECT


def _draw_figure(canvas: "TaggedCanvas", x: float, y: float, unit: float) -> None:
    """The figure with the middle of its feet at (x, y); `unit` is a hundredth of its height."""

    def at(place: body_shape.Point) -> body_shape.Point:
        return x + place[0] * unit, y + place[1] * unit

    canvas.setStrokeColorRGB(*ACCENT)
    canvas.setLineWidth(1.3)
    canvas.setLineJoin(1)
    path = canvas.beginPath()
    start, curves = body_shape.find_outline()
    path.moveTo(*at(start))
    for first, second, end in curves:
        path.curveTo(*at(first), *at(second), *at(end))
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.setLineJoin(0)
    head_x, head_y, across, up = body_shape.HEAD
    canvas.setFillColorRGB(1, 1, 1)
    canvas.ellipse(*at((head_x - across, head_y - up)), *at((head_x + across, head_y + up)), stroke=1, fill=1)
