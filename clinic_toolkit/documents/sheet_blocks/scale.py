"""A line with words at both ends, to be marked by hand."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Text
from clinic_toolkit.documents.sheet_blocks.fill_in_block import FillInBlock
from clinic_toolkit.documents.styles import EDGE, TextStyle

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.worksheets.block_model import ScaleBlock

_LINE_DROP = 11.0


class Scale(FillInBlock):
    """A line with marks. A printer may shrink it, so it is read by its own marks and never with a ruler.

    A line of eleven marks has the numbers 0 to 10 under them, since that is how people speak of it.
    """

    def __init__(self, block: "ScaleBlock", style: TextStyle) -> None:
        super().__init__(style)
        self.left = Text(block.left, style)
        self.right = Text(block.right, style, align=Align.RIGHT)
        self.steps = block.steps
        self.numbers = (
            [Text(str(number), self.quiet_style, align=Align.CENTRE) for number in range(block.steps)]
            if block.steps == 11
            else []
        )

    def texts(self) -> Iterable[Text]:
        return (self.left, *self.numbers, self.right)

    def height(self, width: float) -> float:
        words = max(self.left.height(width * 0.47), self.right.height(width * 0.47))
        return self._numbers_bottom(width) + words

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        y, first, step = top - _LINE_DROP, x + self._inset(), self._step(width)
        last_step = self.steps - 1
        canvas.setStrokeColorRGB(*EDGE)
        canvas.setLineWidth(1)
        canvas.line(first, y, first + last_step * step, y)
        marks = []
        for index in range(self.steps):
            half = 8 if index in (0, last_step) else 6 if index * 2 == last_step else 4
            marks.append((first + index * step, y - half, first + index * step, y + half))
        canvas.lines(marks)
        for index, number in enumerate(self.numbers):
            number.draw(canvas, first + index * step - 15, y - 10, 30)
        size = min(16.0, step * 0.9)
        for index in range(self.steps):
            self.mark_tick(
                canvas,
                "mark",
                first + index * step - size / 2,
                y - size / 2,
                size,
                option=f"s{index + 1}",
            )
        words_top = top - self._numbers_bottom(width)
        self.left.draw(canvas, x, words_top, width * 0.47)
        self.right.draw(canvas, x + width * 0.53, words_top, width * 0.47)

    def _numbers_bottom(self, width: float) -> float:
        return _LINE_DROP + 10 + (self.numbers[0].height(30) if self.numbers else 1)

    def _inset(self) -> float:
        return 8 * self.scale

    def _step(self, width: float) -> float:
        return (width - 2 * self._inset()) / (self.steps - 1)
