"""A worksheet is written in a real browser: the printed page follows what is typed, and nothing is lost."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chrome
from tests.browser.conftest import Practice
from tests.browser.test_papers_shown import viewers
from tests.fixtures.waiting import LONGEST
from tests.journeys.own_sheets import TYPED, YOURS

pytestmark = pytest.mark.browser


def begun(practice: Practice, page: Page) -> None:
    """Begin an empty sheet."""
    page.goto(f"http://{practice.running.host}{YOURS}")
    page.get_by_role("button", name="Write a worksheet").click()
    page.wait_for_url("**/edit")


def comes_about(page: Page, state: Callable[[], object]) -> None:
    """Wait for a state of this page."""
    until = time.monotonic() + LONGEST
    while not state():
        assert time.monotonic() < until
        page.wait_for_timeout(50)


def test_the_printed_page_follows_what_is_typed(with_viewer: Browser, practice: Practice) -> None:
    with chrome.watched(with_viewer, practice.running.host) as seen:
        page = practice.enter(seen)
        drawn: list[int] = []
        page.on("response", lambda answer: drawn.append(answer.status) if "/preview?" in answer.url else None)
        begun(practice, page)
        expect(page.get_by_text("It follows what you type.")).to_be_visible()
        comes_about(page, lambda: viewers(page))
        steps_back, before = page.evaluate("history.length"), len(drawn)
        page.get_by_label("Title").press_sequentially("Plums and pears")
        expect(page.locator("[data-status]")).to_contain_text("Draft saved")
        comes_about(page, lambda: len(drawn) > before and viewers(page))
        assert set(drawn) == {200}
        expect(page.get_by_label("Title")).to_be_focused()
        assert page.evaluate("history.length") == steps_back, "Back leads to the page before"
        page.reload()
        expect(page.get_by_label("Title")).to_have_value("Plums and pears")


def test_it_is_written_with_the_keyboard_and_no_script(with_viewer: Browser, practice: Practice) -> None:
    with chrome.watched(with_viewer, practice.running.host) as seen:
        page = practice.enter(seen)
        begun(practice, page)
        address, login = page.url, page.context.storage_state()
    plain = with_viewer.new_context(java_script_enabled=False, storage_state=login)
    page = plain.new_page()
    page.goto(address)
    for name in ("title", "why", "aim", "when_not_to_use", "try_this"):
        page.locator(f"#f-{name}").fill(TYPED[name])
    page.get_by_label("One more block").select_option("card")
    page.get_by_role("button", name="Add this block").press("Enter")
    page.wait_for_url("**#block-1")
    page.get_by_role("button", name="Move up block 2").press("Enter")
    page.wait_for_url("**#block-0")
    expect(page.get_by_role("group", name="Block 1: A card to cut out")).to_be_visible()
    expect(page.locator("#f-title")).to_have_value(TYPED["title"])
    # Enter in a field keeps what is typed and saves no version.
    page.locator("#f-title").fill("Kept by Enter")
    with page.expect_navigation():
        page.locator("#f-title").press("Enter")
    page.goto(address)
    expect(page.locator("#f-title")).to_have_value("Kept by Enter")
    page.locator("#f-why").fill("Typed and not sent")
    with page.expect_response("**/preview") as shown:
        page.get_by_role("button", name="Show the printed page").press("Enter")
    assert shown.value.status == 200
    comes_about(page, lambda: viewers(page))
    expect(page.locator("#f-why")).to_have_value("Typed and not sent")
    plain.close()
