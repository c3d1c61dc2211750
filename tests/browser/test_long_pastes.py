"""A long paste in a real browser: every character stays, through saving, a lock and a cover."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chrome
from tests.browser.conftest import Practice

pytestmark = pytest.mark.browser

# A browser takes ten seconds for two thousand lines, and a moment for as many letters in forty.
_WORDS = (f"{number:05} of them" + (" " if number % 50 else "\n") for number in range(2_300))
PASTED = "".join(_WORDS)[:31_799] + "."


def paste(page: Page, into: str, text: str) -> None:
    """Put a text into a field as a paste does, which a `maxlength` would cut."""
    page.locator(into).focus()
    page.keyboard.insert_text(text)


def put(page: Page, into: str, text: str) -> None:
    """Put a text of a megabyte into a field; typing or pasting it would take minutes of drawing."""
    page.locator(into).evaluate(
        "(field, text) => { field.value = text; field.dispatchEvent(new Event('input', {bubbles: true})) }",
        text,
    )


def test_a_paste_into_a_note_is_never_called_saved_and_never_cut(
    browser: Browser, practice: Practice
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{practice.session}/note")
        field = page.locator("#f-section-data")
        paste(page, "#f-section-data", PASTED)
        expect(page.get_by_text("11800 characters too long; it can hold 20000.").first).to_be_visible()
        status = page.locator("[data-status]")
        expect(status).to_have_text(re.compile("^Not saved: This is 11800 characters too long"))
        expect(field).to_have_value(PASTED)
        page.get_by_role("button", name="Save the draft").click()
        expect(page.get_by_role("heading", name="Something needs another look")).to_be_visible()
        expect(field).to_have_value(PASTED)
        # Locked in another tab, the page that was shown again keeps what is saved nowhere.
        other = seen.context.new_page()
        other.goto(f"http://{practice.running.host}/")
        other.get_by_role("button", name="Lock").click()
        other.wait_for_url("**/unlock**")
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.get_by_text("Unlock in a new tab")).to_be_visible()
        expect(field).to_have_count(0)
        practice.enter(seen)
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        expect(field).to_have_value(PASTED)
        field.fill(PASTED[:15_000])
        expect(status).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        seen.complaints.clear()


def test_more_than_fits_at_once_stays_in_the_page(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}/clients/new")
        whole = "word " * 210_000
        page.locator("#f-name").fill("Ben")
        put(page, "#f-address", whole)
        page.get_by_role("button", name="Add").first.click()
        expect(page.get_by_role("alert")).to_contain_text("more text than fits at once")
        assert page.locator("#f-address").input_value() == whole
        expect(page.locator("#f-name")).to_have_value("Ben")
        page.goto(f"http://{practice.running.host}{practice.session}/note")
        put(page, "#f-section-data", whole)
        expect(page.locator("[data-status]")).to_contain_text("more text than fits at once")
        page.get_by_role("button", name="Save the draft").click()
        assert page.locator("#f-section-data").input_value() == whole


def test_two_windows_at_one_question_are_told_of_each_other(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        one = practice.enter(seen)
        practice.begin(one)
        other = seen.context.new_page()
        other.goto(one.url)
        untouched = seen.context.new_page()
        untouched.goto(one.url)
        one.bring_to_front()
        one.keyboard.press("w")
        one.keyboard.type("At night.")
        expect(one.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        untouched.get_by_role("button", name="Continue", exact=True).click()
        untouched.wait_for_url(re.compile("/items/2$"))
        other.bring_to_front()
        other.keyboard.press("w")
        other.keyboard.type("By day.")
        expect(other.locator("[data-status]")).to_contain_text("changed in another window")
        other.get_by_role("button", name="Continue", exact=True).click()
        expect(other.get_by_role("alert")).to_contain_text("At night.")
        seen.look(other, name="one question in two windows")
        expect(other.get_by_label("In the client’s words")).to_have_value("By day.")
        other.get_by_role("button", name="Continue", exact=True).click()
        other.wait_for_url(re.compile("/items/2$"))
        seen.complaints.clear()
