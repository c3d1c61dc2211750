"""A sheet is looked for, given, agreed about and looked at again in a narrow browser without a script."""

import pytest
from playwright.sync_api import Browser, Page, expect

from clinic_toolkit.worksheets import catalogue
from tests.browser import axe, chrome
from tests.browser.conftest import Practice

pytestmark = pytest.mark.browser
LADDER = catalogue.load_worksheet("receiving-ladder")


def whole(page: Page) -> None:
    """Nothing for axe, and nothing beside the window."""
    assert axe.faults(page) == []
    assert chrome.too_narrow(page) == []


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def test_a_sheet_is_found_given_agreed_about_and_looked_at_without_a_script(
    browser: Browser, practice: Practice
) -> None:
    with chrome.watched(browser, practice.running.host, script=False) as seen:
        page = practice.enter(seen)
        page.set_viewport_size(chrome.NARROW)
        page.goto(f"http://{practice.running.host}{practice.session}/worksheets")
        page.get_by_text("Search the worksheets").click()
        page.get_by_label("Words of its aim").fill("kindness degrees")
        page.get_by_label("Side", exact=True).select_option("receiving")
        press(page, "Search")
        expect(page.get_by_role("status").filter(has_text="One worksheet fits")).to_be_visible()
        page.get_by_role("radio", name=LADDER.title).check()
        press(page, "Give this sheet")
        page.get_by_label("What, and when, in one line").fill("The lowest rung, on Sunday.")
        page.get_by_label("How sure of it, from 0 to 10").select_option("4")
        press(page, "Save what you agreed")
        page.get_by_label("The same sheet, with a smaller step").fill("To read the rungs.")
        press(page, "Agree on the smaller step")
        expect(page.get_by_label("What, and when, in one line")).to_have_value("To read the rungs.")
        page.get_by_role("link", name="Note how it went").click()
        page.get_by_role("radio", name="Part of it").check()
        page.get_by_role("checkbox", name="No time").check()
        page.get_by_label("What your client says of it, in one line").fill("One rung was enough.")
        press(page, "Note how it went")
        expect(page.get_by_text("came back in part (no time). The client said")).to_be_visible()


def test_its_pages_are_whole_for_axe_and_in_a_narrow_window(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.set_viewport_size(chrome.NARROW)
        page.goto(f"http://{practice.running.host}{practice.session}/worksheets?sheet={LADDER.slug}")
        whole(page)
        press(page, "Give this sheet")
        page.get_by_label("How sure of it, from 0 to 10").select_option("4")
        press(page, "Save what you agreed")
        expect(page.get_by_label("The same sheet, with a smaller step")).to_be_visible()
        whole(page)
        page.get_by_role("link", name="Note how it went").click()
        expect(page.get_by_role("radio", name="Part of it")).to_be_visible()
        whole(page)
        for path in ("/worksheets?side=receiving", "/worksheets/rules", f"/worksheets/{LADDER.slug}/copies"):
            page.goto(f"http://{practice.running.host}{path}")
            whole(page)
