"""The facts of a session in a real browser: a number to call back is asked for of a remote session alone."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chrome
from tests.browser.conftest import Practice

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_the_number_is_asked_for_in_a_remote_session_alone(
    browser: Browser, practice: Practice, script: bool
) -> None:
    with chrome.watched(browser, practice.running.host, script=script) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{practice.session}/edit")
        number = page.get_by_label("Number that reaches the client if the line fails")
        expect(page.get_by_role("radio", name="In the room")).to_be_checked()
        expect(number).to_be_hidden()
        for setting in ("Telehealth", "By telephone"):
            page.get_by_role("radio", name=setting).check()
            expect(number).to_be_visible()
        page.get_by_role("radio", name="In the room").check()
        expect(number).to_be_hidden()
