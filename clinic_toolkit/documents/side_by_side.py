"""Stacks of blocks beside each other: charts of a course, and the short texts that end a worksheet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas


class SideBySide(Block):
    """Stacks in columns of one width, drawn and read one after the other; one may be empty."""

    def __init__(self, stacks: Sequence[Sequence[Block]], *, gap: float, before: float = 0) -> None:
        super().__init__(before=before)
        self.stacks, self.gap = stacks, gap

    def height(self, width: float) -> float:
        column_width = self._column_width(width)
        return max(page_layout.stacked_height(stack, column_width) for stack in self.stacks)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        height, column_width = self.height(width), self._column_width(width)
        for index, stack in enumerate(self.stacks):
            (placed,) = page_layout.place_on_pages(stack, column_width, height)
            for block, offset in placed:
                block.draw(canvas, x + index * (column_width + self.gap), top - offset, column_width)

    def has_placeholder(self) -> bool:
        return any(block.has_placeholder() for stack in self.stacks for block in stack)

    def _column_width(self, width: float) -> float:
        return (width - self.gap * (len(self.stacks) - 1)) / len(self.stacks)
