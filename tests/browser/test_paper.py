"""Entering a form from paper in a real browser: by keys, and every page of it stands the look."""

import pytest
from playwright.sync_api import Browser, Page, expect

from clinic_toolkit.instruments import catalogue, form_code
from tests.browser import chrome
from tests.browser.conftest import Practice

pytestmark = pytest.mark.browser

FORM = catalogue.load_instrument("giving")


def enter(page: Page, keys: str) -> None:
    """Answer every question by its key, which goes on to the next one."""
    for key in keys:
        page.keyboard.press(key)


def test_a_sheet_is_entered_twice_and_settled(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{practice.session}")
        page.get_by_role("link", name="Enter a paper form").click()
        page.get_by_role("radio", name="People in general").check()
        code = page.get_by_label("Code at the foot of the sheet")
        code.fill(form_code.form_code_of(FORM, general=False))
        page.get_by_role("button", name="Go to the answers").click()
        expect(page.get_by_text("This sheet asks about one person.").first).to_be_visible()
        seen.look(page, name="sheet, wrong code")
        code.fill(form_code.form_code_of(FORM, general=True).lower())
        page.get_by_role("button", name="Go to the answers").click()
        enter(page, "123451234512")
        seen.look(page, name="answers of a sheet")
        page.get_by_role("button", name="Check answers").click()
        seen.look(page, name="answers on the sheet")
        page.get_by_role("link", name="Enter it again to compare").click()
        seen.look(page, name="entered again")
        enter(page, "123451234521")
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("heading", name="What does the sheet say?")).to_be_visible()
        page.get_by_role("button", name="Save what the sheet says").click()
        expect(page.get_by_text("Choose what the sheet says.").first).to_be_visible()
        seen.look(page, name="compared")
        for each in page.get_by_role("radio", name="entered again").all():
            each.check()
        page.get_by_role("button", name="Save what the sheet says").click()
        expect(page.get_by_text("Entered twice and compared.")).to_be_visible()
        seen.look(page, name="entered twice")
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_text("twice and compared")).to_be_visible()
