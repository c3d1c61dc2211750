"""Back in a real browser: after a search, and after a form that came back with an error."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser import chrome
from tests.browser.conftest import Practice

pytestmark = pytest.mark.browser

WRONG = "Something needs another look"


def at(page: Page, path: str) -> None:
    """The browser shows a page of ours at this address, and no page of its own that asks to send again."""
    expect(page.locator("main h1").first).to_be_visible()
    assert urlsplit(page.url).path == path, page.url


def test_back_leads_to_what_was_found(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}/clients")
        page.get_by_label("Find by name").fill("reyes")
        page.get_by_role("button", name="Find").click()
        page.wait_for_url("**/clients/find?search=*")
        assert "reyes" not in page.url.lower()
        page.get_by_role("link", name="Open").first.click()
        page.wait_for_url(re.compile("/clients/[0-9a-f-]{36}$"))
        page.go_back()
        at(page, "/clients/find")
        expect(page.get_by_label("Find by name")).to_have_value("reyes")
        expect(page.get_by_role("heading", name="Found")).to_be_visible()
        expect(page.get_by_role("link", name="Open")).to_have_count(1)
        page.reload()
        expect(page.get_by_role("heading", name="Found")).to_be_visible()
        # The audit trail is searched in the same way.
        page.goto(f"http://{practice.running.host}/audit")
        page.get_by_label("What").select_option("people")
        page.get_by_role("button", name="Find").click()
        page.wait_for_url("**/audit/find?search=*")
        page.get_by_role("link", name="Ana Reyes").first.click()
        page.wait_for_url(re.compile("/clients/[0-9a-f-]{36}$"))
        page.go_back()
        at(page, "/audit/find")
        expect(page.get_by_label("What")).to_have_value("people")


def test_back_after_a_form_with_an_error(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        edit = f"{practice.client}/edit"
        page.goto(f"http://{practice.running.host}{edit}")
        page.get_by_label("Birth date").fill("2999-01-01")
        page.get_by_role("button", name="Save").first.click()
        expect(page.get_by_role("heading", name=WRONG)).to_be_visible()
        page.get_by_label("Birth date").fill("1980-01-02")
        page.get_by_role("button", name="Save").first.click()
        page.wait_for_url(re.compile("/clients/[0-9a-f-]{36}$"))
        page.go_back()
        at(page, edit)
        # As it is kept now, and not the page with the error once more.
        expect(page.get_by_label("Birth date")).to_have_value("1980-01-02")
        expect(page.get_by_role("heading", name=WRONG)).to_have_count(0)


def test_back_to_an_address_that_only_takes_a_form(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{practice.session}")
        agreed = page.locator("#f-agreed")
        agreed.fill("a" * 300)
        agreed.press("Enter")
        page.wait_for_url("**/agreed")
        expect(page.locator("#e-agreed")).to_contain_text("too long")
        agreed.fill("Rest on Tuesday.")
        agreed.press("Enter")
        page.wait_for_url("**kept=**")
        page.go_back()
        at(page, practice.session)
        expect(agreed).to_have_value("Rest on Tuesday.")


def test_words_are_not_left_behind_by_back_unasked(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}/practice/code")
        page.goto(f"http://{practice.running.host}{practice.session}/worksheets")
        asked: list[str] = []

        def answer(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", answer)
        sentence = page.get_by_label("A sentence of the client")
        sentence.press_sequentially("I can rest.")
        page.evaluate("() => { history.back() }")
        page.wait_for_function("() => true")
        expect(sentence).to_have_value("I can rest.")
        assert asked == ["beforeunload"]
        sentence.fill("")
        page.on("dialog", lambda dialog: dialog.accept())
