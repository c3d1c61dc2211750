"""In a real browser: one day of a solo therapist, in the practice of the demo."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from clinic_toolkit.demo import content_reader
from tests.browser import chrome
from tests.browser.hand import Hand
from tests.fixtures.running import Running
from tests.journeys.intake import today

pytestmark = pytest.mark.browser
# Whatever a hand does beyond typed text.
MOST_AFTER_A_FORM, MOST_WITHOUT_ONE = 10, 6


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """The program with the practice of the demo."""
    with Running(tmp_path / "data", "--demo") as running:
        yield running


class Day:
    """The therapist of the demo at the screen."""

    def __init__(self, page: Page, host: str) -> None:
        self.page, self.host = page, host
        self.practice = content_reader.read_content().practice

    def go(self, path: str) -> None:
        self.page.goto(f"http://{self.host}{path}")

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).click()

    def follow(self, words: str | re.Pattern[str]) -> None:
        self.page.get_by_role("link", name=words).first.click()

    def client(self, number: int) -> None:
        """Open the page of a client; each number is another one."""
        self.go("/clients")
        self.page.get_by_role("list", name="Clients").get_by_role("link").nth(number).click()
        self.page.wait_for_url("**/clients/*-*")

    def begin(self, number: int) -> None:
        """Begin an hour with a client now, and stand at its page."""
        self.client(number)
        now = self.page.get_by_role("button", name=re.compile("^Start (a|another) session now$"))
        now.or_(self.page.get_by_role("button", name=re.compile("^Start the session"))).first.click()
        self.page.wait_for_url("**/sessions/*")

    def fill_in_form(self) -> None:
        """A questionnaire from its choice to its result."""
        self.go(re.sub(r"^.*(?=/sessions)", "", self.page.url) + "/questionnaire")
        self.page.get_by_role("radio", name="How I give").first.check()
        self.page.get_by_role("radio", name="People in general").check()
        self.press("Go to the introduction")
        self.follow("Go to the first question")
        self.page.wait_for_url("**/items/1")
        self.page.goto(self.page.url.replace("/items/1", "/all"))
        for _ in range(12):
            self.page.keyboard.press("3")
        expect(self.page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        self.press("Check answers")
        self.press("Finish")
        expect(self.page.get_by_role("link", name="Look at it together")).to_be_visible()


def test_one_day_from_the_passphrase_to_the_lock(browser: Browser, running: Running) -> None:
    with chrome.watched(browser, running.host) as seen:
        day = Day(seen.page("/unlock"), running.host)
        page, code = day.page, day.practice.return_code
        page.get_by_label("Passphrase", exact=True).fill(day.practice.passphrase)
        day.press("Unlock")
        page.wait_for_url(f"http://{running.host}/")
        day.follow("Show")
        seen.look(page, name="before an hour or its page")
        # The first client: a form, a look at it together, a sheet, and the note.
        day.begin(0)
        session = page.url
        day.fill_in_form()
        hand = Hand(page)
        hand.click(page.get_by_role("link", name="Look at it together"))
        hand.click(page.get_by_label("In your own words"))
        hand.type("I give before I am asked.")
        hand.press("Tab")
        hand.type("Wait one day.")
        hand.click(page.get_by_role("link", name="Done"))
        hand.click(page.get_by_role("link", name="Write the note"))
        expect(page.get_by_label("Data")).to_be_focused()
        hand.type("Spoke of her sister.")
        hand.sign(code)
        expect(page.get_by_text("I give before I am asked.")).to_be_visible()
        assert len(hand.done) <= MOST_AFTER_A_FORM, hand.done
        seen.look(page, name="a signed note")
        # A word that came later.
        day.follow("Add or correct something")
        page.get_by_role("radio", name="Addendum").check()
        page.get_by_label("What is added").fill("She rang her sister.")
        page.get_by_label("Why", exact=True).fill("She said so at the door.")
        page.get_by_label("Your return code").fill(code)
        seen.look(page, name="an addition to a note")
        day.press("Sign this addition")
        expect(page.get_by_text("She rang her sister.")).to_be_visible()
        page.goto(session)
        day.follow("Give a worksheet")
        page.get_by_role("radio").first.check()
        day.press("Give this sheet")
        page.wait_for_url("**/handouts/*")
        page.goto(session)
        day.follow("Write a risk entry")
        page.get_by_label("What I did").fill("Rang the clinic.")
        day.press("Write this entry")
        expect(page.get_by_text("Rang the clinic.").first).to_be_visible()
        # The second: an hour without a form.
        day.begin(1)
        hand = Hand(page)
        hand.click(page.get_by_role("link", name="Write the note"))
        expect(page.get_by_label("Data")).to_be_focused()
        hand.type("Calmer than last week.")
        hand.sign(code)
        assert len(hand.done) <= MOST_WITHOUT_ONE, hand.done
        # A call with the sixth, whose note opens with its first press.
        day.client(5)
        page.get_by_text("Write a note of something else").click()
        day.press("A call")
        page.wait_for_url("**/note*")
        page.get_by_label("Data").fill("Asked for another hour.")
        Hand(page).sign(code)
        # The fourth did not come; the fifth comes every week from now on.
        day.client(3)
        day.follow("Add a past or planned session")
        page.get_by_label("Date", exact=True).fill((today() - timedelta(days=1)).isoformat())
        page.locator("[name=start]").fill("10:00")
        page.get_by_role("radio", name="Did not come", exact=True).check()
        day.press("Save the session")
        page.wait_for_url(re.compile("/sessions/[0-9a-f-]{36}"))
        expect(page.get_by_text("Did not come").first).to_be_visible()
        page.goto(page.url.partition("?")[0] + "/note")
        page.get_by_label("Data").fill("No word from them.")
        Hand(page).sign(code)
        day.client(4)
        page.get_by_role("link", name=re.compile("hours that repeat$", re.I)).first.click()
        seen.look(page, name="hours that repeat")
        page.get_by_label("The first hour").fill((today() + timedelta(days=7)).isoformat())
        page.locator("[name=start]").fill("11:00")
        page.locator("[name=minutes]").fill("50")
        page.get_by_role("radio", name="Every week", exact=True).check()
        day.press("Begin these hours")
        page.wait_for_url(re.compile("/series/[0-9a-f-]{36}"))
        seen.look(page, name="the hours of a series")
        # The third: an hour of nine days ago, written late.
        day.client(2)
        day.follow("Add a past or planned session")
        page.get_by_label("Date", exact=True).fill((today() - timedelta(days=9)).isoformat())
        page.get_by_role("radio", name="Came", exact=True).check()
        page.locator("[name=start]").fill("10:00")
        page.locator("[name=end]").fill("10:50")
        day.press("Save the session")
        page.wait_for_url(re.compile("/sessions/[0-9a-f-]{36}"))
        page.goto(page.url.partition("?")[0] + "/note")
        page.get_by_label("Data").fill("Spoke of the move.")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/read")
        page.locator("[name=late_reason]").fill("I was ill.")
        page.get_by_label("Your return code").fill(code)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Late entry").first).to_be_visible()
        day.press("Lock")
        page.wait_for_url("**/unlock*")
        expect(page.get_by_text("Spoke of the move.")).to_have_count(0)
