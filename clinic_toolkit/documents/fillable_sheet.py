"""A worksheet to fill in on a screen, with a field at each place to write in, and one that was filled in."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from clinic_toolkit.documents import page_layout, worksheet
from clinic_toolkit.documents.sheet_layout import find_scheme
from clinic_toolkit.worksheets.sheet_fields import list_fields

if TYPE_CHECKING:
    from clinic_toolkit.record.values.page_values import WorksheetPage


def render_fillable_sheet(value: "WorksheetPage", code: str) -> bytes:
    """Draw the sheet with fields.

    Args:
        value: what is printed.
        code: sixteen random letters and figures, by which the file is known when it comes back.

    Raises:
        TooManyFields: the sheet has more fields than one can have.
        SheetTooLong: a block is higher than a page.
    """
    from clinic_toolkit.documents.fillable_canvas import FillableCanvas

    scheme = find_scheme(value)
    start = partial(
        FillableCanvas, fields=list_fields(value.worksheet), code=code, text_size=scheme.body.size
    )
    return page_layout.make_pdf(*worksheet.lay_out_worksheet(value), start_canvas=start)


def render_filled_sheet(value: "WorksheetPage", answers: Mapping[str, str]) -> bytes:
    """Draw the sheet anew with its answers; what has no room, and what explains a mark, on a further page.

    Args:
        value: what is printed.
        answers: the value of each field that has one, by its id (`worksheets/sheet_fields.py`).
    """
    from clinic_toolkit.documents.filled_canvas import FilledCanvas

    scheme = find_scheme(value)
    blocks, sheet = worksheet.lay_out_worksheet(value)
    start = partial(
        FilledCanvas, fields=list_fields(value.worksheet), answers=answers, sheet=sheet, style=scheme.body
    )
    return page_layout.make_pdf(blocks, sheet, start_canvas=start)
