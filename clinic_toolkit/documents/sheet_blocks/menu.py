"""Options to tick, and lines for one's own."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Text, draw_tick_box, draw_writing_lines
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    RowBlock,
    describe_lines,
    measure_width,
    open_blank,
)
from clinic_toolkit.documents.styles import TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.worksheets.block_model import MenuBlock

_GUTTER = 14.0


class Menu(RowBlock):
    """Options with a box before each, down the first column and then the second if all of them are short."""

    def __init__(self, block: "MenuBlock", style: TextStyle) -> None:
        self.options = [Text(option, style) for option in block.options]
        self.own_lines = block.own_lines
        super().__init__(style, len(block.options) + block.own_lines)
        self.inset = 22.0 * self.scale
        self.widest_option = max(map(measure_width, self.options), default=0.0)

    def texts(self) -> Iterable[Text]:
        return self.options

    def height(self, width: float) -> float:
        places = self._places(width)
        return max(top + height for _, _, top, height in places)

    def min_height(self, width: float) -> float:
        return self.height(width) if self._has_two_columns(width) else super().min_height(width)

    def row_height(self, row: int, width: float) -> float:
        if row >= len(self.options):
            return self.pitch
        text_width = self._column_width(width) - self.inset
        return self.options[row].height(text_width) + 5 * self.scale

    def split(self, width: float, room: float) -> "tuple[Menu, Menu] | None":
        return None if self._has_two_columns(width) else super().split(width, room)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        with canvas.element(Role.LIST, owner=self.owner):
            for row, left, drop, height in self._places(width):
                with canvas.element(Role.ITEM), canvas.element(Role.BODY):
                    draw = self._draw_option if row < len(self.options) else self._draw_own_line
                    draw(canvas, row, x + left, top - drop - height, self._column_width(width))

    def _draw_option(self, canvas: "TaggedCanvas", row: int, x: float, y: float, width: float) -> None:
        option, size = self.options[row], self.style.size
        text_width = width - self.inset
        text_top = y + option.height(text_width) + 2.5 * self.scale
        box_bottom = text_top - size * self.style.leading / 2 - size / 2
        with canvas.artifact():
            draw_tick_box(canvas, x, box_bottom, size)
        self.mark_tick(canvas, f"o{row + 1}", x, box_bottom, size)
        option.draw(canvas, x + self.inset, text_top, text_width)

    def _draw_own_line(self, canvas: "TaggedCanvas", row: int, x: float, y: float, width: float) -> None:
        own = row - len(self.options) + 1
        with open_blank(canvas, describe_lines(1, more=", for one of your own")):
            draw_tick_box(canvas, x, y + 1.5, self.style.size)
            draw_writing_lines(canvas, [(x + self.inset, y, x + width, y)])
        self.mark_text(canvas, f"own{own}", x + self.inset, y, width - self.inset)

    def _places(self, width: float) -> list[tuple[int, float, float, float]]:
        """For each row: the row, its distance from the left and from the top, its height."""
        columns = [self.rows]
        if self._has_two_columns(width):
            half = (len(self.rows) + 1) // 2
            columns = [self.rows[:half], self.rows[half:]]
        places = []
        for index, rows in enumerate(columns):
            drop = 0.0
            for row in rows:
                height = self.row_height(row, width)
                places.append((row, index * (self._column_width(width) + _GUTTER), drop, height))
                drop += height
        return places

    def _has_two_columns(self, width: float) -> bool:
        text_width = (width - _GUTTER) / 2 - self.inset
        return len(self.options) >= 4 and self.widest_option <= text_width

    def _column_width(self, width: float) -> float:
        return (width - _GUTTER) / 2 if self._has_two_columns(width) else width
