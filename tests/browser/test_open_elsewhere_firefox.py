"""The same in Firefox: words outlive a lock in another tab, and a hand-over empties every other tab."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import conftest, marionette
from tests.browser.conftest import Practice
from tests.browser.marionette import Firefox

WORDS = "After six, never at work."
FIELD = "#f-reach_note"


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with conftest.made(tmp_path) as practice:
        yield practice


@pytest.fixture
def fox(practice: Practice, firefox_path: str, tmp_path: Path) -> Iterator[Firefox]:
    with marionette.opened(firefox_path, tmp_path / "profile") as fox:
        fox.come_in(practice.running.host)
        unlock(fox, practice)
        yield fox


def at(practice: Practice, path: str) -> str:
    return f"http://{practice.running.host}{path}"


def unlock(fox: Firefox, practice: Practice) -> None:
    fox.go(at(practice, "/unlock"))
    fox.fill("#f-passphrase", practice.words)
    fox.click(fox.link("Unlock"))
    fox.until(lambda: not fox.address.endswith("/unlock"))


def held(fox: Firefox) -> str:
    """What the page holds, fields and all."""
    return str(
        fox.script(
            "return document.documentElement.outerHTML +"
            " [...document.querySelectorAll('textarea, input')].map((each) => each.value).join()"
        )
    )


def type_words(fox: Firefox, practice: Practice) -> None:
    fox.go(at(practice, f"{practice.client}/edit"))
    fox.fill(FIELD, WORDS)


def test_words_typed_before_a_lock_in_another_tab_are_saved_after_it(
    fox: Firefox, practice: Practice
) -> None:
    type_words(fox, practice)
    words = fox.tab
    fox.new_tab()
    fox.go(at(practice, "/"))
    fox.click(fox.link("Lock"))
    fox.until(lambda: "/unlock" in fox.address)
    fox.until(lambda: WORDS not in in_tab(fox, words), "the other tab still shows what was typed")
    unlock(fox, practice)
    fox.switch(words)
    fox.until(lambda: fox.value(FIELD) == WORDS, "the words did not come back")
    fox.click(fox.link("Save the details"))
    fox.until(lambda: not fox.address.endswith("/edit") and WORDS in fox.text("main"))


def test_a_form_that_is_sent_to_a_locked_program_keeps_its_page(fox: Firefox, practice: Practice) -> None:
    type_words(fox, practice)
    words = fox.tab
    # From outside this browser, so that no page is told.
    assert practice.running.browser().post("/lock", {}).status == 303
    fox.click(fox.link("Save the details"))
    fox.until(lambda: "is not saved yet" in fox.text("main"))
    fox.new_tab()
    unlock(fox, practice)
    fox.switch(words)
    fox.until(lambda: fox.value(FIELD) == WORDS, "the words did not come back")
    fox.click(fox.link("Save the details"))
    fox.until(lambda: not fox.address.endswith("/edit") and WORDS in fox.text("main"))


def choose(fox: Firefox, words: str) -> None:
    body = (
        "return [...document.querySelectorAll('label')].find((each) => each.innerText.includes(arguments[0]))"
    )
    fox.script(f"{body}.click()", words)


def in_tab(fox: Firefox, tab: str) -> str:
    """What another tab holds, without standing in it longer than that takes."""
    here = fox.tab
    fox.ask("WebDriver:SwitchToWindow", handle=tab, focus=False)
    found = held(fox)
    fox.ask("WebDriver:SwitchToWindow", handle=here, focus=False)
    return found


def test_every_other_tab_is_emptied_when_a_form_is_handed_over(fox: Firefox, practice: Practice) -> None:
    fox.go(at(practice, f"{practice.hour}/note"))
    fox.fill("main textarea", "Words in a note.")
    fox.until(lambda: "Saved" in fox.text("[data-status]"))
    note = fox.tab
    fox.new_tab()
    fox.go(at(practice, f"{practice.hour}/questionnaire"))
    choose(fox, "How I give")
    choose(fox, "People in general")
    fox.click(fox.link("Go to the introduction"))
    fox.until(lambda: re.search(r"/administrations/[0-9a-f-]{36}", fox.address))
    found = re.search(r"/administrations/[0-9a-f-]{36}", fox.address)
    assert found
    fox.go(at(practice, f"{found[0]}/hand-over"))
    assert "Words in a note." in in_tab(fox, note), "the control: it is found while it is there"
    fox.click(fox.link("Hand over now"))
    fox.until(lambda: "What becomes of your answers" in fox.text("main"))
    fox.until(lambda: "Words in a note." not in in_tab(fox, note), "the other tab still shows the note")
    assert "Ana Reyes" not in in_tab(fox, note)
