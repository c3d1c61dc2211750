"""A form in a client's hands, in a real browser: with script, without, and by every way around it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser import chrome, conftest
from tests.browser.conftest import Practice
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.browser


def hand_over(page: Page, practice: Practice) -> str:
    """Begin a questionnaire and hand it over; returns its address. The page is the client's afterwards."""
    practice.begin(page)
    place = re.sub(r"/items/.*", "", page.url)
    page.goto(f"{place}/hand-over")
    page.get_by_role("button", name="Hand over now").click()
    # The process after the next may not be warm yet, when two forms go out in a row.
    expect(page.get_by_role("heading", name="What becomes of your answers")).to_be_visible()
    return place


def unlock(page: Page, practice: Practice) -> None:
    asked = page.get_by_label("Passphrase", exact=True)
    # The process of the form may be on its way out, and still answer.
    wait_for(lambda: page.goto(f"http://{practice.running.host}/") and asked.is_visible())
    page.get_by_label("Passphrase", exact=True).fill(practice.words)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("heading", name="Before your client leaves")).to_be_visible()


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """One for each test: a form that one test leaves in the client's hands is in no other's way."""
    with conftest.made(tmp_path) as practice:
        yield practice


def test_every_page_of_the_form_is_whole_and_no_way_leads_around_it(
    browser: Browser, practice: Practice
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        tab = seen.context.new_page()
        tab.goto(f"http://{practice.running.host}{practice.client}")
        practice.begin(page)
        place = re.sub(r"/items/.*", "", page.url)
        page.goto(f"{place}/hand-over")
        seen.look(page, name="hand over")
        page.get_by_role("button", name="Hand over now").click()
        expect(page.get_by_role("heading", name="What becomes of your answers")).to_be_visible()
        seen.look(page, name="welcome")
        # A page of the clinician that was left open covers itself as soon as somebody looks at it.
        tab.bring_to_front()
        # Some browsers tell it themselves when the tab comes to the front, and then it is on its way already.
        with suppress(Error):
            tab.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        expect(tab.get_by_role("heading", name="Locked")).to_be_visible()
        seen.complaints.clear()
        tab.close()
        page.bring_to_front()
        page.get_by_role("link", name="Go to the questions").click()
        page.get_by_role("radio", name="Most of the time").check()
        expect(page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible()
        page.get_by_text("Anything you want to add").click()
        page.get_by_label("In your own words").fill("With my sister.")
        page.get_by_role("checkbox", name="Let’s talk about this").check()
        seen.look(page, name="question")
        page.get_by_role("button", name="Continue").last.click()
        page.wait_for_url("**/form/2")
        for address in ("/clients", place.removeprefix(f"http://{practice.running.host}"), "/unlock", "/x"):
            page.goto(f"http://{practice.running.host}{address}")
            assert page.url.endswith("/form/2")
        for _ in range(12):
            page.go_back()
            assert re.search(r"/form(/\d+)?$", page.url), page.url
        page.goto(f"http://{practice.running.host}/form/1")
        page.reload()
        expect(page.get_by_role("radio", name="Most of the time")).to_be_checked()
        expect(page.get_by_label("In your own words")).to_have_value("With my sister.")
        page.get_by_role("button", name="Pause and hide").click()
        expect(page.get_by_role("button", name="Pause and hide")).to_have_count(0)
        seen.look(page, name="pause")
        page.goto(f"http://{practice.running.host}/form/check")
        seen.look(page, name="check")
        page.get_by_role("link", name="Finish").click()
        expect(page.get_by_role("link", name="Finish")).to_have_count(0)
        seen.look(page, name="finish")
        page.goto(f"http://{practice.running.host}/form/give-back")
        seen.look(page, name="give back")
        page.get_by_role("button", name="Give back").click()
        expect(page.get_by_role("heading", name="Please give the laptop back")).to_be_visible()
        seen.look(page, name="thanks")
        page.get_by_role("link", name="I am the therapist").click()
        expect(page.get_by_role("button", name="Unlock")).to_be_visible()
        for _ in range(3):
            page.go_back()
            expect(page.get_by_role("radio", name="Most of the time")).to_have_count(0)
        unlock(page, practice)
        expect(page.get_by_text("1 of 12 answered.")).to_be_visible()
        expect(page.get_by_text("With my sister.")).to_be_visible()
        seen.look(page, name="before the client leaves")
        page.get_by_role("button", name="Look at it").click()
        page.wait_for_url("**/result")


def test_the_whole_way_without_script(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host, script=False) as seen:
        page = practice.enter(seen)
        place = hand_over(page, practice)
        page.get_by_role("link", name="Go to the questions").click()
        for number in range(1, 13):
            page.wait_for_url(f"**/form/{number}")
            if number == 5:
                page.get_by_role("button", name="I’d rather not answer").click()
                continue
            page.get_by_role("radio").nth(number % 5).check()
            page.get_by_role("button", name="Check answers" if number == 12 else "Continue").last.click()
        page.get_by_role("link", name="Finish").click()
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_role("heading", name="Please give the laptop back")).to_be_visible()
        unlock(page, practice)
        expect(page.get_by_text("11 of 12 answered.")).to_be_visible()
        page.get_by_role("button", name="Look at it").click()
        page.wait_for_url(f"{place}/result")
        expect(page.get_by_text("answered by the client alone")).to_be_visible()


def look_again(page: Page) -> None:
    page.bring_to_front()
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")


def test_a_page_of_an_earlier_hand_over_never_shows_or_sends_its_words_again(
    browser: Browser, practice: Practice
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        hand_over(page, practice)
        stale = seen.context.new_page()
        stale.goto(f"http://{practice.running.host}/form/1")
        # Its saves do not arrive, so its last words are in this page alone.
        stale.route("**/form/1", lambda route: route.abort())
        stale.get_by_text("Anything you want to add").click()
        stale.get_by_label("In your own words").fill("Words of the first client.")
        expect(stale.get_by_text("Not saved")).to_be_visible()
        page.goto(f"http://{practice.running.host}/form/give-back")
        page.get_by_role("button", name="Give back").click()
        expect(page.get_by_role("heading", name="Please give the laptop back")).to_be_visible()
        locked = stale.get_by_role("heading", name="Locked")

        def is_locked() -> bool:
            look_again(stale)
            return locked.is_visible()

        wait_for(is_locked)
        page.bring_to_front()
        unlock(page, practice)
        page.get_by_role("button", name="Look at it").click()
        hand_over(page, practice)
        stale.unroute("**/form/1")
        sent: list[str] = []
        stale.on("request", lambda request: sent.append(request.method))
        look_again(stale)
        expect(stale.get_by_role("heading", name="This form was closed")).to_be_visible()
        assert stale.locator("textarea, input").count() == 0
        stale.wait_for_timeout(3000)
        assert "POST" not in sent
        # What this page may see of the second form is what anybody at the device may see.
        stale.get_by_role("link", name="Go on").click()
        expect(stale.get_by_role("heading", name="What becomes of your answers")).to_be_visible()
        page.goto(f"http://{practice.running.host}/form/1")
        expect(page.get_by_label("In your own words")).to_have_value("")
        seen.complaints.clear()


def test_in_the_clients_hands_the_digits_answer_and_no_letter_does_anything(
    browser: Browser, practice: Practice
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        hand_over(page, practice)
        page.get_by_role("link", name="Go to the questions").click()
        expect(page.get_by_text("Keys 1 to 5 answer.", exact=True)).to_be_visible()
        talk = page.get_by_label("Let’s talk about this")
        page.keyboard.press("t")
        page.keyboard.press("w")
        expect(talk).not_to_be_checked()
        expect(page.get_by_label("In your own words")).to_be_hidden()
        page.keyboard.press("4")
        expect(page.get_by_role("radio", name="Most of the time")).to_be_checked()
        talk.focus()
        page.keyboard.press("5")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/form/2$"))
        page.goto(f"http://{practice.running.host}/form/check")
        expect(page.get_by_text("Nearly all the time")).to_have_count(1)
