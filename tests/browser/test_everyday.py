"""In a real browser: small things of every day that only a click or an eye can show."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chrome
from tests.browser.conftest import Practice

pytestmark = pytest.mark.browser


def test_a_name_in_the_list_opens_the_client(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}/clients")
        name = page.get_by_role("list", name="Clients").locator("strong").first.bounding_box()
        assert name
        page.mouse.click(name["x"] + name["width"] / 2, name["y"] + name["height"] / 2)
        page.wait_for_url(f"**{practice.client}")


def test_an_empty_date_says_nothing_to_the_eye(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}/clients/new")
        told = page.locator("#t-birth_date")
        expect(told).to_have_text("No date yet.")
        expect(told).to_have_class("hint unseen")
        page.get_by_label("Birth date").fill("1984-02-29")
        expect(told).to_have_text("Wednesday, 29 February 1984.")
        expect(told).to_have_class("hint")
        page.get_by_label("Birth date").fill("")
        expect(told).to_have_class("hint unseen")


def test_the_groups_of_a_sheet_run_down_before_they_run_across(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}/practice/sheet")
        page.get_by_label("Your present passphrase").fill(practice.words)
        page.get_by_role("button", name="Make a new sheet").click()
        page.get_by_role("link", name="Open the recovery sheet").click()
        page.get_by_text("Show the groups here").click()
        boxes = [each.bounding_box() for each in page.locator("details .groups-drawn li").all()]
        places = [(box["x"], box["y"]) for box in boxes if box]
        assert len(places) == 8 and len({x for x, _ in places}) == 2
        assert places == sorted(places)
