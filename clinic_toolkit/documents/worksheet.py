"""A worksheet: one page to write on that is safe if found; its footer says only that it is not a test."""

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from clinic_toolkit import standing_sentences
from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Align, Block, Rule, Text, WritingLines
from clinic_toolkit.documents.fill_in_blocks import Circles, Scale, Table
from clinic_toolkit.documents.styles import ACCENT, EDGE, MM, SOFT, TextStyle
from clinic_toolkit.worksheets.block_model import CirclesBlock, LinesBlock, ScaleBlock, TableBlock

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.record.values.page_values import WorksheetPage
    from clinic_toolkit.worksheets.block_model import SheetBlock


class SizeScheme(Struct, frozen=True, kw_only=True):
    """The sizes of one variant; a pair holds the values for the tightest and the most spacious layout."""

    title: TextStyle
    body: TextStyle
    pitch: tuple[float, float]
    circle: tuple[float, float]
    spacing: tuple[float, float]


NORMAL = SizeScheme(
    title=TextStyle(size=23, bold=True, leading=1.15),
    body=TextStyle(size=12, leading=1.3),
    pitch=(8 * MM, 11 * MM),
    circle=(44 * MM, 96 * MM),
    spacing=(0.35, 1.5),
)
LARGE = SizeScheme(
    title=TextStyle(size=29, bold=True, leading=1.15),
    body=TextStyle(size=17, leading=1.32),
    pitch=(10 * MM, 13 * MM),
    circle=(58 * MM, 96 * MM),
    spacing=(0.45, 1.4),
)


class InitialsBar(Block):
    """The accent bar and a place for initials, the only personal detail on the sheet."""

    def __init__(self, initials: str, style: TextStyle) -> None:
        super().__init__(after=5, keep_with_next=True)
        self.initials = Text(
            initials.strip() or "Initials", style, align=Align.RIGHT if initials.strip() else Align.LEFT
        )

    def height(self, width: float) -> float:
        return self.initials.height(width * 0.6)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        height = self.height(width)
        canvas.setFillColorRGB(*ACCENT)
        canvas.rect(x, top - height, 30, 2.4, stroke=0, fill=1)
        if self.initials.align == Align.RIGHT:
            self.initials.draw(canvas, x + width * 0.4, top, width * 0.6)
            return
        text_width = self.initials.lines(width)[0].width
        self.initials.draw(canvas, x + width - text_width - 70, top, width)
        Rule(colour=EDGE).draw(canvas, x + width - 64, top - height, 64)

    def has_placeholder(self) -> bool:
        return self.initials.has_placeholder()


class WorksheetLayout:
    """The blocks of the sheet, which can be spaced anew without breaking their text into lines again."""

    def __init__(self, value: "WorksheetPage", scheme: SizeScheme) -> None:
        self.scheme, self.fields = scheme, value.worksheet.blocks
        worksheet, body_style = value.worksheet, scheme.body
        strong_style = replace(body_style, bold=True)
        self.title_blocks: list[Block] = [
            InitialsBar(value.initials, replace(body_style, colour=SOFT)),
            Text(worksheet.title, scheme.title, keep_with_next=True),
        ]
        self.intro_blocks: list[Block] = [
            *([Text(value.client_sentence, body_style, bar=True)] if value.client_sentence.strip() else []),
            Text(worksheet.why, body_style),
        ]
        self.steps: list[Block] = [
            Text("Try this", strong_style, keep_with_next=True),
            *(
                Text(step, body_style, bullet=str(number), indent=22)
                for number, step in enumerate(worksheet.try_this, start=1)
            ),
        ]
        self.labels = [Text(field.label, strong_style, keep_with_next=True) for field in self.fields]
        self.footer_blocks: list[Block] = [
            Text([("If it gets hard  ", strong_style), (worksheet.if_it_gets_hard, body_style)]),
            Text([("Bring back  ", strong_style), (worksheet.bring_back, body_style)]),
        ]

    def blocks(self, spacing: float) -> list[Block]:
        """All blocks in order, with their spacing set: 0 is the tightest, 1 the most spacious."""
        factor = _interpolate(self.scheme.spacing, spacing)
        for block in (*self.intro_blocks, *self.footer_blocks):
            block.before = 9 * factor
        for index, block in enumerate(self.steps):
            block.before = 11 * factor if index == 0 else 2.5 * factor
        blocks: list[Block] = [*self.title_blocks, *self.intro_blocks, *self.steps]
        for label, field in zip(self.labels, self.fields, strict=True):
            label.before = 13 * factor
            label.after = 2 * factor + (4 if isinstance(field, CirclesBlock) else 0)
            blocks += [label, self._field_block(field, spacing)]
        self.footer_blocks[0].before = 14 * factor
        return blocks + self.footer_blocks

    def _field_block(self, field: "SheetBlock", spacing: float) -> Block:
        pitch, body_style = _interpolate(self.scheme.pitch, spacing), self.scheme.body
        if isinstance(field, LinesBlock):
            quiet_style = replace(body_style, colour=SOFT)
            return WritingLines(field.count, pitch, style=quiet_style if field.numbered else None)
        if isinstance(field, TableBlock):
            return Table(
                field.columns,
                field.rows,
                pitch,
                body_style,
                numbered=field.numbered,
                ticks=field.tick_columns,
            )
        if isinstance(field, ScaleBlock):
            return Scale(field.left, field.right, field.steps, body_style)
        return Circles(
            field.left, field.right, field.middle, _interpolate(self.scheme.circle, spacing), body_style
        )


def render_worksheet(value: "WorksheetPage") -> bytes:
    """Draw the sheet as spaciously as one page allows; in large print it may take two pages."""
    scheme = LARGE if value.large_type else NORMAL
    footer_style = TextStyle(size=scheme.body.size, colour=SOFT)
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size,
        footer=(Text(standing_sentences.CLIENT_LINE, footer_style),),
        demo=value.letterhead.is_demo,
        side=20 * MM,
        top=17 * MM,
        bottom=9 * MM,
        small_style=footer_style,
    )
    layout = WorksheetLayout(value, scheme)
    placeholders = page_layout.placeholder_explanation(layout.blocks(0.0), sheet)

    def height(air: float) -> float:
        return page_layout.stacked_height([*layout.blocks(air), *placeholders], sheet.width)

    min_height = height(0.0)
    tight_sheet = replace(sheet, top=13 * MM, bottom=7 * MM)
    if sheet.usable_height < min_height <= tight_sheet.usable_height:
        sheet = tight_sheet  # smaller margins are better than a second page for the last line
    if min_height > sheet.usable_height:
        for spacing in (0.5, 0.25, 0.0):  # the most spacious that fits two pages
            if (
                len(
                    page_layout.place_on_pages(
                        [*layout.blocks(spacing), *placeholders], sheet.width, sheet.usable_height
                    )
                )
                <= 2
            ):
                break
        return page_layout.make_pdf(layout.blocks(spacing), sheet)
    spacing = min((sheet.usable_height - min_height) / (height(1.0) - min_height), 1.0)
    # Words over smaller circles may need another line.
    while spacing > 0 and height(spacing) > sheet.usable_height:
        spacing = max(spacing - 0.05, 0.0)
    return page_layout.make_pdf(layout.blocks(spacing), sheet)


def _interpolate(pair: tuple[float, float], spacing: float) -> float:
    return pair[0] + (pair[1] - pair[0]) * spacing
