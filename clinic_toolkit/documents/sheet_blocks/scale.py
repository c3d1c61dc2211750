"""A line with words at both ends, to be marked by hand."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Text
from clinic_toolkit.documents.sheet_blocks.fill_in_block import FillInBlock
from clinic_toolkit.documents.styles import EDGE, TextStyle
from clinic_toolkit.documents.tagging import Role

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
        self.words = (block.left, block.right)
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
        with canvas.element(Role.FIGURE, alt=self._describe()):
            _draw_marks(canvas, [first + index * step for index in range(self.steps)], y)
            for index, number in enumerate(self.numbers):
                number.draw(canvas, first + index * step - 15, y - 10, 30)
            words_top = top - self._numbers_bottom(width)
            self.left.draw(canvas, x, words_top, width * 0.47)
            self.right.draw(canvas, x + width * 0.53, words_top, width * 0.47)
        size = min(16.0, step * 0.9)
        for index in range(self.steps):
            left = first + index * step - size / 2
            self.mark_tick(canvas, "mark", left, y - size / 2, size, option=f"s{index + 1}")

    def _describe(self) -> str:
        numbers = ", numbered from 0 to 10" if self.numbers else ""
        return (
            f"A line with {self.steps} marks{numbers}, to be marked by hand. "
            f"On the left: {self.words[0]}. On the right: {self.words[1]}."
        )

    def _numbers_bottom(self, width: float) -> float:
        return _LINE_DROP + 10 + (self.numbers[0].height(30) if self.numbers else 1)

    def _inset(self) -> float:
        return 8 * self.scale

    def _step(self, width: float) -> float:
        return (width - 2 * self._inset()) / (self.steps - 1)


def _draw_marks(canvas: "TaggedCanvas", places: Sequence[float], y: float) -> None:
    """A line with a mark at each place; those at the ends and in the middle are longer."""
    last = len(places) - 1
    canvas.setStrokeColorRGB(*EDGE)
    canvas.setLineWidth(1)
    canvas.line(places[0], y, places[-1], y)
    halves = [8 if index in (0, last) else 6 if index * 2 == last else 4 for index in range(last + 1)]
    canvas.lines([(place, y - half, place, y + half) for place, half in zip(places, halves, strict=True)])
