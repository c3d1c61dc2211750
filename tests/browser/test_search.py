"""A search in a real browser: found while it is typed, and the words are kept nowhere."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chrome
from tests.browser.conftest import Practice
from tests.journeys import person

pytestmark = pytest.mark.browser


def test_what_is_found_follows_the_typing(browser: Browser, practice: Practice) -> None:
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    me.send(me.open(practice.session), {"agreed": "Gather seaweed on Sunday."})
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        for path in ("/search", f"{practice.client}/search"):
            page.goto(f"http://{practice.running.host}{path}")
            field = page.get_by_label("Words to look for")
            field.press_sequentially("gath")
            expect(page.locator("mark")).to_have_text("Gath")
            field.press_sequentially("er sea")
            expect(page.locator("mark")).to_have_text(["Gather", "sea"])
            expect(page.get_by_role("status").filter(has_text="1 found.")).to_be_visible()
            seen.look(page, name=f"found at {path}")
            field.press_sequentially("x")
            expect(page.get_by_role("status").filter(has_text="Nothing found.")).to_be_visible()
            expect(page.locator("mark")).to_have_count(0)
            assert "gather" not in page.url.lower() and "search=" in page.url
            # What was found last stands there again, and the words with it.
            page.reload()
            expect(field).to_have_value("gather seax")
            page.goto("about:blank")
            page.go_back()
            expect(page.get_by_role("status").filter(has_text="Nothing found.")).to_be_visible()
