"""In a real browser: Cover loses nothing, saved or not; and whoever types is not locked out."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chrome
from tests.browser.conftest import Practice
from tests.fixtures.running import Running
from tests.fixtures.waiting import wait_for
from tests.journeys import person, steps

pytestmark = pytest.mark.browser

# Seconds: as short as a busy machine allows, which takes a second or two for a save.
IDLE, BEFORE = 13, 8


def come_back(page: Page, words: str) -> None:
    page.get_by_label("Passphrase", exact=True).fill(words)
    page.get_by_role("button", name="Unlock").click()


def note(page: Page, practice: Practice) -> Page:
    page.goto(f"http://{practice.running.host}{practice.session}/note")
    return page


def test_one_key_covers_the_page_and_what_was_typed_is_there_again(
    browser: Browser, practice: Practice
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = note(practice.enter(seen), practice)
        # On a busy machine a field can be filled before the script listens, so a second one is entered.
        page.wait_for_load_state("networkidle")
        page.get_by_label("Plan", exact=True).focus()
        page.get_by_label("Data", exact=True).fill("Typed a moment before the door opened.")
        page.keyboard.press("F8")
        page.wait_for_url("**/unlock?**")
        expect(page.get_by_role("heading", name="A pause")).to_be_visible()
        assert "the door" not in page.content()
        seen.look(page, name="covered")
        come_back(page, practice.words)
        page.wait_for_url(f"**{practice.session}/note#f-section-data")
        expect(page.get_by_label("Data", exact=True)).to_have_value("Typed a moment before the door opened.")


def test_a_covered_note_opens_again_where_somebody_was_writing(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = note(practice.enter(seen), practice)
        page.get_by_label("Data", exact=True).fill("Above it.")
        page.get_by_label("Plan", exact=True).fill("Half a sen")
        page.get_by_role("button", name="Cover").click()
        page.wait_for_url("**/unlock?**")
        assert "Half" not in page.url
        come_back(page, practice.words)
        page.wait_for_url(f"**{practice.session}/note#f-section-plan")
        expect(page.get_by_label("Plan", exact=True)).to_be_focused()
        page.keyboard.type("tence.")
        expect(page.get_by_label("Plan", exact=True)).to_have_value("Half a sentence.")


def test_the_button_covers_too(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{practice.client}")
        page.get_by_role("button", name="Cover").click()
        expect(page.get_by_text("leads back to where you were")).to_be_visible()
        come_back(page, practice.words)
        page.wait_for_url(f"**{practice.client}")


def test_words_that_are_in_no_save_stay_under_the_cover(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{practice.session}/worksheets")
        page.get_by_label("A sentence of the client").fill("I can rest.")
        page.keyboard.press("F8")
        expect(page.get_by_role("link", name="Unlock")).to_be_visible()
        expect(page.get_by_text("is not saved yet")).to_be_visible()
        expect(page.get_by_label("A sentence of the client")).to_be_hidden()
        seen.look(page, name="covered with words")
        with page.context.expect_page() as opening:
            page.get_by_role("link", name="Unlock").click()
        other = opening.value
        come_back(other, practice.words)
        expect(other.get_by_role("button", name="Lock")).to_be_visible()
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.get_by_label("A sentence of the client")).to_have_value("I can rest.")
        page.get_by_role("radio").first.check()
        page.get_by_role("button", name="Give this sheet").click()
        expect(page.get_by_text("I can rest.")).to_be_visible()


def test_without_script_the_button_does_it(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host, script=False) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{practice.client}")
        page.get_by_role("button", name="Cover").click()
        expect(page.get_by_role("heading", name="A pause")).to_be_visible()
        come_back(page, practice.words)
        page.wait_for_url(f"**{practice.client}")


def test_what_is_typed_right_before_the_idle_time_is_over_is_on_the_disk(
    browser: Browser, tmp_path: Path
) -> None:
    idle = {"CLINIC_IDLE_SECONDS": str(IDLE), "CLINIC_IDLE_IN_SESSION_SECONDS": str(IDLE)}
    with Running(tmp_path / "data", copied=True, environ=idle) as running:
        me = person.over_http(running.browser())
        words = steps.set_up(me)
        client = me.send(me.follow(me.open("/"), "Add a client"), {"name": "Ana Reyes"})
        session = me.press(client, "Start a session now")
        practice = Practice(running, words, client.path, session.path)
        with chrome.watched(browser, running.host) as seen:
            page = practice.enter(seen)
            field = note(page, practice).get_by_label("Data", exact=True)
            silent_from, worker = time.monotonic(), running.workers()[0]
            wait_until(silent_from + IDLE - BEFORE)
            field.fill("The last words before the silence.")
            wait_until(silent_from + IDLE + 1)
            assert not is_locked(page)
            # An open page asks every 20 seconds, and when it is looked at again. What it asks meanwhile is no
            # sign of a person: the last was the save, so that the lock comes before twice the idle time.
            look_again = "() => document.dispatchEvent(new Event('visibilitychange'))"
            page.evaluate(look_again)
            at_most = silent_from + 2 * IDLE - time.monotonic()
            wait_for(lambda: worker not in running.workers(), at_most=at_most)
            page.evaluate(look_again)
            expect(page.get_by_role("heading", name="Locked")).to_be_visible()
            page.get_by_role("link", name="Unlock").click()
            come_back(page, words)
            page.wait_for_url(f"**{practice.session}/note")
            expect(field).to_have_value("The last words before the silence.")
            # A locked pulse is answered 401, which the browser mentions.
            seen.complaints = [each for each in seen.complaints if "status of 401" not in each]


def wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def is_locked(page: Page) -> bool:
    """Whether a request of this browser finds the lock."""
    asked = (
        "() => fetch('/pulse', {headers: {'X-Pulse': '1'}, redirect: 'manual'}).then((said) => said.status)"
    )
    return bool(page.evaluate(asked) != 200)
