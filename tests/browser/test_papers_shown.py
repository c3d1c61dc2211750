"""A paper in a real browser: in the frame of our page, gone with the keys, and never saved unasked."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chrome, marionette
from tests.browser.chrome import Watched
from tests.browser.conftest import Practice, made
from tests.journeys import person, steps
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

VIEWER = "chrome-extension://"
LOOK_NOW = "document.dispatchEvent(new Event('visibilitychange'))"


def unlocked_elsewhere(practice: Practice) -> Person:
    """Another browser of the same clinician."""
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    return me


def note_of(me: Person, practice: Practice) -> str:
    """The address of the paper of a draft."""
    page = me.open(f"{practice.session}/note")
    return me.send(page, {"section-data": "Came on time."}).link("Print the draft")


def opened(seen: Watched, page: Page, path: str) -> None:
    """Open the page of a paper, and wait until the viewer stands in its frame."""
    page.on("download", lambda each: seen.wrong.append(f"saved: {each.suggested_filename}"))
    page.goto(f"http://{seen.host}{path}")
    shows_it(page)


def viewers(page: Page) -> list[str]:
    """The browser's own viewers inside this page."""
    return [frame.url for frame in page.frames if frame.url.startswith(VIEWER)]


def shows_it(page: Page) -> None:
    until = time.monotonic() + 30
    while not viewers(page):
        assert time.monotonic() < until, [frame.url for frame in page.frames]
        page.wait_for_timeout(50)
    expect(page.get_by_role("button", name="Print", exact=True)).to_be_visible()


def emptied(page: Page) -> None:
    page.wait_for_function("() => frames.length === 0")
    assert viewers(page) == []
    assert page.locator("[data-paper]").count() == 0


def test_it_stands_in_a_frame_and_goes_with_the_keys(with_viewer: Browser, practice: Practice) -> None:
    with chrome.watched(with_viewer, practice.running.host) as seen:
        me = unlocked_elsewhere(practice)
        path = note_of(me, practice)
        page = practice.enter(seen)
        opened(seen, page, path)
        expect(page.get_by_role("button", name="Print", exact=True)).to_be_focused()
        # Another window puts the keys away: the viewer goes, and is not only hidden.
        me.press(me.open("/"), "Lock")
        page.evaluate(LOOK_NOW)
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        expect(page).to_have_title("Locked · Clinic toolkit")
        emptied(page)
        for way in ("Lock", "F8"):
            page = practice.enter(seen)
            opened(seen, page, path)
            page.get_by_role("button", name="Lock").click() if way == "Lock" else page.keyboard.press(way)
            page.wait_for_url("**/unlock**")
            emptied(page)
        # The browser tells of the pulse that found the keys away.
        seen.complaints = [each for each in seen.complaints if "401" not in each]


def test_it_goes_when_the_device_is_handed_over(with_viewer: Browser, tmp_path: Path) -> None:
    with made(tmp_path) as practice, chrome.watched(with_viewer, practice.running.host) as seen:
        me = unlocked_elsewhere(practice)
        path = note_of(me, practice)
        page = practice.enter(seen)
        opened(seen, page, path)
        me.press(me.follow(steps.begin(me, practice.session), "Hand it to the client"), "Hand over now")
        until = time.monotonic() + 60
        # Between two workers nobody answers: the page asks again, as it does every twenty seconds.
        while not page.get_by_role("heading", name="Locked").count():
            assert time.monotonic() < until, page.url
            page.evaluate(LOOK_NOW)
            page.wait_for_timeout(200)
        emptied(page)
        seen.complaints.clear()


def test_it_is_saved_only_by_an_act(with_viewer: Browser, practice: Practice) -> None:
    with chrome.watched(with_viewer, practice.running.host) as seen:
        path = note_of(unlocked_elsewhere(practice), practice)
        page = practice.enter(seen)
        opened(seen, page, path)
        assert seen.wrong == []
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Save a copy as a file").click()
        assert re.fullmatch(r"note-20\d\d-\d\d-\d\d-\d{6}\.pdf", waiting.value.suggested_filename)
        assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-")
        assert seen.wrong == [f"saved: {waiting.value.suggested_filename}"]
        seen.wrong.clear()
        shows_it(page)


def test_a_browser_without_a_viewer_says_so_and_saves_nothing(browser: Browser, practice: Practice) -> None:
    """The one without windows would save every PDF as soon as it is sent one."""
    with chrome.watched(browser, practice.running.host) as seen:
        path = note_of(unlocked_elsewhere(practice), practice)
        page = practice.enter(seen)
        page.on("download", lambda each: seen.wrong.append(f"saved: {each.suggested_filename}"))
        assert page.evaluate("navigator.pdfViewerEnabled") is False
        page.goto(f"http://{practice.running.host}{path}")
        expect(page.get_by_text("This browser cannot show a paper on a page.")).to_be_visible()
        assert page.locator("iframe").count() == 0
        seen.look(page, name="paper without a viewer")
        assert seen.wrong == []
        with page.expect_download():
            page.get_by_role("button", name="Save a copy as a file").click()
        assert len(seen.wrong) == 1
        seen.wrong.clear()


def test_keep_this_and_print_the_page_opens_it_to_print(with_viewer: Browser, practice: Practice) -> None:
    with chrome.watched(with_viewer, practice.running.host) as seen:
        me = unlocked_elsewhere(practice)
        result = steps.finish(me, steps.answer_all(me, steps.begin(me, practice.session), [3] * 12))
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}{result.link('Look at it together')}")
        page.get_by_label("In your own words").fill("I can rest before I say yes.")
        page.get_by_role("button", name="Save this and print the page").click()
        shows_it(page)
        # The client is looking on: no menu, and back to the same page.
        assert page.get_by_role("navigation").count() == 0
        page.get_by_role("link", name="Back").click()
        expect(page.get_by_label("In your own words")).to_have_value("I can rest before I say yes.")


def test_firefox_shows_it_in_the_frame_and_empties_it(firefox_path: str, tmp_path: Path) -> None:
    with (
        made(tmp_path) as practice,
        marionette.opened(firefox_path, tmp_path / "profile") as firefox,
    ):
        host = practice.running.host
        me = unlocked_elsewhere(practice)
        path = note_of(me, practice)
        firefox.come_in(host)
        firefox.go(f"http://{host}/unlock")
        firefox.fill("#f-passphrase", practice.words)
        firefox.press(marionette.ENTER)
        firefox.until(lambda: firefox.address == f"http://{host}/")
        firefox.go(f"http://{host}{path}")
        frame = firefox.find("iframe[data-paper]")
        firefox.until(lambda: firefox.script("return !document.querySelector('[data-print-paper]').hidden"))
        firefox.ask("WebDriver:SwitchToFrame", element=frame)
        firefox.until(lambda: "Came on time." in firefox.text("#viewer"))
        firefox.ask("WebDriver:SwitchToFrame", id=None)
        me.press(me.open("/"), "Lock")
        firefox.script(LOOK_NOW)
        firefox.until(lambda: "Locked" in firefox.text("#cover"))
        assert firefox.script("return frames.length + document.querySelectorAll('[data-paper]').length") == 0
        assert [file.name for file in tmp_path.rglob("*.pdf") if file.is_file()] == []
