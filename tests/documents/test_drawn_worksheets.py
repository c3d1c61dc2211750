"""Every sheet of the catalogue on either paper, in both sizes, with few words and with many: it is whole."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest

from clinic_toolkit.documents import worksheet
from clinic_toolkit.documents.styles import ACCENT, EDGE, MM
from clinic_toolkit.record.values.page_values import WorksheetPage
from clinic_toolkit.worksheets.catalogue import list_worksheets
from clinic_toolkit.worksheets.model import Worksheet
from tests.documents import values
from tests.documents.reading import PAPERS, marks
from tests.documents.structure import read_structure
from tests.documents.test_sheets import contrast
from tests.fixtures.replaced import replace
from tests.worksheets.every_block import ONE_OF_EACH, make_sheet

SHIPPED = {each.slug: each for each in list_worksheets()}
OF_ONE_BLOCK = {f"{block.kind} {number}": make_sheet(block) for number, block in enumerate(ONE_OF_EACH)}
EVERY = SHIPPED | OF_ONE_BLOCK
LONG_SENTENCE = (
    "I had said yes before I knew what it was, and then I was cross with all of them for days. " * 3
)
LONG_STEP = (
    "On Thursday after work, ask once whether somebody else could take the way to the station this week."
)
MARGIN = 20 * MM
Mark = dict[str, Any]

# Each paper, size and length in half of the forms of a sheet; the other half with --reliability.
FORMS = [
    pytest.param(
        paper,
        large,
        long,
        id=f"{paper}-{'large' if large else 'normal'}-{'with words' if long else 'blank'}",
        marks=[] if (paper == "A4") ^ large ^ long else pytest.mark.reliability,
    )
    for paper in PAPERS
    for large in (False, True)
    for long in (False, True)
]

every_size = pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])


def page_value(sheet: Worksheet, paper: str, *, large: bool, long: bool) -> WorksheetPage:
    """The sheet as it is printed, blank or with many words of the client's."""
    value = replace(values.sheet(paper, large=large, initials=""), worksheet=sheet)
    return (
        replace(value, client_sentence=LONG_SENTENCE, named_step=LONG_STEP, initials="I. R.")
        if long
        else value
    )


@pytest.mark.parametrize("slug", SHIPPED)
@pytest.mark.parametrize(("paper", "large", "long"), FORMS)
def test_a_sheet_of_the_catalogue_is_whole(slug: str, paper: str, large: bool, long: bool) -> None:
    pages = look(SHIPPED[slug], paper, large=large, long=long)
    assert len(pages) <= (3 if large and long else 2 if large or long else 1)


@pytest.mark.parametrize("name", OF_ONE_BLOCK)
@every_size
def test_every_kind_of_block_is_whole(name: str, large: bool) -> None:
    look(OF_ONE_BLOCK[name], "A4", large=large, long=False)


@every_size
def test_a_sheet_of_ones_own_with_long_texts_keeps_its_letters_large(large: bool) -> None:
    """It takes more pages instead, and no text runs over another or over the edge."""
    long = LONG_SENTENCE * 4 + "W" * 90
    sheet = replace(make_sheet(*ONE_OF_EACH), title=long[:120], why=long, example=long, try_this=(long,) * 4)
    value = page_value(sheet, "Letter", large=large, long=True)
    read = marks(worksheet.render_worksheet(value))
    assert len(read) > 4
    for letters, strokes in read:
        assert outside([*letters, *strokes], *PAPERS["Letter"]) == []
        assert over_each_other(letters) == []
        assert min(size_of(letter) for letter in letters) >= (18 if large else 12) - 0.01


def look(sheet: Worksheet, paper: str, *, large: bool, long: bool) -> list[list[Mark]]:
    """Look for every fault of the drawn sheet; returns what stands on each page."""
    read = marks(worksheet.render_worksheet(page_value(sheet, paper, large=large, long=long)))
    width, height = PAPERS[paper]
    for letters, strokes in read:
        assert outside([*letters, *strokes], width, height) == []
        assert over_each_other(letters) == []
        assert min(size_of(letter) for letter in letters) >= (18 if large else 12) - 0.01
        assert all(contrast(letter["non_stroking_color"]) >= 4.5 for letter in letters)
        assert too_close(strokes) == []
    pages = [[*letters, *strokes] for letters, strokes in read]
    ends = [max(mark["bottom"] for mark in inner(page, height)) / height for page in pages]
    assert all(end >= 0.5 for end in ends[:-1]), "half-empty page before the last"
    assert len(ends) == 1 or ends[-1] >= 0.3, "a stub on the last page"
    return pages


def inner(marks: list[Mark], height: float) -> list[Mark]:
    """What stands above the foot of the page."""
    return [mark for mark in marks if mark["bottom"] < height - 22 * MM]


def size_of(letter: Mark) -> float:
    """The size that the letters of either family look like."""
    return float(letter["size"]) / (0.92 if "DejaVu" in letter["fontname"] else 1)


def outside(marks: list[Mark], width: float, height: float) -> list[Mark]:
    """What stands in the margins."""
    return [
        mark
        for mark in marks
        if mark["x0"] < MARGIN - 3
        or mark["x1"] > width - MARGIN + 3
        or mark["top"] < 12 * MM
        or mark["bottom"] > height - 6 * MM
    ]


