"""A note longer than what a browser takes along when it leaves a page: asked first, saved meanwhile."""

import re

import pytest
from playwright.sync_api import Browser, Dialog, expect

from tests.browser import chrome
from tests.browser.conftest import Practice
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.browser

PARTS = ("data", "assessment", "plan")
# Two bytes a letter, and six in the form that is sent: the limit of 64 KiB is passed by far.
LONG = "ж" * 19_000
# In one go, so that a busy machine never saves in between; what was said of an earlier save is no answer.
TYPE_AND_LEAVE = """
([field, status, link]) => {
  status.textContent = "";
  field.value = "Her last words.";
  field.dispatchEvent(new Event("input", {bubbles: true}));
  link.click();
}
"""


def test_the_last_words_of_a_long_note_are_not_lost(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        address = f"http://{practice.running.host}{practice.session}/note"
        page.goto(address)
        fields = page.locator("textarea[name^=section-]")
        first, last = fields.first, fields.last
        status = page.locator("[data-status]")
        first.fill(LONG)
        # A browser asks only somebody who has typed or clicked in the page.
        last.press_sequentially("Her")
        expect(status).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        asked: list[str] = []
        answer = ["stay"]

        def asks(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss() if answer[0] == "stay" else dialog.accept()

        page.on("dialog", asks)
        # Typed right before the link, too soon for the save that waits two seconds.
        today = page.get_by_role("link", name="Today", exact=True)
        handles = [each.element_handle() for each in (last, status, today)]
        page.evaluate(TYPE_AND_LEAVE, handles)
        wait_for(lambda: bool(asked))
        assert asked == ["beforeunload"]
        # Whoever stays finds it saved, and is not asked again.
        expect(status).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        expect(last).to_have_value("Her last words.")
        today.click()
        page.wait_for_url(f"http://{practice.running.host}/")
        assert len(asked) == 1
        page.goto(address)
        expect(last).to_have_value("Her last words.")
        expect(first).to_have_value(LONG)


def test_a_short_note_is_left_without_a_question(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        session = f"http://{practice.running.host}{practice.session}"
        page.goto(f"{session}/note")
        asked: list[str] = []

        def answer(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", answer)
        page.locator("textarea[name^=section-]").first.fill("Short.")
        page.get_by_role("link", name="Today", exact=True).click()
        page.wait_for_url(f"http://{practice.running.host}/")
        assert asked == []
        wait_for(
            lambda: page.goto(f"{session}/note") and page.locator("textarea").first.input_value() == "Short."
        )
