"""Printed from the browser, which leaves backgrounds out: what was chosen differs from what was not."""

import io

import pdfplumber
import pytest
from PIL.Image import Image

from tests.browser import readers
from tests.browser.conftest import Practice
from tests.browser.readers import Reader
from tests.journeys import person, steps

pytestmark = pytest.mark.browser

DOTS_PER_INCH = 144
# Where the mark of a line stands, in points before its words and around its middle: drawn at 12 points a rem.
FARTHEST, NEAREST, HALF = 27, 5, 10
# Half the middle of a mark, as a part of its whole: inside the ring, and inside the box of a tick.
MIDDLE = 0.15


@pytest.fixture(scope="module")
def begun(practice: Practice) -> str:
    """A questionnaire, begun."""
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    return steps.place(steps.begin(me, practice.session))


def pages(pdf: bytes) -> list[tuple[str, Image]]:
    """The words and the picture of each sheet."""
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [
            (page.extract_text(), page.to_image(resolution=DOTS_PER_INCH).original) for page in document.pages
        ]


def ink_before(pdf: bytes, words: list[str]) -> dict[str, float]:
    """How much of the middle of the mark before each of these lines is ink, from 0 to 1."""
    found: dict[str, float] = {}
    scale = DOTS_PER_INCH / 72
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            picture = page.to_image(resolution=DOTS_PER_INCH).original.convert("L")
            for each in words:
                for line in page.search(each, regex=False, return_chars=False)[:1]:
                    middle = (line["top"] + line["bottom"]) / 2
                    box = (line["x0"] - FARTHEST, middle - HALF, line["x0"] - NEAREST, middle + HALF)
                    left, top, right, bottom = (int(side * scale) for side in box)
                    cut = picture.crop((left, top, right, bottom))
                    found[each] = _ink_in_the_middle(cut)
    return found


def _ink_in_the_middle(cut: Image) -> float:
    dark = cut.point(lambda level: 255 if level < 128 else 0)
    box = dark.getbbox()
    assert box, "no mark at all"
    left, top, right, bottom = box
    wide, high = (right - left) * MIDDLE, (bottom - top) * MIDDLE
    across, down = (left + right) / 2, (top + bottom) / 2
    middle = dark.crop((int(across - wide), int(down - high), int(across + wide), int(down + high)))
    return sum(middle.histogram()[255:]) / (middle.width * middle.height)


def question(reader: Reader, begun: str, number: int) -> str:
    """A question that no other browser has answered."""
    return f"{begun}/items/{number + (6 if isinstance(reader, readers.InFirefox) else 0)}"


def labels_on(reader: Reader) -> list[str]:
    found = reader.run(
        "return [...document.querySelectorAll('.options label')].map((each) => each.innerText.trim())"
    )
    return [str(each) for each in found]


def test_the_chosen_answer_is_filled_and_the_others_are_rings(reader: Reader, begun: str) -> None:
    reader.go(question(reader, begun, 1))
    labels = labels_on(reader)
    reader.run("document.querySelectorAll('[name=answer]')[1].click()")
    ink = ink_before(reader.printed(), labels)
    assert set(ink) == set(labels)
    assert ink[labels[1]] > 0.8
    assert max(dark for label, dark in ink.items() if label != labels[1]) < 0.1


def test_a_tick_and_a_way_not_to_answer_are_printed_where_they_were_chosen(
    reader: Reader, begun: str
) -> None:
    reader.go(question(reader, begun, 2))
    words = " ".join(text for text, _ in pages(reader.printed()))
    assert "I’d rather not answer" not in words and "talk about this" not in words
    readers.press(reader, "I’d rather not answer")
    reader.go(question(reader, begun, 2))
    reader.run("document.querySelector('[name=talk]').click()")
    pdf = reader.printed()
    words = " ".join(text for text, _ in pages(pdf))
    assert "I’d rather not answer" in words and "It didn’t come up" not in words
    assert ink_before(pdf, ["Let’s talk about this"])["Let’s talk about this"] > 0.1
