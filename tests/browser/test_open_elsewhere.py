"""In Chromium: the practice is locked, unlocked or handed over while other pages of it are open."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chrome
from tests.browser.chrome import Watched
from tests.browser.conftest import Practice
from tests.browser.test_handover import hand_over

pytestmark = pytest.mark.browser

WORDS = "After six, never at work."
# A field of a form that is not kept while it is typed.
FIELD = "#f-sentence"
AGED = "() => document.querySelectorAll('[name=csrf_token]').forEach((each) => { each.value = 'old'; })"
# A page that is told empties itself at once. This much is for a busy machine.
AT_ONCE = 5.0
# What a page holds and a person could get at: with the tools of the browser, by searching, on paper.
HELD = "() => document.documentElement.outerHTML + [...document.querySelectorAll('textarea, input')]"
HELD += ".map((field) => field.value).join()"


@contextmanager
def two_pages(
    browser: Browser, practice: Practice, *, script: bool = True
) -> Iterator[tuple[Watched, Page, Page]]:
    """Two pages of one unlocked browser; what Chromium says of an answer 401 or 403 is no complaint."""
    with chrome.watched(browser, practice.running.host, script=script) as seen:
        first = practice.enter(seen)
        yield seen, first, seen.page()
        seen.complaints = [each for each in seen.complaints if "status of 40" not in each]


def at(practice: Practice, path: str) -> str:
    return f"http://{practice.running.host}{path}"


def type_words(page: Page, practice: Practice) -> None:
    page.goto(at(practice, f"{practice.session}/worksheets"))
    page.get_by_role("radio").first.check()
    page.locator(FIELD).fill(WORDS)


def unlock(page: Page, practice: Practice) -> None:
    page.goto(at(practice, "/unlock"))
    page.get_by_label("Passphrase", exact=True).fill(practice.words)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("button", name="Lock")).to_be_visible()


def lock(page: Page) -> None:
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="Unlock")).to_be_visible()


def save(page: Page) -> None:
    page.get_by_role("button", name="Give this sheet").click()


def test_words_typed_before_a_lock_in_another_tab_are_saved_after_it(
    browser: Browser, practice: Practice
) -> None:
    with two_pages(browser, practice) as (_, page, other):
        type_words(page, practice)
        lock(other)
        expect(page.get_by_text("is not saved yet")).to_be_visible()
        assert page.locator("textarea, input").count() == 0
        unlock(other, practice)
        # The other page's unlocking is told to this one, which gives everything back.
        expect(page.locator(FIELD)).to_have_value(WORDS)
        save(page)
        expect(page.get_by_text(WORDS)).to_be_visible()


def test_a_form_that_is_sent_to_a_locked_program_keeps_its_page(browser: Browser, practice: Practice) -> None:
    with two_pages(browser, practice) as (_, page, other):
        type_words(page, practice)
        # From outside this browser, so that no page is told.
        assert practice.running.browser().post("/lock", {}).status == 303
        save(page)
        expect(page.get_by_text("is not saved yet")).to_be_visible()
        unlock(other, practice)
        expect(page.locator(FIELD)).to_have_value(WORDS)
        save(page)
        expect(page.get_by_text(WORDS)).to_be_visible()


def test_words_that_a_page_shows_again_are_kept_as_well(browser: Browser, practice: Practice) -> None:
    """A form that came back with an error was not typed in on this page, and is in no save."""
    with two_pages(browser, practice) as (_, page, other):
        page.goto(at(practice, "/clients/new"))
        page.get_by_label("How and when to reach them").fill(WORDS)
        save_new(page)
        expect(page.get_by_text("Something needs another look")).to_be_visible()
        lock(other)
        expect(page.get_by_text("is not saved yet")).to_be_visible()
        unlock(other, practice)
        expect(page.get_by_label("How and when to reach them")).to_have_value(WORDS)


def save_new(page: Page) -> None:
    page.evaluate(
        "() => document.querySelectorAll('[required]').forEach((each) => { each.required = false; })"
    )
    page.locator("main form button").last.click()


def test_without_script_the_page_stays_and_what_it_sent_can_be_sent_again(
    browser: Browser, practice: Practice
) -> None:
    with two_pages(browser, practice, script=False) as (_, page, other):
        type_words(page, practice)
        lock(other)
        save(page)
        page.wait_for_timeout(500)
        assert page.url.endswith("/worksheets")
        expect(page.locator(FIELD)).to_have_value(WORDS)
        unlock(other, practice)
        save(page)
        page.get_by_role("button", name="Send again").click()
        expect(page.get_by_text(WORDS)).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
@pytest.mark.parametrize("name", ["Lock", "Cover"])
def test_an_old_page_can_still_put_the_keys_away(
    browser: Browser, practice: Practice, name: str, script: bool
) -> None:
    with two_pages(browser, practice, script=script) as (seen, untold, other):
        page = untold
        untold.goto(at(practice, practice.client))
        untold.route("**/pulse", lambda route: route.abort())
        lock(other)
        unlock(other, practice)
        if script:
            # A page that was told nothing: its script has not renewed its token either.
            page = seen.context.new_page()
            page.goto(at(practice, practice.client))
            page.evaluate(AGED)
        page.get_by_role("button", name=name).click()
        page.wait_for_url("**/unlock**")
        assert "old" not in page.url
        other.goto(at(practice, "/clients"))
        expect(other.get_by_role("button", name="Unlock")).to_be_visible()
        # Its pulse goes on being stopped, and Chromium complains of that each time.
        untold.close()
        seen.complaints.clear()


def test_lock_keeps_words_that_are_in_no_save(browser: Browser, practice: Practice) -> None:
    with two_pages(browser, practice) as (_, page, other):
        type_words(page, practice)
        page.get_by_role("button", name="Lock").click()
        expect(page.get_by_text("is not saved yet")).to_be_visible()
        expect(other.get_by_role("heading", name="Locked")).to_be_visible()
        unlock(other, practice)
        expect(page.locator(FIELD)).to_have_value(WORDS)


def seconds_until_empty(page: Page, words: str) -> float:
    began = time.monotonic()
    while words in page.evaluate(HELD):
        assert time.monotonic() - began < 60, "it still shows the record"
        time.sleep(0.02)
    return time.monotonic() - began


def test_every_other_window_is_emptied_when_a_form_is_handed_over(
    browser: Browser, practice: Practice, record_property: Callable[[str, object], None]
) -> None:
    with two_pages(browser, practice) as (seen, page, note):
        note.goto(at(practice, f"{practice.session}/note"))
        note.get_by_label("Data", exact=True).fill("Words in a note.")
        expect(note.get_by_text("Saved").first).to_be_visible()
        edit = seen.context.new_page()
        type_words(edit, practice)
        # The control: both are read by what looks for them.
        assert "Words in a note." in note.evaluate(HELD) and WORDS in edit.evaluate(HELD)
        page.bring_to_front()
        hand_over(page, practice)
        took = max(seconds_until_empty(note, "Words in a note."), seconds_until_empty(edit, WORDS))
        record_property("seconds until the last window was empty", took)
        assert took < AT_ONCE
        for each in (note, edit):
            assert "Ana Reyes" not in each.evaluate(HELD)
            expect(each.get_by_role("heading", name="Locked")).to_be_visible()
        page.goto(at(practice, "/form/give-back"))
        page.get_by_role("button", name="Give back").click()
        expect(page.get_by_role("heading", name="Please give the laptop back")).to_be_visible()
        page.goto(at(practice, "/"))
        page.get_by_label("Passphrase", exact=True).fill(practice.words)
        page.get_by_role("button", name="Unlock").click()
        expect(page.get_by_role("heading", name="Before your client leaves")).to_be_visible()
        expect(edit.locator(FIELD)).to_have_value(WORDS)
        page.get_by_role("button", name="Look at it").click()
        page.wait_for_url("**/result")


def test_a_window_that_is_told_nothing_looks_for_itself_when_it_is_seen(
    browser: Browser, practice: Practice
) -> None:
    """The control for the one above: without being told, it still shows the record until it looks."""
    with two_pages(browser, practice) as (_, page, other):
        other.add_init_script("window.BroadcastChannel = class { postMessage() {} addEventListener() {} };")
        other.goto(at(practice, practice.client))
        page.bring_to_front()
        lock(page)
        assert "Ana Reyes" in other.evaluate(HELD)
        other.evaluate("() => window.dispatchEvent(new Event('focus'))")
        assert seconds_until_empty(other, "Ana Reyes") < AT_ONCE
        unlock(page, practice)


def test_pages_are_covered_when_the_program_has_ended(browser: Browser, practice: Practice) -> None:
    with two_pages(browser, practice) as (seen, page, _):
        page.goto(at(practice, practice.client))
        page.route("**/pulse", lambda route: route.abort())
        page.evaluate("() => window.dispatchEvent(new Event('focus'))")
        expect(page.get_by_role("heading", name="No answer from the program")).to_be_visible()
        assert "Ana Reyes" not in page.evaluate(HELD)
        page.unroute("**/pulse")
        page.evaluate("() => window.dispatchEvent(new Event('focus'))")
        expect(page.get_by_text("Ana Reyes").first).to_be_visible()
        seen.complaints.clear()


def test_a_button_that_a_locked_program_does_not_take_leads_to_the_cover(
    browser: Browser, practice: Practice
) -> None:
    with two_pages(browser, practice) as (_, page, other):
        page.goto(at(practice, practice.client))
        assert practice.running.browser().post("/lock", {}).status == 303
        page.get_by_role("button", name="Archive").click()
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        assert "Ana Reyes" not in page.evaluate(HELD)
        unlock(other, practice)
        expect(page.get_by_role("button", name="Archive")).to_be_visible()
