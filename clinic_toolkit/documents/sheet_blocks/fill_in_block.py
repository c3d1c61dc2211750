"""The base of the blocks to fill in: their sizes, their rows, and the areas that are written in."""

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from clinic_toolkit.documents import field_areas
from clinic_toolkit.documents.blocks import Align, Block, Segment, Text
from clinic_toolkit.documents.field_areas import collects_fields
from clinic_toolkit.documents.styles import EDGE, HAIR, MM, SOFT, TextStyle
from clinic_toolkit.documents.tagging import Role
from clinic_toolkit.psychometrics.numerals import number_in_words

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

PAD = 5.0
NUMBER_INSET = 24.0
_SPAN = re.compile(r"(\d+) (\w+) (\d+)")


class FillInBlock(Block):
    """A block to write in; the layout sets `pitch`, from line to line, and `growth` of figures, from 0 to 1.

    `number` says which block of the sheet it is, from 1.
    """

    def __init__(self, style: TextStyle) -> None:
        super().__init__()
        self.number = 0
        self.style = style
        self.quiet_style = replace(style, colour=SOFT)
        self.head_style = replace(style, bold=True, leading=1.2)
        # Heads right below the label of a block: lighter, so that the two do not read as one heading.
        self.light_head_style = replace(style, leading=1.2)
        self.pitch = 8 * MM
        self.growth = 0.0

    @property
    def id(self) -> str:
        """What the ids of its fields begin with (`worksheets/sheet_fields.py`)."""
        return f"b{self.number}"

    @property
    def scale(self) -> float:
        """How large the letters are, as a multiple of 12 points."""
        return self.style.size / 12

    def texts(self) -> Iterable[Text]:
        """Every printed text of the block."""
        return ()

    def mark_text(
        self, canvas: "TaggedCanvas", field: str, x: float, y: float, width: float, height: float = 0.0
    ) -> None:
        """Say where a text of one line, or of as many as `height` holds, is written."""
        field_areas.mark_field(
            canvas,
            f"{self.id}.{field}",
            x=x,
            y=y,
            width=width,
            height=height or self.pitch,
            pitch=self.pitch,
        )

    def mark_tick(
        self, canvas: "TaggedCanvas", field: str, x: float, y: float, size: float, *, option: str = ""
    ) -> None:
        """Say where a box is ticked, or one option of a choice is marked."""
        field_areas.mark_field(canvas, f"{self.id}.{field}", x=x, y=y, width=size, height=size, option=option)

    def has_placeholder(self) -> bool:
        return any(text.has_placeholder() for text in self.texts())


class RowBlock(FillInBlock):
    """Rows under a head. It is split between rows; the head stands again on the next page."""

    def __init__(self, style: TextStyle, row_count: int) -> None:
        super().__init__(style)
        self.rows = range(row_count)
        # What its parts on several pages share.
        self.owner: RowBlock = self

    def head_height(self, width: float) -> float:
        """The height of what stands above the first row, on each page."""
        return 0.0

    def row_height(self, row: int, width: float) -> float:
        """The height of one row, counted from 0 over the whole block."""
        return self.pitch

    def is_continued(self) -> bool:
        """Whether its first rows stand on a page before."""
        return self.rows.start > 0

    def height(self, width: float) -> float:
        return self.head_height(width) + sum(self.row_height(row, width) for row in self.rows)

    def min_height(self, width: float) -> float:
        shown = self.rows if len(self.rows) <= 4 else self.rows[:2]
        return self.head_height(width) + sum(self.row_height(row, width) for row in shown)

    def split(self, width: float, room: float) -> tuple[Self, Self] | None:
        used_height, count = self.head_height(width), 0
        while count < len(self.rows):
            used_height += self.row_height(self.rows[count], width)
            if used_height > room + 0.01:
                break
            count += 1
        if len(self.rows) - count == 1:
            count -= 1  # leave no single row at the head of a page
        if count < 2 or count >= len(self.rows):
            return None
        return self._part(self.rows[:count], after=0.0), self._part(self.rows[count:], after=self.after)

    def _part(self, rows: range, *, after: float) -> Self:
        part = copy(self)
        part.rows, part.after = rows, after
        return part


def describe_lines(count: int, *, more: str = "") -> str:
    """What a screen reader says of empty lines, such as "Three lines to write on."."""
    number = number_in_words(count) if count <= 10 else str(count)
    return f"{number.capitalize()} line{'s' * (count != 1)} to write on{more}."


def open_blank(canvas: "TaggedCanvas", words: str) -> AbstractContextManager[None]:
    """Draw a place to write; `words` say so on paper, and the fields themselves in a file to be filled in."""
    if collects_fields(canvas):
        return nullcontext()
    return canvas.element(Role.FIGURE, alt=words)


def draw_hairlines(canvas: "TaggedCanvas", lines: Sequence[Segment]) -> None:
    """Lines that only order the page."""
    canvas.setStrokeColorRGB(*HAIR)
    canvas.setLineWidth(0.7)
    canvas.lines(lines)


def draw_frame(
    canvas: "TaggedCanvas", x: float, y: float, width: float, height: float, radius: float = 5
) -> None:
    """The edge of a box to write in, with its bottom left corner at (x, y)."""
    canvas.setStrokeColorRGB(*EDGE)
    canvas.setLineWidth(0.9)
    canvas.roundRect(x, y, width, height, radius, stroke=1, fill=0)


def keep_span(words: str) -> str:
    """The words, so that a span such as "0 to 10" is not broken over two lines."""
    return _SPAN.sub("\\1\u00a0\\2\u00a0\\3", words)


def measure_width(text: Text, width: float = 10_000.0) -> float:
    """The width of the longest line of a text that is broken at `width`; 0 if it has no line."""
    return max((line.width for line in text.lines(width)), default=0.0)


def number_texts(count: int, style: TextStyle, *, align: Align = Align.LEFT) -> list[Text]:
    """The numbers from 1 to `count`."""
    return [Text(str(number), style, align=align) for number in range(1, count + 1)]
