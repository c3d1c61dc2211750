"""The blocks of a page: text, rules, lines to write on.

A block knows its height at a given width, can be split at the end of a page, and draws itself from its top
left corner. `before` and `after` are the space around it; between two blocks the larger one counts. All
lengths are in points.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from clinic_toolkit.documents import line_breaking, printable_text
from clinic_toolkit.documents.line_breaking import StyledText, TextLine
from clinic_toolkit.documents.styles import ACCENT, BODY, EDGE, HAIR, Colour, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

BAR_GAP = 11.0
# The two ends of a line: x and y of the one, then of the other.
Segment = tuple[float, float, float, float]


class Align(StrEnum):
    """Where a paragraph stands; a `TYPED` one stands on the right if its text runs from right to left."""

    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"
    TYPED = "typed"


class Block:
    """The base of all blocks, itself empty. `keep_with_next` keeps it on the same page as the next block;
    one that `starts_page` stands at the head of a page.
    """

    def __init__(self, *, before: float = 0, after: float = 0, keep_with_next: bool = False) -> None:
        self.before = before
        self.after = after
        self.keep_with_next = keep_with_next
        # On a worksheet: the white before and after it, as multiples of the spacing that the page allows.
        self.white: tuple[float, float] | None = None
        self.starts_page = False

    def height(self, width: float) -> float:
        """How tall the block is at this width."""
        return 0.0

    def min_height(self, width: float) -> float:
        """The height of the smallest part that may stand alone at the foot of a page."""
        return self.height(width)

    def split(self, width: float, room: float) -> "tuple[Block, Block] | None":
        """Split into a part that fits into height `room` and the rest; None if it must move as a whole."""
        return None

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        """Draw with the top left corner at (x, top)."""

    def has_placeholder(self) -> bool:
        """Whether it shows a placeholder for an undrawable character, which the sheet has to explain."""
        return False


class _BrokenText:
    """A paragraph at one width: its lines, their height, and whether it runs from right to left."""

    def __init__(self, lines: list[TextLine], from_right: bool) -> None:
        self.lines, self.from_right = lines, from_right
        self.height = sum(line.height for line in lines)


class Text(Block):
    """One paragraph. `indent` and `bullet` make it hanging; `bar` draws the accent line of a quotation.

    For a screen reader it is what `role` says; with a bullet it is an item of a list, with a bar a quotation.
    The parts of a paragraph that is split have one `owner`, the whole, and so are one element.
    """

    def __init__(
        self,
        spans: str | Sequence[StyledText],
        style: TextStyle = BODY,
        *,
        before: float = 0,
        after: float = 0,
        keep_with_next: bool = False,
        align: Align = Align.LEFT,
        indent: float = 0,
        bullet: str = "",
        bar: bool = False,
        role: Role = Role.PARAGRAPH,
    ) -> None:
        super().__init__(before=before, after=after, keep_with_next=keep_with_next)
        self.role = role
        self.owner: Text = self
        self.spans: Sequence[StyledText] = [(spans, style)] if isinstance(spans, str) else spans
        self.align = align
        self.indent = indent + (BAR_GAP if bar else 0)
        self.bullet = Text(bullet, style) if bullet else None
        self.bar = bar
        # By width: a block measures its words at one width to find another, and asks for both again.
        self._broken: dict[float, _BrokenText] = {}

    def lines(self, width: float) -> list[TextLine]:
        """The lines at this width; the result is kept."""
        return self._break(width).lines

    def height(self, width: float) -> float:
        return self._break(width).height

    def min_height(self, width: float) -> float:
        lines = self.lines(width)
        return sum(line.height for line in (lines if len(lines) <= 3 else lines[:2]))

    def split(self, width: float, room: float) -> "tuple[Text, Text] | None":
        lines = self.lines(width)
        fitting_count, used_height = 0, 0.0
        while fitting_count < len(lines) and used_height + lines[fitting_count].height <= room + 0.01:
            used_height += lines[fitting_count].height
            fitting_count += 1
        if len(lines) - fitting_count == 1:
            fitting_count -= 1  # leave no single line at the head of a page
        if fitting_count < 2:
            return None
        return self._fragment(width, lines[:fitting_count], tail=False), self._fragment(
            width, lines[fitting_count:], tail=True
        )

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        if self.bullet or self.owner.bullet:
            with canvas.element(Role.ITEM, owner=self.owner, numbered=self._is_numbered()):
                if self.bullet:
                    with canvas.element(Role.LABEL):
                        self.bullet.draw(canvas, x, top, self.indent)
                with canvas.element(Role.BODY, owner=self.owner):
                    self._draw_lines(canvas, x, top, width)
            return
        if self.bar:
            with canvas.element(Role.QUOTE, owner=self.owner):
                canvas.setFillColorRGB(*ACCENT)
                canvas.rect(x, top - self.height(width) + 1, 1.8, self.height(width) - 2, stroke=0, fill=1)
                with canvas.element(self.role, owner=self.owner):
                    self._draw_lines(canvas, x, top, width)
            return
        with canvas.element(self.role, owner=self.owner):
            self._draw_lines(canvas, x, top, width)

    def has_placeholder(self) -> bool:
        return any(
            not text.isascii()
            and printable_text.PLACEHOLDER_PATTERN.search(printable_text.make_printable(text))
            for text, _ in self.spans
        )

    def _is_numbered(self) -> bool:
        return any(text[:1].isdecimal() for text, _ in (self.owner.bullet or self).spans)

    def _draw_lines(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        broken = self._break(width)
        from_right = broken.from_right and self.align == Align.TYPED
        pen = canvas.beginText()
        for line in broken.lines:
            spare = width - self.indent - line.width
            shift = 0.0
            if from_right or self.align == Align.RIGHT:
                shift = spare
            elif self.align == Align.CENTRE:
                shift = spare / 2
            line_breaking.draw_line(
                pen, line, x + self.indent + shift, top - line.height / 2 - line.size * 0.33
            )
            top -= line.height
        canvas.drawText(pen)

    def _fragment(self, width: float, lines: list[TextLine], *, tail: bool) -> "Text":
        part = Text(
            self.spans,
            after=self.after if tail else 0,
            before=0 if tail else self.before,
            keep_with_next=self.keep_with_next and tail,
            align=self.align,
            role=self.role,
        )
        part.owner = self.owner
        part.indent, part.bar = self.indent, self.bar
        part.bullet = None if tail else self.bullet
        if self.white is not None:
            part.white = (0.0, self.white[1]) if tail else (self.white[0], 0.0)
        part._broken = {width: _BrokenText(lines, self._break(width).from_right)}
        return part

    def _break(self, width: float) -> _BrokenText:
        found = self._broken.get(width)
        if found is None:
            broken = line_breaking.break_lines(self.spans, width - self.indent)
            found = self._broken[width] = _BrokenText(*broken)
        return found


def typed_paragraphs(
    typed: str, style: TextStyle = BODY, *, gap: float = 6, indent: float = 0, bar: bool = False
) -> list[Block]:
    """Typed text as one paragraph a line; empty lines become space of height `gap`."""
    paragraphs: list[Block] = []
    space = 0.0
    for line in printable_text.clean_text(typed).split("\n"):
        if line.strip():
            paragraphs.append(
                Text(line.rstrip(), style, before=space, indent=indent, bar=bar, align=Align.TYPED)
            )
            space = 0.0
        elif paragraphs:
            space = gap
    return paragraphs


class Rule(Block):
    """A hairline, or the short accent bar above a title."""

    def __init__(
        self,
        *,
        colour: Colour = HAIR,
        weight: float = 0.6,
        length: float | None = None,
        before: float = 0,
        after: float = 0,
    ) -> None:
        super().__init__(before=before, after=after, keep_with_next=True)
        self.colour, self.weight, self.length = colour, weight, length

    def height(self, width: float) -> float:
        return self.weight

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        canvas.setFillColorRGB(*self.colour)
        canvas.rect(x, top - self.weight, self.length or width, self.weight, stroke=0, fill=1)


class WritingLines(Block):
    """Lines to write on, `pitch` points apart."""

    def __init__(self, count: int, pitch: float) -> None:
        super().__init__()
        self.count, self.pitch = count, pitch

    def height(self, width: float) -> float:
        return self.count * self.pitch

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        rows = (top - row * self.pitch for row in range(1, self.count + 1))
        draw_writing_lines(canvas, [(x, y, x + width, y) for y in rows])


def draw_writing_lines(canvas: "TaggedCanvas", lines: Sequence[Segment]) -> None:
    """Lines to write on."""
    canvas.setStrokeColorRGB(*EDGE)
    canvas.setLineWidth(0.7)
    canvas.lines(lines)


def draw_tick_box(canvas: "TaggedCanvas", x: float, y: float, size: float) -> None:
    """Draw a square to tick, for which the primary font has no glyph."""
    canvas.setStrokeColorRGB(*EDGE)
    canvas.setLineWidth(0.9)
    canvas.roundRect(x, y, size, size, 1.8, stroke=1, fill=0)
