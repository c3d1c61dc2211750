"""Every paper looks as it was accepted: docs/paper/ holds a picture of each, and no other.

After a change of a paper `docs/make_paper_pictures.py` draws the pictures anew. Look at each that changed.
"""

from functools import cache

import pytest
from PIL import Image, ImageChops

from clinic_toolkit.worksheets.catalogue import list_worksheets
from docs.make_paper_pictures import OWN_SHEETS, PICTURES, draw_sheet, list_papers, picture_of, write_readme
from tests.documents.reading import SHEETS
from tests.fixtures.replaced import replace

# As many pixels may be much darker or lighter than in the accepted picture, as for the names.
TOLERANCE, MUCH = 4, 96
CATALOGUE = {f"worksheet-{sheet.slug}": sheet for sheet in list_worksheets()}
MOST_BYTES = 3_600_000


@cache
def papers() -> dict[str, list[bytes]]:
    return dict(list_papers())


def difference(name: str, pdfs: list[bytes]) -> int:
    """How many pixels are much darker or lighter than in the accepted picture; all if it has another size."""
    now = picture_of(pdfs).convert("L")
    with Image.open(PICTURES / f"{name}.png") as picture:
        accepted = picture.convert("L")
    if now.size != accepted.size:
        return now.width * now.height
    return sum(ImageChops.difference(now, accepted).histogram()[MUCH:])


@pytest.mark.parametrize("name", [path.stem for path in sorted(PICTURES.glob("*.png"))])
def test_a_paper_looks_as_it_was_accepted(name: str) -> None:
    assert difference(name, papers()[name]) <= TOLERANCE, (
        f"{name} is drawn otherwise: run docs/make_paper_pictures.py and look at docs/paper/{name}.png"
    )


@pytest.mark.parametrize("name", ["worksheet-kind-letter", "worksheet-two-circles"])
def test_control_a_line_less_or_another_word_is_seen(name: str) -> None:
    sheet = CATALOGUE[name]
    less = replace(sheet, try_this=sheet.try_this[:-1])
    assert difference(name, draw_sheet(less)) > TOLERANCE
    other = replace(sheet, bring_back=sheet.bring_back.replace("e", "o", 1))
    assert other != sheet and difference(name, draw_sheet(other)) > TOLERANCE


def test_there_is_a_picture_of_every_paper_and_of_nothing_else() -> None:
    drawn = {path.stem for path in PICTURES.glob("*.png")}
    assert drawn == set(papers())
    assert drawn >= set(CATALOGUE) and len(drawn) == len(CATALOGUE) + len(SHEETS) - len(OWN_SHEETS) + 1
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < MOST_BYTES


def test_the_page_shows_every_picture() -> None:
    assert (PICTURES / "README.md").read_text(encoding="utf-8") == write_readme(list(papers()))
