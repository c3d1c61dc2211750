"""A sheet of a practice's own with any text in its blocks: it is printed, or the block is refused by name."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from clinic_toolkit.documents import worksheet
from clinic_toolkit.record.values.page_values import WorksheetPage
from tests.documents import values
from tests.documents.hostile_texts import HOSTILE, written_anew
from tests.documents.reading import marks
from tests.fixtures.replaced import replace
from tests.worksheets.every_block import ONE_OF_EACH, make_sheet

TEXTS = {
    name: HOSTILE[name]
    for name in ("half a character", "a long word", "marks without a letter", "directions")
} | {"nothing to be seen": "\u200b", "many words": "word " * 40, "a span": "0 to 10 to 20"}


@pytest.mark.parametrize(
    ("name", "large"), [*((name, False) for name in TEXTS), ("a long word", True), ("many words", True)]
)
def test_any_text_in_any_block_is_printed_or_refused_by_name(name: str, large: bool) -> None:
    typed = TEXTS[name][:200]
    blocks = [written_anew(block, typed) for block in ONE_OF_EACH]
    value = values.sheet(large=large)
    refused = [
        (block.kind, label)
        for block in blocks
        if (label := render(replace(value, worksheet=make_sheet(block)))[1]) is not None
    ]
    assert all(label == typed for _, label in refused)
    assert not refused or len(typed) > 50
    narrow = {"table", "diary", "sort", "ladder", "gauge", "circles", "columns", "card", "scale"}
    assert {kind for kind, _ in refused} <= narrow
    kept = [block for block in blocks if (block.kind, typed) not in refused]
    pdf, _ = render(replace(value, worksheet=make_sheet(*kept)))
    assert not any(page.images or "/Annots" in page for page in PdfReader(BytesIO(pdf)).pages)
    for letters, strokes in marks(pdf):
        for mark in (*letters, *strokes):
            assert mark["x0"] > 0 and mark["x1"] < 595.3, mark
            assert mark["top"] > 0 and mark["bottom"] < 842, mark


def render(sheet: WorksheetPage) -> tuple[bytes, str | None]:
    """The file, or the label of the block that was refused."""
    try:
        return worksheet.render_worksheet(sheet), None
    except worksheet.SheetTooLong as error:
        return b"", error.label
