"""In a real browser: no click loses what was typed. Long forms are found again; short ones ask first."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, expect

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
        page.get_by_label("What was asked").press_sequentially(WORDS)
        expect(page.locator("[data-status]")).to_contain_text("Draft saved")
        # Typed right before the click, too soon for the save that waits two seconds.
        page.get_by_label("What protects").press_sequentially("Her sister.")
        page.get_by_role("link", name="Today", exact=True).click()
        expect(page.get_by_role("heading", name="Not finished")).to_be_visible()
        seen.look(page, name="today with a draft")
        page.get_by_role("link", name="Go on").last.click()
        expect(page.get_by_label("What was asked")).to_have_value(WORDS)
        expect(page.get_by_label("What protects")).to_have_value("Her sister.")
        expect(page.get_by_text("did not finish it")).to_be_visible()
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
        expect(page.get_by_label("What was asked")).to_have_value("")


def test_a_short_form_asks_before_it_is_left(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{practice.session}/worksheets")
        sentence = page.get_by_label("A sentence of the client")
        asked: list[str] = []

        def answer(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", answer)
        sentence.press_sequentially("I can rest.")
        page.get_by_role("link", name="Today", exact=True).click(no_wait_after=True)
        expect(sentence).to_have_value("I can rest.")
        page.wait_for_function("() => true")
        assert asked == ["beforeunload"]
        # Lock never waits for an answer. The page itself stays, covered: its words are nowhere else.
        page.get_by_role("button", name="Lock").click()
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        expect(page.get_by_text("What you typed last is not saved yet.")).to_be_visible()
        assert asked == ["beforeunload"]


def test_a_file_that_is_too_large_is_refused_on_its_own_page(
    browser: Browser, practice: Practice, tmp_path: Path
) -> None:
    large, right = tmp_path / "large.toml", tmp_path / "right.toml"
    large.write_bytes(b"#" * 2_500_000)
    right.write_bytes(b"# nothing\n")
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}/your-questionnaires")
        field = page.get_by_label("A file with a questionnaire")
        field.set_input_files(large)
        page.get_by_role("button", name="Check this file").click()
        expect(page.get_by_role("alert")).to_have_text(re.compile("^Not sent: this file is too large"))
        seen.look(page, name="a file that is too large")
        # The control: the same form sends a file that fits.
        field.set_input_files(right)
        page.get_by_role("button", name="Check this file").click()
        expect(page.get_by_role("heading", name="to correct in right.toml")).to_be_visible()


def test_a_page_that_shows_a_draft_is_as_good_as_any(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        practice.enter(seen)
        fields = {
            "/practice": "#f-crisis_text",
            "/clients/new": "#f-reach_note",
            f"{practice.client}/edit": "#f-reach_note",
            f"{practice.session}/edit": "#f-place",
        }
        # Each in a window of its own: a draft is saved two seconds after the last key.
        pages = {path: seen.page(path) for path in fields}
        for path, page in pages.items():
            page.locator(fields[path]).press_sequentially(" Room")
        for path, page in pages.items():
            expect(page.locator("[data-status]")).to_contain_text("Draft saved")
            page.reload()
            expect(page.get_by_text("did not finish it")).to_be_visible()
            seen.look(page, name=f"a draft on {path}")
