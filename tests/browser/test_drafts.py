"""In a real browser: no click loses what was typed. Long forms are found again; short ones ask first."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chrome
from tests.browser.conftest import Practice
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.browser

WORDS = "Said that nobody would miss him."


def test_a_menu_link_and_a_reload_lose_nothing_of_a_long_form(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        address = f"http://{practice.running.host}{practice.client}/risk-entries/new"
        page.goto(address)
        page.get_by_label("What was asked, and answered").press_sequentially(WORDS)
        expect(page.locator("[data-status]")).to_contain_text("not recorded yet")
        # Typed right before the click, too soon for the save that waits two seconds.
        page.get_by_label("What protects").press_sequentially("Her sister.")
        page.get_by_role("link", name="Today", exact=True).click()
        expect(page.get_by_role("heading", name="Begun, not recorded")).to_be_visible()
        seen.look(page, name="today with a draft")
        page.get_by_role("link", name="Go on").last.click()
        expect(page.get_by_label("What was asked, and answered")).to_have_value(WORDS)
        expect(page.get_by_label("What protects")).to_have_value("Her sister.")
        expect(page.get_by_text("it was not recorded")).to_be_visible()
        seen.look(page, name="a draft")
        page.get_by_label("What I did").press_sequentially("Rang.")
        page.reload()
        # The last words are sent as the page goes; the page that follows may be drawn a moment earlier.
        wait_for(lambda: page.goto(address) and page.get_by_label("What I did").input_value() == "Rang.")
        # Recorded, it is gone: no save that was under way brings it back.
        page.get_by_label("Whom I consulted").press_sequentially("Nobody yet.")
        page.get_by_role("button", name="Write this entry").click()
        expect(page.get_by_text("Nobody yet.")).to_be_visible()
        page.goto(address)
        expect(page.get_by_label("What was asked, and answered")).to_have_value("")


def test_a_short_form_asks_before_it_is_left(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{practice.hour}/worksheets")
        sentence = page.get_by_label("A sentence of the client")
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        sentence.press_sequentially("I can rest.")
        page.get_by_role("link", name="Today", exact=True).click(no_wait_after=True)
        expect(sentence).to_have_value("I can rest.")
        page.wait_for_function("() => true")
        assert asked == ["beforeunload"]
        # Lock never waits for an answer.
        page.get_by_role("button", name="Lock").click()
        expect(page.get_by_role("heading", name="Unlock")).to_be_visible()
        assert asked == ["beforeunload"]
