"""Whether a sheet can be printed: on both papers, in normal and in large print, in letters of their size."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit.documents.page_layout import PAPER_SIZES
from clinic_toolkit.documents.worksheet import SheetTooLong, lay_out_worksheet

if TYPE_CHECKING:
    from clinic_toolkit.record.values.page_values import WorksheetPage


def find_misfit(page: "WorksheetPage") -> SheetTooLong | None:
    """The first block that fits on no page, as an error that names it; None if everything fits.

    The size of the letters is never made smaller, so such a block has to be changed.
    """
    for paper in PAPER_SIZES:
        for large in (False, True):
            letterhead = replace(page.letterhead, paper_size=paper)
            try:
                lay_out_worksheet(replace(page, letterhead=letterhead, large_type=large))
            except SheetTooLong as error:
                return error
    return None
