"""Two windows at one question, and a long paste, in Firefox: nothing is erased and nothing is cut."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import conftest
from tests.browser.conftest import Practice
from tests.browser.marionette import Firefox
from tests.journeys import person, steps

pytestmark = pytest.mark.processes

PASTED = "".join(f"{number:05} of them\n" for number in range(2_300))[:31_799] + "."
# What a paste does: the browser's own editing puts it in, and would cut it where a field says so.
PASTE = (
    "document.querySelector(arguments[0]).focus();"
    " return document.execCommand('insertText', false, arguments[1])"
)


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """The program, set up."""
    with conftest.made(tmp_path) as practice:
        yield practice


def test_two_windows_at_one_question(driven: Firefox, practice: Practice) -> None:
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    place = f"http://{practice.running.host}{steps.place(steps.begin(me, practice.session))}/items/1"
    driven.go(place)
    one = driven.tab
    untouched = driven.new_tab()
    driven.go(place)
    driven.new_tab()
    driven.go(place)
    other = driven.tab
    driven.switch(one)
    driven.press("w", *"At night.")
    driven.until(lambda: driven.text("[data-status]").startswith("Saved"))
    driven.switch(untouched)
    driven.click(driven.link("Continue"))
    driven.until(lambda: driven.address.endswith("/items/2"))
    driven.switch(other)
    driven.press("w", *"By day.")
    driven.until(lambda: "changed in another window" in driven.text("[data-status]"))
    driven.click(driven.link("Continue"))
    driven.until(lambda: "At night." in driven.text("[role=alert]"))
    assert driven.value("#f-said") == "By day."


def test_a_long_paste_stays_whole(driven: Firefox, practice: Practice) -> None:
    driven.go(f"http://{practice.running.host}{practice.session}/note")
    assert driven.script(PASTE, "#f-section-data", PASTED)
    driven.until(lambda: "11800 characters too long" in driven.text("[data-status]"))
    assert driven.value("#f-section-data") == PASTED
    driven.click(driven.link("Save the draft"))
    driven.until(lambda: "11800 characters too long" in driven.text(".summary"))
    assert driven.value("#f-section-data") == PASTED
