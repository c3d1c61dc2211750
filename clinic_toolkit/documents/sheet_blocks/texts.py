"""The text of a worksheet that is set apart: an example on a wash."""

from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.styles import WASH

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas


class ShadedText(Block):
    """A paragraph on a quiet wash, which only orders the page."""

    def __init__(self, text: Text, size: float) -> None:
        super().__init__()
        self.text, self.size = text, size
        self.pad = size * 0.75
        self.drop = size * 0.5

    def height(self, width: float) -> float:
        return self.text.height(width - 2 * self.pad) + 2 * self.drop

    def min_height(self, width: float) -> float:
        return self.text.min_height(width - 2 * self.pad) + 2 * self.drop

    def split(self, width: float, room: float) -> "tuple[ShadedText, ShadedText] | None":
        parts = self.text.split(width - 2 * self.pad, room - 2 * self.drop)
        if parts is None:
            return None
        first, second = ShadedText(parts[0], self.size), ShadedText(parts[1], self.size)
        first.white = second.white = self.white
        first.before, second.after = self.before, self.after
        return first, second

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        height = self.height(width)
        canvas.setFillColorRGB(*WASH)
        canvas.roundRect(x, top - height, width, height, 5, stroke=0, fill=1)
        self.text.draw(canvas, x + self.pad, top - self.drop, width - 2 * self.pad)

    def has_placeholder(self) -> bool:
        return self.text.has_placeholder()
