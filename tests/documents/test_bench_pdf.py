"""The benchmark's floor draws what the sheet draws, or its ratio would mean nothing."""

from typing import Any

import pytest

from tests.documents import bench_pdf
from tests.documents.reading import chars, shapes


@pytest.mark.parametrize("name", bench_pdf.SHEETS)
def test_the_floor_puts_every_glyph_and_shape_where_the_sheet_has_it(name: str) -> None:
    make = bench_pdf.SHEETS[name]
    size, pages = bench_pdf.record(make)
    floor = bench_pdf.redraw(size, pages)
    assert places(chars(floor)) == places(chars(make()))
    assert [len(page) for page in shapes(floor)] == [len(page) for page in shapes(make())]


def places(pages: list[list[dict[str, Any]]]) -> list[list[tuple[str, float, float, float]]]:
    return [
        sorted(
            (char["text"], round(char["x0"], 1), round(char["top"], 1), round(char["size"], 2))
            for char in page
        )
        for page in pages
    ]
