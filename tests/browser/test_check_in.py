"""The check-in in a real browser: by keyboard alone, and every page of it whole in light, dark and narrow."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from clinic_toolkit.instruments import catalogue
from tests.browser import chrome, conftest
from tests.browser.conftest import Practice
from tests.browser.test_keyboard import tab_to

pytestmark = pytest.mark.browser

SIX = 6


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """One for each test: a form that one test leaves in the client's hands is in no other's way."""
    with conftest.made(tmp_path) as practice:
        yield practice


def named(page: Page, practice: Practice) -> None:
    """Name a person, and choose a question to watch."""
    base = f"http://{practice.running.host}"
    page.goto(f"{base}{practice.client}/relationships/new")
    page.get_by_label("The client’s own word").fill("Mum")
    page.get_by_label("Who this person is").select_option("parent")
    page.get_by_role("button", name="Add this person").click()
    page.get_by_role("link", name="Choose a question to watch").click()
    page.get_by_role("radio", name=catalogue.load_instrument("giving").items[0].text).check()


def begin(page: Page, practice: Practice) -> None:
    """Stand at the introduction of a check-in about the one person."""
    page.goto(f"http://{practice.running.host}{practice.session}/check-in")
    page.get_by_role("radio", name=re.compile("Mum")).last.check()
    page.get_by_role("button", name="Go to the introduction").click()
    page.wait_for_url(re.compile("/introduction$"))


def test_it_is_filled_in_by_keyboard_alone_and_every_page_is_whole(
    browser: Browser, practice: Practice
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        named(page, practice)
        seen.look(page, name="a question to watch")
        before = page.url
        page.get_by_role("button", name="Save this choice").click()
        page.wait_for_url(lambda url: url != before)
        seen.look(page, name="the person")
        page.goto(f"http://{practice.running.host}{practice.session}/check-in")
        seen.look(page, name="about whom")
        begin(page, practice)
        seen.look(page, name="introduction")
        tab_to(page, "All questions on one page")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/all$"))
        began = time.monotonic()
        # The first question has the focus when the page opens.
        page.wait_for_function("() => document.activeElement.closest('[data-keys]')")
        for number in range(1, SIX + 1):
            # Each key answers and goes on, so that nothing has to be looked for.
            page.keyboard.press(str(number % 5 + 1))
        tab_to(page, "Since we last met, what went well")
        page.keyboard.type("Tea on the step.")
        expect(page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        seen.look(page, name="all questions")
        tab_to(page, "Check answers")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/check$"))
        # The program takes next to nothing of the two minutes that a person has.
        assert time.monotonic() - began < 60
        expect(page.get_by_text("Tea on the step.")).to_be_visible()
        expect(page.get_by_text("Left open")).to_have_count(0)
        seen.look(page, name="answers")
        tab_to(page, "Finish")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/finished$"))
        page.goto(page.url.replace("/finished", "/result"))
        expect(page.get_by_text("This time")).to_have_count(SIX)
        expect(page.get_by_text("Time from the start to the last answer")).to_be_visible()
        seen.look(page, name="result")
        page.get_by_role("link", name="Look at it together").click()
        expect(page.get_by_text("Tea on the step.")).to_be_visible()
        seen.look(page, name="together")


def test_the_open_line_saves_by_itself_and_is_whole_alone_too(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        named(page, practice)
        with page.expect_navigation():
            page.get_by_role("button", name="Save this choice").click()
        begin(page, practice)
        place = re.sub(r"/introduction.*", "", page.url)
        page.goto(f"{place}/open-line")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        page.get_by_label("In the client’s words").fill("A walk.")
        expect(page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        seen.look(page, name="open line")
        page.goto(f"{place}/hand-over")
        page.get_by_role("button", name="Hand over now").click()
        expect(page.get_by_role("heading", name="What becomes of your answers")).to_be_visible()
        page.goto(f"http://{practice.running.host}/form/open-line")
        expect(page.get_by_text("There is an answer to this question from before")).to_be_visible()
        page.get_by_label("In your own words").fill("A long walk.")
        expect(page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        seen.look(page, name="open line, alone")
        page.get_by_role("button", name="Check answers").click()
        expect(page.get_by_text("A long walk.")).to_be_visible()
        seen.look(page, name="answers, alone")
