"""A worksheet: a page to write on that is safe if found; its footer says only that it is not a test."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit import standing_sentences
from clinic_toolkit.documents import page_layout, sheet_pages
from clinic_toolkit.documents.blocks import Text
from clinic_toolkit.documents.page_layout import PageLayout, Part
from clinic_toolkit.documents.sheet_layout import SheetLayout, SizeScheme, find_scheme, set_spacing
from clinic_toolkit.documents.styles import MM, SOFT, TextStyle
from clinic_toolkit.errors import ClinicError

if TYPE_CHECKING:
    from clinic_toolkit.record.values.page_values import WorksheetPage


class SheetTooLong(ClinicError):
    """A block of a worksheet does not fit on a page; `label` is its label."""

    def __init__(self, label: str) -> None:
        self.label = label
        super().__init__(
            f"“{label}” does not fit on one page. "
            "Give it fewer lines or shorter words, or make two blocks of it."
        )


def render_worksheet(value: "WorksheetPage") -> bytes:
    """Draw the sheet on one page if it fits, else on as few as it needs.

    Raises:
        SheetTooLong: a block is higher than a page.
    """
    return page_layout.make_pdf(*lay_out_worksheet(value))


def lay_out_worksheet(value: "WorksheetPage") -> Part:
    """The blocks of the sheet, spaced for its pages, and the settings of the pages (`page_layout.bind_pdf`).

    Raises:
        SheetTooLong: a block is higher than a page.
    """
    scheme = find_scheme(value)
    sheet = _page_settings(value, scheme)
    layout = SheetLayout(value, scheme)
    set_spacing(layout.blocks, 0.0, scheme)
    explanation = page_layout.placeholder_explanation(layout.blocks, sheet)
    blocks = [*layout.blocks, *explanation]
    tight_sheet = replace(sheet, top=13 * MM, bottom=7 * MM)
    if sheet.usable_height < page_layout.stacked_height(blocks, sheet.width) <= tight_sheet.usable_height:
        sheet = tight_sheet  # smaller margins are better than a second page for the last line
    too_high = sheet_pages.find_block_above(blocks, sheet.width, sheet.usable_height)
    if too_high is not None:
        raise SheetTooLong(value.worksheet.blocks[too_high.number - 1].label)
    pages = sheet_pages.lay_out_pages(blocks, sheet.width, sheet.usable_height, scheme)
    # The explanation is added again where the file is made.
    return [block for page in pages for block in page if block not in explanation], sheet


def _page_settings(value: "WorksheetPage", scheme: SizeScheme) -> PageLayout:
    footer_style = TextStyle(size=scheme.body.size, colour=SOFT)
    return PageLayout(
        language=value.worksheet.language,
        paper=value.letterhead.paper_size,
        footer=(Text(standing_sentences.CLIENT_LINE, footer_style),),
        demo=value.letterhead.is_demo,
        side=20 * MM,
        top=17 * MM,
        bottom=9 * MM,
        small_style=footer_style,
    )
