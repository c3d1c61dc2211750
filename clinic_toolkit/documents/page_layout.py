"""Page layout: paper sizes, the flow of blocks over pages, footers, and the PDF file itself."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from clinic_toolkit.documents import font_faces, printable_text, sheet_texts
from clinic_toolkit.documents.blocks import Align, Block, Rule, Text
from clinic_toolkit.documents.styles import ACCENT, HAIR, MM, SMALL, TITLE, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

StartCanvas = Callable[..., "TaggedCanvas"]
PAPER_SIZES = {"A4": (210 * MM, 297 * MM), "Letter": (612.0, 792.0)}


class PageLayout(Struct, frozen=True, kw_only=True):
    """The settings of a sheet: paper, margins, footer. `numbered` prints "page n of m" from two pages on.

    `language` is that of its words, such as "en", for who has it read aloud.
    """

    paper: str
    language: str = "en"
    footer: Sequence[Text] = ()
    numbered: bool = True
    demo: bool = False
    side: float = 23 * MM
    top: float = 21 * MM
    bottom: float = 13 * MM
    small_style: TextStyle = SMALL

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the paper in points; A4 unless `paper` is "Letter"."""
        return PAPER_SIZES.get(self.paper, PAPER_SIZES["A4"])

    @property
    def width(self) -> float:
        """The width of the text area, in points."""
        return self.size[0] - 2 * self.side

    @property
    def usable_height(self) -> float:
        """The height available for blocks on each page, in points."""
        return self.size[1] - self.top - self.bottom - self._footer_height() - 5 * MM

    def _footer_height(self) -> float:
        lines = sum(block.height(self.width - 84) for block in self.footer)
        return max(lines, self.small_style.size * self.small_style.leading)


# The blocks of one part of a file, and the settings of its pages.
Part = tuple[Sequence[Block], PageLayout]


def title_blocks(title: str, *, style: TextStyle = TITLE, after: float = 14) -> list[Block]:
    """The title of a sheet under its short accent bar."""
    return [
        Rule(colour=ACCENT, weight=2.4, length=30, after=9),
        Text(title, style, after=after, keep_with_next=True, role=Role.H1),
    ]


def make_pdf(blocks: Sequence[Block], sheet: PageLayout, *, start_canvas: StartCanvas | None = None) -> bytes:
    """Lay out and draw the blocks of one sheet; the same blocks give the same bytes."""
    return bind_pdf([(blocks, sheet)], start_canvas=start_canvas)


def make_pdf_on_one_page(
    build: Callable[[float], Sequence[Block]], attempts: Sequence[tuple[PageLayout, float]]
) -> bytes:
    """Lay out and draw a sheet on one page if that is possible, else as the first attempt has it.

    Args:
        build: makes the blocks with this much white between them.
        attempts: the settings of the page and the white, the most spacious first.
    """
    for sheet, white in attempts:
        blocks = build(white)
        explained = [*blocks, *placeholder_explanation(blocks, sheet)]
        if stacked_height(explained, sheet.width) <= sheet.usable_height:
            return make_pdf(blocks, sheet)
    sheet, white = attempts[0]
    return make_pdf(build(white), sheet)


def bind_pdf(
    parts: Iterable[Part], *, is_bound: bool | None = None, start_canvas: StartCanvas | None = None
) -> bytes:
    """Draw several parts into one PDF file, each on its own pages and as if it were alone.

    The metadata of the file say nothing about a person; the title is always "Document".

    Args:
        parts: the blocks of each part, and the settings of its pages; at least one. Each is asked for when
            the one before is drawn.
        is_bound: whether there are several parts; None to count them, which asks for all at once.
        start_canvas: makes the canvas, if it does more than draw (`fillable_canvas.py`).

    Returns:
        The bytes of the PDF file; the same parts give the same bytes.
    """
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

    if is_bound is None:
        parts = list(parts)
        is_bound = len(parts) > 1
    rest = iter(parts)
    first = next(rest)
    buffer = BytesIO()
    # Otherwise ReportLab would refer to Helvetica, which is not embedded, in every file.
    first_font: Any = font_faces.primary_face(False).name
    canvas = (start_canvas or TaggedCanvas)(
        buffer,
        pagesize=first[1].size,
        language=first[1].language,
        invariant=True,
        pageCompression=1,
        initialFontName=first_font,
    )
    for blocks, sheet in chain((first,), rest):
        pages = place_on_pages(
            [*blocks, *placeholder_explanation(blocks, sheet)], sheet.width, sheet.usable_height
        )
        with canvas.section(sheet.language) if is_bound else nullcontext():
            for number, placed in enumerate(pages, start=1):
                draw_page(canvas, sheet, placed, number, len(pages))
                canvas.showPage()
    with font_faces.subset_lock:
        canvas.save()
    return buffer.getvalue()


