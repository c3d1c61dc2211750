"""The numbers of a course as one table: a round in each row, a part in each column."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from clinic_toolkit.documents import chart_table
from clinic_toolkit.documents.blocks import Block, Rule, Text
from clinic_toolkit.documents.styles import HAIR, SMALL, SMALL_STRONG
from clinic_toolkit.documents.tagging import Role, Scope

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.record.values.course_values import Course, CoursePart

# The space between two columns, and between two rows.
_PAD, _GAP = 8.0, 1.5


class CellRow(Block):
    """One row of cells with a hairline below; the shares are those of the width. A table draws it."""

    def __init__(self, cells: Sequence[str], shares: Sequence[float], *, is_head: bool = False) -> None:
        super().__init__()
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


class RoundTable(Block):
    """Rows under their heads, which stand again on each further page."""

    def __init__(self, head: CellRow, rows: Sequence[CellRow]) -> None:
        super().__init__(before=_GAP, after=_GAP)
        self.head, self.rows = head, tuple(rows)
        self.owner: RoundTable = self
        self.is_continuation = False

    def height(self, width: float) -> float:
        return self._height_of(len(self.rows), width)

    def min_height(self, width: float) -> float:
        return self._height_of(1, width)

    def split(self, width: float, room: float) -> "tuple[RoundTable, RoundTable] | None":
        count = len(self.rows) - 1
        while count and self._height_of(count, width) > room + 0.01:
            count -= 1
        if not count:
            return None
        parts = RoundTable(self.head, self.rows[:count]), RoundTable(self.head, self.rows[count:])
        parts[0].owner = parts[1].owner = self.owner
        parts[0].is_continuation, parts[1].is_continuation = self.is_continuation, True
        return parts

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        with canvas.element(Role.TABLE, owner=self.owner):
            with canvas.artifact() if self.is_continuation else nullcontext():
                self.head.draw(canvas, x, top, width)
            for index, row in enumerate(self.rows):
                row.draw(canvas, x, top - self._height_of(index, width) - _GAP, width)

    def has_placeholder(self) -> bool:
        return any(row.has_placeholder() for row in (self.head, *self.rows))

    def _height_of(self, count: int, width: float) -> float:
        """The height of the heads with as many rows."""
        return self.head.height(width) + sum(_GAP + row.height(width) for row in self.rows[:count])


def tables_by_version(
    heads: Sequence[str], shares: Sequence[float], rows: Iterable[tuple[str, Sequence[str]]]
) -> list[Block]:
    """A table for each version of the questionnaire; each but the first says that it begins anew.

    Args:
        heads: the heads of the columns.
        shares: the share of the width that each column has.
        rows: of each row the version that begins with it, if one does, and its cells.
    """
    parts: list[tuple[str, list[CellRow]]] = []
    for version, cells in rows:
        if version or not parts:
            parts.append((version, []))
        parts[-1][1].append(CellRow(cells, shares))
    head = CellRow(heads, shares, is_head=True)
    blocks: list[Block] = []
    for version, of_version in parts:
        if version:
            words = f"From here: {version}. Not compared with what is above."
            blocks.append(Text(words, SMALL, before=6, keep_with_next=True))
        blocks.append(RoundTable(head, of_version))
    return blocks


def number_rows(course: "Course", parts: "Sequence[CoursePart]") -> list[Block]:
    """A table of the numbers of these parts, one for each version of the questionnaire."""
    columns = [chart_table.clinician_rows(course, part) for part in parts]
    share = 0.6 / len(parts)
    return tables_by_version(
        ["Day", *(part.name for part in parts), "How given"],
        [0.15, *(share for _ in parts), 0.25],
        (
            (rows[0].segment_start, [rows[0].day, *(row.number for row in rows), rows[0].mode])
            for rows in zip(*columns, strict=True)
        ),
    )
