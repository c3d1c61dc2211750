"""The same keys in Firefox: they answer where they should, and nowhere else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import conftest
from tests.browser.conftest import Practice
from tests.browser.marionette import ENTER, ESCAPE, Firefox
from tests.journeys import person, steps

pytestmark = pytest.mark.processes

CHOSEN = (
    "return Object.fromEntries([...document.querySelectorAll('[type=radio]:checked')]"
    ".map((each) => [each.name, each.value]))"
)


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """One for each test: a form that is out is in nobody's way."""
    with conftest.made(tmp_path) as practice:
        yield practice


def begun(practice: Practice) -> str:
    """Begin a questionnaire, from another browser; returns its address."""
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    return f"http://{practice.running.host}{steps.place(steps.begin(me, practice.session))}"


def test_keys_answer_marks_and_words_as_in_every_browser(driven: Firefox, practice: Practice) -> None:
    place = begun(practice)
    driven.go(f"{place}/items/1")
    driven.press("t", "w", *"About 3 times")
    assert driven.script(CHOSEN) == {}
    assert driven.value("#f-said") == "About 3 times"
    assert driven.script("return document.querySelector('[name=talk]').checked")
    driven.press(ESCAPE, "4")
    assert driven.script(CHOSEN) == {"answer": "3"}
    driven.focus("[name=talk]")
    driven.press("5", ENTER)
    driven.until(lambda: driven.address.endswith("/items/2"))
    driven.go(f"{place}/all")
    assert driven.script("return document.activeElement.name") == "2-answer"
    driven.press("1", "2")
    assert driven.script(CHOSEN) == {"1-answer": "4", "2-answer": "0", "3-answer": "1"}
    driven.script("document.querySelectorAll('details')[6].open = true")
    driven.focus("[name='7-said']")
    driven.press(*"Since 2019")
    assert driven.script(CHOSEN) == {"1-answer": "4", "2-answer": "0", "3-answer": "1"}
    driven.until(lambda: re.match(r"Saved \d\d:\d\d", driven.text("[data-status]")))


def test_in_the_clients_hands_the_digits_answer(driven: Firefox, practice: Practice) -> None:
    driven.go(f"{begun(practice)}/hand-over")
    driven.click(driven.link("Hand over now"))
    driven.click(driven.link("Go to the questions"))
    driven.find("form.question")
    driven.press("t", "w", "3")
    assert driven.script(CHOSEN) == {"answer": "2"}
    assert not driven.script("return document.querySelector('[name=talk]').checked")
    driven.press(ENTER)
    driven.until(lambda: driven.address.endswith("/form/2"))
