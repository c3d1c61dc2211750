"""The page to share over telehealth in a window of its own: it follows by itself, and stands the look."""

import pytest
from playwright.sync_api import Browser, Page, expect

from clinic_toolkit.instruments import catalogue
from tests.browser import chrome
from tests.browser.conftest import Practice

pytestmark = pytest.mark.browser

ITEMS = catalogue.load_instrument("giving").items


def heading(shared: Page, words: str) -> None:
    """The client sees this within a few seconds, and nobody pressed anything there."""
    expect(shared.get_by_role("heading", level=1)).to_have_text(words)


def stays_as_it_is(shared: Page) -> None:
    """No more of asking again while it is looked at: the last time it asks, it is told to stay.

    It may be asking at this moment, and what comes of that asks once more. So its request is waited for:
    one that was answered with "stay" is followed by none.
    """
    with shared.expect_response(lambda answer: answer.status == 204):
        shared.route("**/shared", lambda route: route.fulfill(status=204))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_window_follows_and_goes_blank_with_the_lock(
    browser: Browser, practice: Practice, script: bool
) -> None:
    with chrome.watched(browser, practice.running.host, script=script) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{practice.session}/edit")
        page.get_by_label("Telehealth").check()
        with page.expect_navigation():
            page.get_by_role("button", name="Save the session").click()
        practice.begin(page)
        with seen.context.expect_page() as opened:
            page.get_by_role("link", name="Open the page to share").click()
        shared = opened.value
        heading(shared, ITEMS[0].text_general)
        assert shared.title() == "Clinic toolkit" and shared.locator("a, button, input, form").count() == 0
        page.get_by_role("radio", name="Most of the time").check()
        page.get_by_role("button", name="Continue").click()
        heading(shared, ITEMS[1].text_general)
        if script:
            page.get_by_role("button", name="Back").click()
            heading(shared, ITEMS[0].text_general)
            page.get_by_role("button", name="Pause and hide").click()
            heading(shared, "One moment")
            page.get_by_role("link", name="Go on").click()
            heading(shared, ITEMS[0].text_general)
            stays_as_it_is(shared)
            seen.look(shared, name="shared")
            shared.unroute("**/shared")
            shared.reload()
        page.goto(f"http://{practice.running.host}/")
        page.get_by_role("button", name="Lock", exact=True).click()
        heading(shared, "One moment")
        assert "nlock" not in shared.content() and shared.url.endswith("/shared")
