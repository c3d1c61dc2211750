"""The row for the clinician in a real browser: by button, by key, without a script, on a narrow screen."""

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser import chrome
from tests.browser.conftest import Practice
from tests.browser.test_keyboard import tab_to
from tests.journeys import crawl, person, steps
from tests.journeys.test_safety import ASKED, NO_OTHER, RAISING

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)
ROW = "For the clinician"


@pytest.fixture(scope="module")
def places(practice: Practice) -> dict[str, str]:
    """The pages on which the row stands, of a client with an open prompt."""
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, practice.session), RAISING))
    read = me.send(me.open(f"{practice.session}/note"), crawl.WRITTEN | {"sign": "yes"})
    return {
        "hour": practice.session,
        "before the end": f"{practice.session}/end",
        "client": practice.client,
        "note": f"{practice.session}/note",
        "sign": read.path,
        "finished": result.path.replace("result", "finished"),
    }


def at(page: Page, practice: Practice, path: str) -> None:
    page.goto(f"http://{practice.running.host}{path}")


def test_the_button_and_the_key_open_and_close_it_in_its_place(
    browser: Browser, practice: Practice, places: dict[str, str]
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        for name, path in places.items():
            at(page, practice, path)
            button = page.get_by_role("button", name=ROW, exact=True)
            expect(button).to_have_attribute("aria-expanded", "false")
            expect(page.get_by_text("F2 opens and closes it")).to_be_visible()
            page.set_viewport_size(chrome.NARROW)
            expect(page.get_by_text("F2 opens and closes it")).to_be_hidden()
            page.set_viewport_size(chrome.USUAL)
            assert ASKED not in page.content(), name
            button.click()
            expect(page.get_by_text(ASKED)).to_be_visible()
            expect(page.get_by_text(NO_OTHER)).to_be_visible()
            expect(button).to_have_attribute("aria-expanded", "true")
            seen.look(page, name=f"{name}, opened")
            button.click()
            expect(page.get_by_text(ASKED)).to_have_count(0)
            assert ASKED not in page.content(), name
            page.keyboard.press("F2")
            expect(page.get_by_text(ASKED)).to_be_visible()
            expect(page.get_by_role("region", name=ROW)).to_be_focused()
            page.keyboard.press("F2")
            expect(page.get_by_text(ASKED)).to_have_count(0)


def test_the_key_leads_back_to_where_one_was_writing(
    browser: Browser, practice: Practice, places: dict[str, str]
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        at(page, practice, places["note"])
        words = page.get_by_label("Plan", exact=True)
        words.fill("Next week")
        page.keyboard.press("F2")
        expect(page.get_by_text(ASKED)).to_be_visible()
        page.keyboard.press("F2")
        expect(words).to_be_focused()
        page.keyboard.press(".")
        expect(words).to_have_value("Next week.")


def test_by_keyboard_alone_a_prompt_is_found_before_any_button_and_closed_from_there(
    browser: Browser, practice: Practice, places: dict[str, str]
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        at(page, practice, places["before the end"])
        tab_to(page, ROW)
        main = page.locator("main")
        # In the order in which it is read, nothing that acts stands before it but the way one came.
        first = main.locator("button, a.button, input:not([type=hidden])").first
        expect(first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text(ASKED)).to_be_visible()
        tab_to(page, "Say what was done", most=3)
        page.keyboard.press("Enter")
        page.wait_for_url("**/risk-entry**")
        expect(page.get_by_role("radio", name="Asked today")).to_be_visible()
        page.get_by_role("link", name="Leave it open").click()
        page.wait_for_url("**/end")


def test_what_was_opened_is_closed_when_the_page_is_covered(
    browser: Browser, practice: Practice, places: dict[str, str]
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        at(page, practice, places["hour"])
        page.get_by_role("button", name=ROW, exact=True).click()
        expect(page.get_by_text(ASKED)).to_be_visible()
        page.evaluate("() => document.body.classList.add('covered')")
        page.wait_for_function("() => !document.querySelector('.unfolded')")
        assert ASKED not in page.content()


def test_on_a_phone_the_row_stands_above_every_heading_and_main_button(
    browser: Browser, practice: Practice, places: dict[str, str]
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.set_viewport_size(PHONE)
        for name, path in places.items():
            at(page, practice, path)
            row = page.locator("[data-unfold]")
            box = row.bounding_box()
            assert box, name
            tops = page.locator(
                "main .button.main:not([data-unfold] *), main h2:not(:has(+ [data-unfold])), main svg.chart"
            ).evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().top + scrollY)")
            assert all(box["y"] < top for top in tops), (name, box, tops)


def test_without_a_script_it_is_a_page_of_its_own(
    browser: Browser, practice: Practice, places: dict[str, str]
) -> None:
    with chrome.watched(browser, practice.running.host, script=False) as seen:
        page = practice.enter(seen)
        for name, path in places.items():
            at(page, practice, path)
            expect(page.get_by_text("F2 opens")).to_be_hidden()
            page.get_by_role("link", name=ROW, exact=True).click()
            expect(page.get_by_text(ASKED)).to_be_visible()
            page.get_by_role("link", name="Back to where you were").click()
            assert page.url.endswith(path), name
