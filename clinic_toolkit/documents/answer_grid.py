"""The grid of a questionnaire on paper: the items, and under each a row of boxes to tick."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from clinic_toolkit.documents.blocks import Align, Block, Text, draw_tick_box
from clinic_toolkit.documents.styles import EDGE, HAIR, SOFT, WASH, TextStyle
from clinic_toolkit.documents.tagging import Role, Scope

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

ITEM_STYLE = TextStyle(size=12.5, leading=1.3)
_CLOSE_ITEM = TextStyle(size=12, leading=1.28)
_NUMBER_WIDTH = 24.0
_BOX = 13.0
# Shares of an item's white space: above its text, between text and boxes, below the boxes.
_SPACE_SHARES = (0.34, 0.26, 0.4)
# From so many items on one page, the heads stand again half-way down.
_MANY = 8
_SECOND_GAP = 8.0
# With more white space around an item than this, in points, its text is larger.
AIRY_PAD = 18.0


class AnswerColumns(Struct, frozen=True, kw_only=True):
    """The column heads of the form: the scale, the two ways not to answer, the mark to talk."""

    labels: tuple[str, ...]
    scale: int
    style: TextStyle

    def edges(self, width: float) -> list[float]:
        """The left edge of each column and the right edge of the last, in points; a gap follows the scale."""
        gap = 9.0
        column_width = (width - 2 * gap) / len(self.labels)
        edges = [0.0]
        for index in range(len(self.labels)):
            edges.append(edges[-1] + column_width + (gap if index + 1 in (self.scale, self.scale + 2) else 0))
        return edges

    def column(self, width: float) -> float:
        """The width of one column, in points."""
        return (width - 18.0) / len(self.labels)


class ItemGrid(Block):
    """The items under the column heads, which stand again half-way down and on every page."""

    def __init__(self, items: Sequence[tuple[int, str]], heads: AnswerColumns, pad: float) -> None:
        super().__init__()
        self.heads, self.pad = heads, pad
        self.owner: ItemGrid = self
        self.is_continuation = False
        style = ITEM_STYLE if pad > AIRY_PAD else _CLOSE_ITEM
        self.items = [
            (Text(str(number), replace(style, colour=SOFT)), Text(text, style)) for number, text in items
        ]
        self.column_labels = [Text(label, heads.style, align=Align.CENTRE) for label in heads.labels]

    def height(self, width: float) -> float:
        second_height = 0.0 if self._second_head_row() is None else self._head_height(width) + _SECOND_GAP
        rows_height = sum(self._row_height(item, width) for _, item in self.items)
        return self._head_height(width) + second_height + rows_height

    def min_height(self, width: float) -> float:
        return self._head_height(width) + sum(self._row_height(item, width) for _, item in self.items[:2])

    def split(self, width: float, room: float) -> "tuple[ItemGrid, ItemGrid] | None":
        # As if the heads stood twice: how many items there will be is not known yet.
        used_height, fitting_count = 2 * self._head_height(width) + _SECOND_GAP, 0
        while (
            fitting_count < len(self.items)
            and used_height + self._row_height(self.items[fitting_count][1], width) <= room + 0.01
        ):
            used_height += self._row_height(self.items[fitting_count][1], width)
            fitting_count += 1
        if not 0 < fitting_count < len(self.items):
            return None
        parts = ItemGrid((), self.heads, self.pad), ItemGrid((), self.heads, self.pad)
        parts[0].items, parts[1].items = self.items[:fitting_count], self.items[fitting_count:]
        parts[0].owner = parts[1].owner = self.owner
        parts[0].is_continuation, parts[1].is_continuation = self.is_continuation, True
        return parts

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        second_head_row = self._second_head_row()
        with canvas.element(Role.TABLE, owner=self.owner):
            y = self._draw_heads(canvas, x, top, width, again=self.is_continuation)
            for row, (number, item) in enumerate(self.items):
                if row == second_head_row:
                    y = self._draw_heads(canvas, x, y - _SECOND_GAP, width, again=True)
                with canvas.element(Role.ROW):
                    y = self._draw_item(canvas, x, y, width, number, item)
                canvas.setFillColorRGB(*HAIR)
                canvas.rect(x, y, width, 0.6, stroke=0, fill=1)

    def _draw_heads(
        self, canvas: "TaggedCanvas", x: float, top: float, width: float, *, again: bool
    ) -> float:
        """Draw the column heads; returns where they end. Those that stand again are not read again."""
        edges, column_width = self.heads.edges(width), self.heads.column(width)
        head_height = self._head_height(width)
        with canvas.artifact() if again else canvas.element(Role.ROW):
            self._draw_wash(canvas, x, top + 4, head_height + 4, edges)
            with canvas.element(Role.CELL):
                pass
            for label, edge in zip(self.column_labels, edges, strict=False):
                drop = head_height - 6 - label.height(column_width - 2)
                with canvas.element(Role.HEAD_CELL):
                    label.draw(canvas, x + edge + 1, top - drop, column_width - 2)
            canvas.setFillColorRGB(*EDGE)
            canvas.rect(x, top - head_height, width, 0.9, stroke=0, fill=1)
        return top - head_height

    def _draw_item(
        self, canvas: "TaggedCanvas", x: float, top: float, width: float, number: Text, item: Text
    ) -> float:
        """Draw one item with its boxes; returns where it ends."""
        edges, column_width = self.heads.edges(width), self.heads.column(width)
        space_above, space_between, space_below = (share * self.pad for share in _SPACE_SHARES)
        wash_margin = min(space_between, 4.0)
        y = top - space_above
        with canvas.element(Role.HEAD_CELL, scope=Scope.ROW):
            number.draw(canvas, x, y, _NUMBER_WIDTH)
            item.draw(canvas, x + _NUMBER_WIDTH, y, width - _NUMBER_WIDTH)
        y -= item.height(width - _NUMBER_WIDTH) + space_between + _BOX
        self._draw_wash(canvas, x, y + _BOX + wash_margin, _BOX + 2 * wash_margin, edges)
        for edge in edges[:-1]:
            with canvas.element(Role.CELL):
                draw_tick_box(canvas, x + edge + (column_width - _BOX) / 2, y, _BOX)
        return y - space_below

    def has_placeholder(self) -> bool:
        return any(item.has_placeholder() for _, item in self.items) or any(
            label.has_placeholder() for label in self.column_labels
        )

    def _second_head_row(self) -> int | None:
        """The item above which the heads stand again; None if there are few."""
        return len(self.items) // 2 if len(self.items) >= _MANY else None

    def _draw_wash(
        self, canvas: "TaggedCanvas", x: float, top: float, height: float, edges: list[float]
    ) -> None:
        left, right = edges[self.heads.scale] - 2, edges[self.heads.scale + 2] - 7
        canvas.setFillColorRGB(*WASH)
        canvas.rect(x + left, top - height, right - left, height, stroke=0, fill=1)

    def _head_height(self, width: float) -> float:
        label_width = self.heads.column(width) - 2
        return max(label.height(label_width) for label in self.column_labels) + 6

    def _row_height(self, item: Text, width: float) -> float:
        return item.height(width - _NUMBER_WIDTH) + _BOX + self.pad
