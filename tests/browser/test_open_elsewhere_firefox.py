"""The same in Firefox: words outlive a lock in another tab, and a hand-over empties every other tab."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import conftest
from tests.browser.conftest import Practice
from tests.browser.marionette import Firefox

pytestmark = pytest.mark.browser

WORDS = "After six, never at work."
FIELD = "#f-reach_note"


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with conftest.made(tmp_path) as practice:
        yield practice


def at(practice: Practice, path: str) -> str:
    return f"http://{practice.running.host}{path}"


def unlock(driven: Firefox, practice: Practice) -> None:
    driven.go(at(practice, "/unlock"))
    driven.fill("#f-passphrase", practice.words)
    driven.click(driven.link("Unlock"))
    driven.until(lambda: not driven.address.endswith("/unlock"))


def held(driven: Firefox) -> str:
    """What the page holds, fields and all."""
    return str(
        driven.script(
            "return document.documentElement.outerHTML +"
            " [...document.querySelectorAll('textarea, input')].map((each) => each.value).join()"
        )
    )


def type_words(driven: Firefox, practice: Practice) -> None:
    driven.go(at(practice, f"{practice.client}/edit"))
    driven.fill(FIELD, WORDS)


def test_words_typed_before_a_lock_in_another_tab_are_saved_after_it(
    driven: Firefox, practice: Practice
) -> None:
    type_words(driven, practice)
    words = driven.tab
    driven.new_tab()
    driven.go(at(practice, "/"))
    driven.click(driven.link("Lock"))
    driven.until(lambda: "/unlock" in driven.address)
    driven.until(lambda: WORDS not in in_tab(driven, words), "the other tab still shows what was typed")
    the_words_are_saved_after_unlocking(driven, practice, words)


def test_a_form_that_is_sent_to_a_locked_program_keeps_its_page(driven: Firefox, practice: Practice) -> None:
    type_words(driven, practice)
    words = driven.tab
    # From outside this browser, so that no page is told.
    assert practice.running.browser().post("/lock", {}).status == 303
    driven.click(driven.link("Save the details"))
    driven.until(lambda: "is not saved yet" in driven.text("main"))
    driven.new_tab()
    the_words_are_saved_after_unlocking(driven, practice, words)


def the_words_are_saved_after_unlocking(driven: Firefox, practice: Practice, tab: str) -> None:
    """Unlock here; what was typed in that tab is back, and can be sent."""
    unlock(driven, practice)
    driven.switch(tab)
    driven.until(lambda: driven.value(FIELD) == WORDS, "the words did not come back")
    driven.click(driven.link("Save the details"))
    driven.until(lambda: not driven.address.endswith("/edit") and WORDS in driven.text("main"))


def choose(driven: Firefox, words: str) -> None:
    body = (
        "return [...document.querySelectorAll('label')].find((each) => each.innerText.includes(arguments[0]))"
    )
    driven.script(f"{body}.click()", words)


def in_tab(driven: Firefox, tab: str) -> str:
    """What another tab holds, without standing in it longer than that takes."""
    here = driven.tab
    driven.ask("WebDriver:SwitchToWindow", handle=tab, focus=False)
    found = held(driven)
    driven.ask("WebDriver:SwitchToWindow", handle=here, focus=False)
    return found


def test_every_other_tab_is_emptied_when_a_form_is_handed_over(driven: Firefox, practice: Practice) -> None:
    driven.go(at(practice, f"{practice.session}/note"))
    driven.fill("main textarea", "Words in a note.")
    driven.until(lambda: "Saved" in driven.text("[data-status]"))
    note = driven.tab
    driven.new_tab()
    driven.go(at(practice, f"{practice.session}/questionnaire"))
    choose(driven, "How I give")
    choose(driven, "People in general")
    driven.click(driven.link("Go to the introduction"))
    driven.until(lambda: re.search(r"/administrations/[0-9a-f-]{36}", driven.address))
    found = re.search(r"/administrations/[0-9a-f-]{36}", driven.address)
    assert found
    driven.go(at(practice, f"{found[0]}/hand-over"))
    assert "Words in a note." in in_tab(driven, note), "the control: it is found while it is there"
    driven.click(driven.link("Hand over now"))
    driven.until(lambda: "What becomes of your answers" in driven.text("main"))
    driven.until(lambda: "Words in a note." not in in_tab(driven, note), "the other tab still shows the note")
    assert "Ana Reyes" not in in_tab(driven, note)
