"""The content of a worksheet as blocks, in the order in which it is printed, and how they are spaced."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from clinic_toolkit.documents.blocks import Align, Block, Rule, Text
from clinic_toolkit.documents.sheet_blocks.drawings import build_drawing
from clinic_toolkit.documents.sheet_blocks.fill_in_block import FillInBlock
from clinic_toolkit.documents.sheet_blocks.texts import ShadedText
from clinic_toolkit.documents.side_by_side import SideBySide
from clinic_toolkit.documents.styles import ACCENT, MM, SOFT, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.record.values.page_values import WorksheetPage

# Texts of at most this length stand side by side at the end of the sheet.
_SHORT = 260
_COLUMN_GAP = 22.0

# Kinds of blocks that have white above their first words or line.
_BEGIN_WITH_ROOM = frozenset(("prose", "lines", "table", "diary", "ladder", "script"))


class SizeScheme(Struct, frozen=True, kw_only=True):
    """The sizes of one variant; a pair holds the values for the tightest and the most spacious layout."""

    title: TextStyle
    body: TextStyle
    pitch: tuple[float, float]
    spacing: tuple[float, float]


NORMAL = SizeScheme(
    title=TextStyle(size=23, bold=True, leading=1.15),
    body=TextStyle(size=12, leading=1.3),
    pitch=(8 * MM, 11 * MM),
    spacing=(0.35, 1.5),
)
LARGE = SizeScheme(
    title=TextStyle(size=30, bold=True, leading=1.15),
    body=TextStyle(size=18, leading=1.32),
    pitch=(10 * MM, 14 * MM),
    spacing=(0.45, 1.6),
)


def find_scheme(value: "WorksheetPage") -> SizeScheme:
    """The sizes in which this sheet is printed."""
    return LARGE if value.large_type else NORMAL


class SheetHead(Block):
    """The accent bar, and the initials at its right if they were asked for."""

    def __init__(self, initials: str, style: TextStyle) -> None:
        super().__init__(after=5, keep_with_next=True)
        self.initials = Text(initials.strip(), style, align=Align.RIGHT) if initials.strip() else None

    def height(self, width: float) -> float:
        return self.initials.height(width * 0.6) if self.initials else 8.0

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        height = self.height(width)
        Rule(colour=ACCENT, weight=2.4, length=30).draw(canvas, x, top - height + 2.4, width)
        if self.initials:
            self.initials.draw(canvas, x + width * 0.4, top, width * 0.6)

    def has_placeholder(self) -> bool:
        return self.initials is not None and self.initials.has_placeholder()


class SheetLayout:
    """The blocks of a sheet, which can be spaced anew without breaking their text into lines again."""

    def __init__(self, value: "WorksheetPage", scheme: SizeScheme) -> None:
        worksheet, body = value.worksheet, scheme.body
        self.scheme = scheme
        self.strong = replace(body, bold=True)
        self.blocks: list[Block] = [
            SheetHead(value.initials, replace(body, colour=SOFT)),
            Text(worksheet.title, scheme.title, keep_with_next=True, role=Role.H1),
        ]
        if value.client_sentence.strip():
            self._add(Text(value.client_sentence, body, bar=True), 9)
        if value.named_step.strip():
            self._add(Text([("My step  ", self.strong), (value.named_step, body)]), 9)
        self._add(Text(worksheet.why, body), 9)
        self._add(Text("Try this", self.strong, keep_with_next=True, role=Role.H2), 11)
        for number, step in enumerate(worksheet.try_this, start=1):
            self._add(Text(step, body, bullet=str(number), indent=1.83 * body.size), 2.5)
        if worksheet.example:
            example = Text([("For example  ", self.strong), (worksheet.example, body)])
            self._add(ShadedText(example, body.size), 9)
        for number, block in enumerate(worksheet.blocks, start=1):
            if block.label:
                label = Text(block.label, self.strong, keep_with_next=True, role=Role.H2)
                self._add(label, 13, 2 if block.kind in _BEGIN_WITH_ROOM else 6)
            self._add(build_drawing(block, number, body), 0 if block.label else 11)
        self._add_end((("If it gets hard", worksheet.if_it_gets_hard), ("Bring back", worksheet.bring_back)))

    def _add_end(self, parts: Sequence[tuple[str, str]]) -> None:
        body = self.scheme.body
        if body.size == NORMAL.body.size and all(len(text) <= _SHORT for _, text in parts):
            pair = [(Text(heading, self.strong, role=Role.H2), Text(text, body)) for heading, text in parts]
            self._add(SideBySide(pair, gap=_COLUMN_GAP), 14)
            return
        for heading, text in parts:
            self._add(Text(heading, self.strong, keep_with_next=True, role=Role.H2), 11)
            self._add(Text(text, body), 0)

    def _add(self, block: Block, before: float, after: float = 0.0) -> None:
        block.white = (before, after)
        self.blocks.append(block)


def set_spacing(blocks: Sequence[Block], spacing: float, scheme: SizeScheme) -> None:
    """Space blocks of a sheet: 0 is the tightest, 1 the most spacious."""
    factor = _interpolate(scheme.spacing, spacing)
    pitch = _interpolate(scheme.pitch, spacing)
    for block in blocks:
        if block.white is not None:
            block.before, block.after = block.white[0] * factor, block.white[1] * factor
        if isinstance(block, FillInBlock):
            block.pitch, block.growth = pitch, spacing


def _interpolate(pair: tuple[float, float], spacing: float) -> float:
    return pair[0] + (pair[1] - pair[0]) * spacing
