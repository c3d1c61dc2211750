"""The numbers of a course as one table: a round in each row, a part in each column."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents import chart_table
from clinic_toolkit.documents.blocks import Block, Rule, Text
from clinic_toolkit.documents.styles import HAIR, SMALL, SMALL_STRONG
from clinic_toolkit.documents.tagging import Role, Scope

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.record.values.course_values import Course, CoursePart

_PAD = 8.0


class TableRow(Block):
    """One row of cells with a hairline below; the shares are those of the width."""

    def __init__(self, cells: Sequence[str], shares: Sequence[float], *, is_head: bool = False) -> None:
        super().__init__(before=1.5, after=1.5, keep_with_next=is_head)
        self.cells = [Text(cell, SMALL_STRONG if is_head else SMALL) for cell in cells]
        self.shares, self.is_head = shares, is_head

    def height(self, width: float) -> float:
        return 2 + max(
            cell.height(width * share - _PAD) for cell, share in zip(self.cells, self.shares, strict=True)
        )

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        with canvas.element(Role.ROW):
            left = x
            for index, (cell, share) in enumerate(zip(self.cells, self.shares, strict=True)):
                role = Role.HEAD_CELL if self.is_head or index == 0 else Role.CELL
                with canvas.element(role, scope=Scope.COLUMN if self.is_head else Scope.ROW):
                    cell.draw(canvas, left, top, width * share - _PAD)
                left += width * share
            Rule(colour=HAIR).draw(canvas, x, top - self.height(width) + 0.6, width)

    def has_placeholder(self) -> bool:
        return any(cell.has_placeholder() for cell in self.cells)


def number_rows(course: "Course", parts: "Sequence[CoursePart]") -> list[Block]:
    """A table of the numbers of these parts, one for each version of the questionnaire."""
    columns = [chart_table.clinician_rows(course, part) for part in parts]
    share = 0.6 / len(parts)
    shares = [0.15, *(share for _ in parts), 0.25]
    head = TableRow(["Day", *(part.name for part in parts), "How given"], shares, is_head=True)
    blocks: list[Block] = [head]
    for rows in zip(*columns, strict=True):
        first = rows[0]
        if first.segment_start:
            words = f"From here: {first.segment_start}. Not compared with what is above."
            blocks.append(Text(words, SMALL, before=6, keep_with_next=True))
            blocks.append(
                TableRow(["Day", *(part.name for part in parts), "How given"], shares, is_head=True)
            )
        blocks.append(TableRow([first.day, *(row.number for row in rows), first.mode], shares))
    return blocks
