"""The same hour in a browser that runs no script: nothing is lost but comfort."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chrome
from tests.browser.conftest import Practice

pytestmark = pytest.mark.browser


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def follow(page: Page, words: str) -> None:
    page.get_by_role("link", name=words).first.click()


def test_the_hour_without_script(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host, script=False) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        press(page, "Continue")
        press(page, "It didn’t come up")
        press(page, "I’d rather not answer")
        press(page, "Back")
        expect(page.get_by_text("3 of 12")).to_be_visible()
        page.get_by_text("Write down what was said").click()
        page.get_by_label("In the client’s words").fill("In the kitchen.")
        page.get_by_label("Let’s talk about this").check()
        # Enter in a line of text would be a new line; in the answers it goes on.
        page.get_by_role("radio", name="Most of the time").check()
        page.keyboard.press("Enter")
        expect(page.get_by_text("4 of 12")).to_be_visible()
        press(page, "Pause and hide")
        follow(page, "Go on")
        while "/items/" in page.url:
            page.get_by_role("radio", name="Some of the time").check()
            page.get_by_role("button", name=re.compile("^(Continue|Check answers)$")).last.click()
        follow(page, "Change question 1")
        page.get_by_role("radio", name="Never").check()
        press(page, "Check answers")
        expect(page.get_by_text("In the kitchen.")).to_be_visible()
        press(page, "Finish")
        follow(page, "Look at it together")
        page.get_by_label("In your own words").fill("I can rest first.")
        press(page, "Save this")
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
        follow(page, "Done")
        follow(page, "Write the note")
        page.get_by_label("Plan", exact=True).fill("Next week.")
        press(page, "Save the draft")
        expect(page.get_by_text("Draft saved")).to_be_visible()
        press(page, "Read it through and sign")
        page.get_by_label("I have read this note").check()
        press(page, "Sign this note")
        expect(page.get_by_text("Signed by Nora Whelan")).to_be_visible()
        # Nothing is offered that only a script can do.
        follow(page, "Copy as plain text")
        expect(page.get_by_role("button", name="Copy as plain text")).to_have_count(0)
        press(page, "Lock")
        expect(page.get_by_role("button", name="Unlock")).to_be_visible()
