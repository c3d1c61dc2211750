"""Every paper but the worksheets, on both sizes of paper, with few words and with long ones: it is whole.

The worksheets are in `test_drawn_worksheets.py`.
"""

import hashlib

import pytest

from tests.documents.reading import LONG_SHEETS, PAPERS, SHEETS, draw_elsewhere, marks
from tests.documents.test_drawn_worksheets import over_each_other, size_of, too_close
from tests.documents.test_sheets import contrast

ALL = {name: make for name, make in (SHEETS | LONG_SHEETS).items() if "worksheet" not in name}
# How many pages each takes at most, and its smallest letters in points. The 8.5 are the words at a chart.
LIMITS = {
    "answer card": (1, 9.5),
    "blank form": (1, 6.5),
    "clinician's card": (1, 9.5),
    "client page": (1, 12),
    "summary": (1, 9.5),
    "summary with every answer": (2, 9.5),
    "guide": (3, 10),
    "over time": (2, 8.5),
    "over time with every answer": (3, 8.5),
    "treatment plan": (1, 9.5),
    "large treatment plan": (2, 10),
    "plan for hard moments": (1, 12),
    "large plan for hard moments": (1, 19),
    "small card": (1, 12),
    "note": (1, 9.5),
    "before an hour": (1, 9.5),
    "consent to this tool": (2, 9.5),
    "consent in large print": (4, 9.5),
    "consent of a couple": (2, 9.5),
    "psychotherapy notes": (1, 9.5),
    "client page, long words": (3, 12),
    "summary, long words": (4, 9.5),
    "over time, long words": (4, 8.5),
    "treatment plan, long words": (2, 9.5),
    "plan for hard moments, long words": (2, 12),
    "small card, long words": (1, 12),
    "note, long words": (4, 9.5),
    "before an hour, long words": (4, 9.5),
    "blank form, long words": (3, 6.5),
}
DRAWN_AGAIN = """
import hashlib
from tests.documents.reading import SHEETS
for name, make in reversed(SHEETS.items()):
    print(hashlib.sha256(make("A4")).hexdigest(), name)
"""


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", ALL)
def test_a_paper_is_whole(name: str, paper: str) -> None:
    read = marks(ALL[name](paper))
    width, height = PAPERS[paper]
    most, smallest = LIMITS[name]
    assert len(read) <= most
    for letters, strokes in read:
        for mark in (*letters, *strokes):
            assert mark["x0"] > 30 and mark["x1"] < width - 30, mark
            assert mark["top"] > 18 and mark["bottom"] < height - 15, mark
        assert over_each_other(letters) == []
        assert too_close(strokes) == []
        assert all(contrast(letter["non_stroking_color"]) >= 4.5 for letter in letters)
        assert min(size_of(letter) for letter in letters) >= smallest - 0.01


def test_a_paper_does_not_depend_on_what_was_drawn_before_it() -> None:
    """The same bytes in a process of its own that draws all papers in the other order."""
    here = {name: hashlib.sha256(make("A4")).hexdigest() for name, make in SHEETS.items()}
    assert draw_elsewhere(DRAWN_AGAIN) == here
    assert len(set(here.values())) == len(SHEETS), "the control: no two papers are the same"