def placeholder_explanation(blocks: Sequence[Block], sheet: PageLayout) -> list[Block]:
    """The line that explains the placeholders of undrawable characters, if there is one on the sheet."""
    if any(block.has_placeholder() for block in (*blocks, *sheet.footer)):
        return [Text(printable_text.PLACEHOLDER_NOTE, sheet.small_style, before=14)]
    return []


PlacedBlocks = list[tuple[Block, float]]


def place_on_pages(blocks: Sequence[Block], width: float, room: float) -> list[PlacedBlocks]:
    """Distribute blocks over pages of height `room`, splitting blocks where needed.

    Returns:
        For each page its blocks, each with its distance from the top of the text area in points.
    """
    remaining = list(blocks)
    pages: list[PlacedBlocks] = [[]]
    used_height = space_after = 0.0
    index = 0
    while index < len(remaining):
        block = remaining[index]
        page = pages[-1]
        if block.starts_page and page:
            pages.append([])
            used_height = space_after = 0.0
            continue
        gap = max(space_after, block.before) if page else 0.0
        if used_height + gap + _kept_together_height(remaining, index, width) <= room + 0.01 or (
            not page and block.height(width) <= room + 0.01
        ):
            page.append((block, used_height + gap))
            used_height, space_after = used_height + gap + block.height(width), block.after
            index += 1
            continue
        fragments = None if block.keep_with_next and page else block.split(width, room - used_height - gap)
        if fragments:
            page.append((fragments[0], used_height + gap))
            remaining[index] = fragments[1]
        elif not page:
            page.append((block, 0.0))
            index += 1
        pages.append([])
        used_height = space_after = 0.0
    return pages if pages[-1] or len(pages) == 1 else pages[:-1]


def stacked_height(blocks: Sequence[Block], width: float) -> float:
    """The height of the blocks on one page without end, in points."""
    total = space_after = 0.0
    for index, block in enumerate(blocks):
        total += (max(space_after, block.before) if index else 0.0) + block.height(width)
        space_after = block.after
    return total


def _kept_together_height(blocks: Sequence[Block], at: int, width: float) -> float:
    """The height of the block at index `at`, with the following blocks it must be kept together with."""
    total = blocks[at].height(width)
    while blocks[at].keep_with_next and at + 1 < len(blocks):
        next_block = blocks[at + 1]
        total += max(blocks[at].after, next_block.before)
        total += next_block.height(width) if next_block.keep_with_next else next_block.min_height(width)
        at += 1
    return total


def draw_page(
    canvas: "TaggedCanvas", sheet: PageLayout, placed: PlacedBlocks, number: int, page_count: int
) -> None:
    """Draw one page with its footer and, for demo data, the demo label.

    A screen reader hears the label once, at the beginning, and the footer once, at the end.
    """
    page_width, page_height = sheet.size
    if sheet.demo:
        with nullcontext() if number == 1 else canvas.artifact():
            Text(sheet_texts.DEMO_LABEL, replace(sheet.small_style, bold=True), align=Align.RIGHT).draw(
                canvas, sheet.side, page_height - 9 * MM, page_width - 2 * sheet.side
            )
    for block, offset in placed:
        block.draw(canvas, sheet.side, page_height - sheet.top - offset, sheet.width)
    top = sheet.bottom + sheet._footer_height()
    numbered = sheet.numbered and page_count > 1
    with canvas.artifact():
        if sheet.footer or numbered:
            canvas.setFillColorRGB(*HAIR)
            canvas.rect(sheet.side, top + 2 * MM, sheet.width, 0.5, stroke=0, fill=1)
        if numbered:
            Text(f"page {number} of {page_count}", sheet.small_style, align=Align.RIGHT).draw(
                canvas, sheet.side, top, sheet.width
            )
    with nullcontext() if number == page_count else canvas.artifact():
        for line in sheet.footer:
            line.draw(canvas, sheet.side, top, sheet.width - 84)
            top -= line.height(sheet.width - 84)