def over_each_other(letters: list[Mark]) -> list[tuple[str, str]]:
    """Letters whose bodies overlap by more than a hair."""
    found = []
    letters = sorted((each for each in letters if each["text"].strip()), key=lambda each: each["top"])
    for index, one in enumerate(letters):
        for other in letters[index + 1 :]:
            if other["top"] > one["bottom"]:
                break
            across = min(one["x1"], other["x1"]) - max(one["x0"], other["x0"])
            down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            if across > 1 and down > 0.35 * min(one["size"], other["size"]):
                found.append((one["text"], other["text"]))
    return found


def too_close(marks: list[Mark]) -> list[float]:
    """Distances of less than 8 mm between lines to write on that lie one below the other."""
    columns: dict[tuple[float, float], set[float]] = defaultdict(set)
    for mark in marks:
        if (
            mark["object_type"] == "line"
            and mark["width"] > 30
            and mark["stroking_color"] == pytest.approx(EDGE)
        ):
            columns[round(mark["x0"], 1), round(mark["x1"], 1)].add(round(mark["top"], 2))
    gaps = [later - top for tops in columns.values() for top, later in pairwise(sorted(tops))]
    return [gap for gap in gaps if gap < 8 * MM - 0.03]


@pytest.mark.parametrize("slug", ["kind-letter", "want-to-have-to", "good-moments"])
@pytest.mark.parametrize("paper", PAPERS)
def test_a_page_keeps_white_above_its_foot(slug: str, paper: str) -> None:
    ((letters, strokes),) = marks(
        worksheet.render_worksheet(page_value(SHIPPED[slug], paper, large=False, long=False))
    )
    height = PAPERS[paper][1]
    foot = max(mark["top"] for mark in strokes if mark["width"] > 300)
    last = max(mark["bottom"] for mark in letters if mark["bottom"] < foot)
    assert foot > height - 25 * MM
    assert foot - last >= 5 * MM


def test_heads_below_a_label_are_lighter_than_it() -> None:
    def fonts(slug: str, words: str) -> set[str]:
        drawn = worksheet.render_worksheet(page_value(SHIPPED[slug], "A4", large=False, long=False))
        ((letters, _),) = marks(drawn)
        text = "".join(letter["text"] for letter in letters)
        assert text.count(words) == 1
        begin = text.index(words)
        return {letter["fontname"] for letter in letters[begin : begin + len(words)]}

    for slug, label, head in (
        ("two-circles", "My list", "Hand"),
        ("what-i-keep", "In my own words", "Then I can"),
        ("trying-out-a-thought", "What I know about it", "What fits it"),
        ("receiving-ladder", "My ladder", "After"),
    ):
        assert all("Bold" in name for name in fonts(slug, label))
        assert not any("Bold" in name for name in fonts(slug, head)), head


def test_the_looks_see_what_they_look_for() -> None:
    box = {
        "x0": 60.0,
        "x1": 66.0,
        "top": 100.0,
        "bottom": 112.0,
        "size": 12.0,
        "text": "a",
        "fontname": "Atkinson",
    }
    assert outside([box], 595, 842) == [] and outside([{**box, "x0": 20.0}], 595, 842)
    assert outside([{**box, "bottom": 840.0}], 595, 842)
    assert over_each_other([box, {**box, "x0": 66.0, "x1": 72.0}]) == []
    assert over_each_other([box, {**box, "top": 103.0, "bottom": 115.0}]) == [("a", "a")]
    drawn = marks(
        worksheet.render_worksheet(page_value(SHIPPED["two-circles"], "A4", large=False, long=False))
    )
    assert too_close([{**each, "top": each["top"] * 0.6} for _, page in drawn for each in page])
    line = {"object_type": "line", "width": 200.0, "x0": 60.0, "x1": 260.0, "stroking_color": EDGE}
    near, far = {**line, "top": 100.0}, {**line, "top": 120.0}
    assert too_close([near, far]) == [20.0] and too_close([near, {**line, "top": 124.0}]) == []
    assert contrast(EDGE) >= 3 and contrast(ACCENT) >= 4.5


@pytest.mark.parametrize("name", EVERY)
def test_a_screen_reader_finds_each_part_of_a_sheet(name: str) -> None:
    sheet = EVERY[name]
    pdf = worksheet.render_worksheet(page_value(sheet, "A4", large=False, long=True))
    nodes = [each for page in read_structure(pdf) for top in page for each in top.all()]
    roles = [each.role for each in nodes]
    labels = [block.label for block in sheet.blocks if block.label]
    assert roles.count("H1") == 1 and roles.count("H2") == len(labels) + 3
    assert all(each.alt.endswith(".") for each in nodes if each.role == "Figure")
    kinds = [block.kind for block in sheet.blocks]
    figures = {"scale", "gauge", "circles", "body", "shares", "card"}
    if figures & set(kinds):
        assert "Figure" in roles
    if {"table", "diary", "ladder"} & set(kinds):
        tables = [each for each in nodes if each.role == "Table"]
        assert tables and all("TH" in each.roles() and "TD" in each.roles() for each in tables)
    if "menu" in kinds:
        assert roles.count("LI") >= 3 + sum(
            len(block.options) for block in sheet.blocks if block.kind == "menu"
        )
