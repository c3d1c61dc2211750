"""The catalogue can be searched by words, time, part, kind of relationship, side and step."""

from dataclasses import replace

import pytest

from clinic_toolkit.worksheets.catalogue import load_worksheet
from clinic_toolkit.worksheets.model import PathStep, SheetSide
from clinic_toolkit.worksheets.search import SheetSearch, search_worksheets

BASE = load_worksheet("receiving-ladder")
SORT = replace(
    BASE, slug="sort", title="Sort", aim="To tell wish from pressure.", why="W.", try_this=("Write.",),
    total_minutes=10, facets=("OG2",), side=SheetSide.GIVING, path_step=PathStep.NOTICE,
)  # fmt: skip
SCRIPT = replace(
    BASE, slug="script", title="Ask", aim="To ask clearly.", why="Why.", try_this=("Say it to a Friend.",),
    total_minutes=11, facets=("BC2", "OG2"), side=SheetSide.BOUNDARIES, path_step=PathStep.TELL,
    frames=("friend",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (SheetSearch(), ["sort", "script"]),
        (SheetSearch(words="WISH pressure"), ["sort"]),
        (SheetSearch(words="friend"), ["script"]),
        (SheetSearch(words="clear"), ["script"]),
        (SheetSearch(words="learly"), []),
        (SheetSearch(words="wr"), []),
        (SheetSearch(words="wri"), ["sort"]),
        (SheetSearch(words="to-ask"), ["script"]),
        (SheetSearch(words="wish clearly"), []),
        (SheetSearch(most_minutes=10), ["sort"]),
        (SheetSearch(most_minutes=11), ["sort", "script"]),
        (SheetSearch(part="BC2"), ["script"]),
        (SheetSearch(part="OG2"), ["sort", "script"]),
        (SheetSearch(frame="friend"), ["sort", "script"]),
        (SheetSearch(frame="boss"), ["sort"]),
        (SheetSearch(side=SheetSide.GIVING), ["sort"]),
        (SheetSearch(step=PathStep.TELL), ["script"]),
        (SheetSearch(step=PathStep.TELL, side=SheetSide.GIVING), []),
    ],
)
def test_what_is_looked_for_is_found(search: SheetSearch, found: list[str]) -> None:
    assert [sheet.slug for sheet in search_worksheets((SORT, SCRIPT), search)] == found
    assert search.is_empty is (search == SheetSearch())
