"""Where the fields of a drawn sheet lie: each once, inside the page, none over another, none too small."""

from collections import Counter
from io import BytesIO
from itertools import combinations

import pytest

from clinic_toolkit.documents import worksheet
from clinic_toolkit.documents.field_areas import FieldArea
from clinic_toolkit.documents.page_layout import draw_page, place_on_pages
from clinic_toolkit.documents.styles import MM
from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
from clinic_toolkit.worksheets.catalogue import list_worksheets
from clinic_toolkit.worksheets.model import Worksheet
from clinic_toolkit.worksheets.sheet_fields import FieldKind, list_fields
from tests.documents import values
from tests.documents.reading import PAPERS
from tests.fixtures.replaced import replace
from tests.worksheets.every_block import ONE_OF_EACH, make_sheet

SHEETS = {each.slug: each for each in list_worksheets()} | {"every block": make_sheet(*ONE_OF_EACH)}


class Collector(TaggedCanvas):
    """A canvas that keeps where the fields of each page lie."""

    def __init__(self) -> None:
        super().__init__(BytesIO())
        self.places: list[list[FieldArea]] = [[]]

    def place_field(self, area: FieldArea) -> None:
        """Keep it."""
        self.places[-1].append(area)

    def showPage(self) -> None:  # noqa: N802
        """Go on to the next page."""
        self.places.append([])
        super().showPage()


def collect(sheet: Worksheet, paper: str, *, large: bool) -> list[list[FieldArea]]:
    """The places of the fields of each page."""
    value = replace(values.sheet(paper, large=large), worksheet=sheet)
    blocks, layout = worksheet.lay_out_worksheet(value)
    canvas = Collector()
    pages = place_on_pages(blocks, layout.width, layout.usable_height)
    for number, placed in enumerate(pages, start=1):
        draw_page(canvas, layout, placed, number, len(pages))
        canvas.showPage()
    return canvas.places


@pytest.mark.parametrize("slug", SHEETS)
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
def test_every_field_has_its_place_and_nobody_elses(slug: str, paper: str, large: bool) -> None:
    sheet, (width, height) = SHEETS[slug], PAPERS[paper]
    fields = {field.id: field for field in list_fields(sheet)}
    pages = collect(sheet, paper, large=large)
    areas = [area for page in pages for area in page]
    counted = Counter((area.id, area.option) for area in areas)
    assert set(counted) == {
        (id, code) for id, field in fields.items() for code in ([each.code for each in field.options] or [""])
    }
    assert set(counted.values()) == {1}
    for area in areas:
        assert area.x >= 18 * MM and area.x + area.width <= width - 18 * MM, area
        assert area.y >= 12 * MM and area.y + area.height <= height - 12 * MM, area
        if fields[area.id].kind in (FieldKind.LINE, FieldKind.LONG):
            assert area.height >= 8 * MM - 0.03 and area.width >= 12 * MM, area
        else:
            assert min(area.width, area.height) >= 9, area
    for page in pages:
        assert [(one.id, other.id) for one, other in combinations(page, 2) if overlap(one, other)] == []


def overlap(one: FieldArea, other: FieldArea) -> bool:
    """Whether one lies over the other by more than a hair."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    up = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return across > 1 and up > 1


def test_two_places_that_overlap_would_be_seen() -> None:
    here = FieldArea(id="b1.text", x=100, y=100, width=50, height=20)
    beside, over = replace(here, x=150), replace(here, x=140, y=110)
    assert overlap(here, over) and not overlap(here, beside)
