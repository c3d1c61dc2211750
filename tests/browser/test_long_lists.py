"""Two hundred people push no button off the screen, and no page of guidance opens to many screens."""

from urllib.parse import urljoin
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser import chrome
from tests.browser.conftest import Practice
from tests.journeys import person, steps
from tests.journeys.pages import Page

pytestmark = pytest.mark.browser

SCREEN = ViewportSize(width=1280, height=900)
MANY = 200
WHOLE = "() => document.documentElement.scrollHeight"
BOTTOM = "(button) => button.getBoundingClientRect().bottom + scrollY"
# Opened one after the other, as a person would who looks into each.
OPENED = """
() => Math.max(...[...document.querySelectorAll('details')].map((fold) => {
  fold.open = true;
  for (let up = fold.parentElement; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
  return document.documentElement.scrollHeight;
}))
"""


def add_people(me: person.Person, page: Page) -> None:
    """Send this form once for each of many people, and look at no page that comes of it."""
    form = page.form("word")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": me.origin}
    for number in range(MANY):
        of_this_page = {"word": f"Cousin {number}", "frame": "wider_family", "record": uuid4().hex}
        fields = person.encoded(form.standing() | of_this_page)
        status, _, _ = me.ask("POST", urljoin(page.path, form.action or page.path), fields, headers)
        assert status == 303


def test_two_hundred_people_leave_every_page_short(browser: Browser, practice: Practice) -> None:
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    add_people(me, me.open(me.open(practice.client).link("Add a person")))
    asked = steps.place(
        steps.begin(
            me,
            practice.session,
            about=me.open(f"{practice.session}/questionnaire").form("about").values("about")[-1],
        )
    )
    pages = {
        f"{practice.session}/questionnaire": "Go to the introduction",
        f"{practice.session}/check-in": "Go to the introduction",
        f"{practice.session}/paper": "Go to the answers",
        f"{practice.client}/paper": "Go to the answers",
        practice.client: "Go on with the open session",
    }
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.set_viewport_size(SCREEN)
        for path, words in pages.items():
            page.goto(f"http://{practice.running.host}{path}")
            button = (
                page.locator("main").get_by_text(words).first
                if path == practice.client
                else (page.get_by_role("button", name=words))
            )
            assert button.evaluate(BOTTOM) <= 2.2 * SCREEN["height"], path
            assert page.evaluate(WHOLE) <= 2.5 * SCREEN["height"], path
            if path != practice.client:
                # Everybody can be chosen, and the button is still near.
                page.get_by_text("more people").click()
                assert page.get_by_role("radio", name="Cousin ").count() == MANY
                assert button.evaluate(BOTTOM) <= 2.8 * SCREEN["height"], path
                seen.look(page, name=f"{words}, many people")
                page.set_viewport_size(SCREEN)
        page.goto(f"http://{practice.running.host}{practice.client}")
        page.get_by_role("link", name=f"Show all {MANY} people").click()
        expect(page.get_by_role("link", name="Cousin 0", exact=True)).to_be_visible()
        for path, most in (
            (f"{asked}/guidance", 2.7),
            ("/questionnaires/giving", 6),
            (f"{practice.session}/questionnaire", 3.7),
        ):
            page.goto(f"http://{practice.running.host}{path}")
            assert page.evaluate(OPENED) <= most * SCREEN["height"], path
