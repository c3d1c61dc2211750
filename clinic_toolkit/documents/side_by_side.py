"""Two stacks of blocks beside each other, for what would fill a page alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

_GAP = 20.0


class SideBySide(Block):
    """Two stacks, drawn and read one after the other; the right one may be empty."""

    def __init__(self, left: Sequence[Block], right: Sequence[Block], *, before: float) -> None:
        super().__init__(before=before)
        self.stacks = [stack for stack in (left, right) if stack]

    def height(self, width: float) -> float:
        return max(page_layout.stacked_height(stack, _column_width(width)) for stack in self.stacks)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        column_width = _column_width(width)
        for index, stack in enumerate(self.stacks):
            (placed,) = page_layout.place_on_pages(stack, column_width, self.height(width))
            for block, offset in placed:
                block.draw(canvas, x + index * (column_width + _GAP), top - offset, column_width)

    def has_placeholder(self) -> bool:
        return any(block.has_placeholder() for stack in self.stacks for block in stack)


def _column_width(width: float) -> float:
    return (width - _GAP) / 2
