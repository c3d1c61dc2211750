"""The session by keyboard alone: what the keys do, where the focus is, and when they do nothing."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chrome
from tests.browser.conftest import Practice

pytestmark = pytest.mark.browser


def tab_to(page: Page, words: str, *, most: int = 40) -> None:
    """Press Tab until the element with these words has the focus, as a person would."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement;"
            " return [e.innerText, e.ariaLabel, e.labels?.[0]?.innerText, e.value].join(' ') }"
        )
        if words in here:
            return
    raise AssertionError(f"{words!r} cannot be reached by Tab")


def chosen(page: Page) -> str | None:
    """The value that is chosen on this page."""
    value = page.evaluate("() => document.querySelector('[name=answer]:checked')?.value ?? null")
    return None if value is None else str(value)


def test_a_questionnaire_by_keyboard_alone(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        for number in range(1, 13):
            # The question has the focus with its answers, so that it is read out; nothing is chosen.
            question = page.get_by_role("heading", level=1).inner_text()
            expect(page.get_by_role("group", name=question)).to_be_focused()
            assert chosen(page) is None
            page.keyboard.press(str(number % 5 + 1))
            assert chosen(page) == str(number % 5)
            expect(page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
            # Enter in the answers goes on, and is never a way not to answer.
            page.keyboard.press("Enter")
            page.wait_for_url(re.compile(rf"/items/{number + 1}$" if number < 12 else "/check$"))
        expect(page.get_by_text("Nearly all the time")).to_have_count(2)
        expect(page.get_by_text("It didn’t come up")).to_have_count(0)
        tab_to(page, "Finish")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/finished$"))
        tab_to(page, "Look at it together")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/together$"))


def test_the_keys_answer_only_while_the_answers_have_the_focus(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        page.evaluate("() => document.activeElement.blur()")
        page.keyboard.press("3")
        assert chosen(page) is None
        page.get_by_text("Write down what was said").click()
        words = page.get_by_label("In the client’s words")
        words.press_sequentially("12345")
        assert chosen(page) is None
        expect(words).to_have_value("12345")
        page.get_by_role("button", name="Continue", exact=True).focus()
        page.keyboard.press("2")
        assert chosen(page) is None
        # The control: the same key with the focus in the answers, and not with Ctrl.
        page.get_by_role("radio").first.focus()
        page.keyboard.press("Control+4")
        assert chosen(page) is None
        page.keyboard.press("4")
        assert chosen(page) == "3"
        page.keyboard.press("9")
        assert chosen(page) == "3"


def test_the_focus_can_be_seen_and_starts_with_a_way_past_the_menu(
    browser: Browser, practice: Practice
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
        seen_on = 0
        for seen_on in range(12):  # noqa: B007
            outline = page.evaluate(
                "() => { const here = document.activeElement, s = getComputedStyle(here);"
                " return [s.outlineStyle, parseFloat(s.outlineWidth), s.boxShadow, here.tagName] }"
            )
            if outline[3] == "BODY":
                break
            assert (outline[0] != "none" and outline[1] >= 2) or outline[2] != "none", outline
            page.keyboard.press("Tab")
        assert seen_on >= 6


def test_what_was_saved_is_there_after_the_page_is_gone(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page, "What flows well")
        page.get_by_role("radio", name="Most of the time").check()
        expect(page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        url = page.url
        page.close()
        again = seen.context.new_page()
        again.goto(url)
        assert chosen(again) == "3"
        expect(again.locator("[data-status]")).to_have_text("Saved")


def test_two_windows_at_one_note_are_told_of_each_other(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        one = practice.enter(seen)
        one.goto(f"http://{practice.running.host}{practice.session}/note")
        other = seen.context.new_page()
        other.goto(one.url)
        one.get_by_label("Data", exact=True).fill("From the first window.")
        expect(one.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        other.get_by_label("Data", exact=True).fill("From the second window.")
        status = other.locator("[data-status]")
        expect(status).to_contain_text("was changed in another window", ignore_case=True)
        expect(other.get_by_label("Data", exact=True)).to_have_value("From the second window.")
        other.get_by_role("button", name="Save the draft").click()
        expect(other.get_by_text("From the first window.")).to_be_visible()
        expect(other.get_by_label("Data", exact=True)).to_have_value("From the second window.")
        assert all("409" in each for each in seen.complaints)
        seen.complaints.clear()


def test_the_whole_form_by_keyboard_alone(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        page.goto(re.sub(r"/items/.*", "/all", page.url))
        for number in range(1, 13):
            assert page.evaluate("() => document.activeElement.name") == f"{number}-answer"
            page.keyboard.press(str(number % 5 + 1))
        expect(page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
        tab_to(page, "Check answers")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/check$"))
        expect(page.get_by_text("Nearly all the time")).to_have_count(2)


def test_a_screen_reader_is_told_the_question_with_its_answers(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        question = page.get_by_role("heading", level=1).inner_text()
        group = page.get_by_role("group", name=question)
        for label in (
            "Never",
            "Some of the time",
            "About half the time",
            "Most of the time",
            "Nearly all the time",
        ):
            expect(group.get_by_role("radio", name=label, exact=True)).to_have_count(1)
        heard = page.locator("main").aria_snapshot()
        # No answer carries a number, and no picture or dot is left without words.
        assert not re.search(r'radio "[^"]*\d', heard)
        assert not re.search(r"- (img|button|link|checkbox|radio)(?! \")", heard), heard
