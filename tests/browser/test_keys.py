"""One rule for the keys on every page with questions: what answers, what marks, and what never does."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chrome
from tests.browser.conftest import Practice

pytestmark = pytest.mark.browser

# As a French keyboard without Shift, an Arabic one, and a number pad whose arrows are on would send it.
ELSEWHERE = [("é", "Digit2"), ("٢", "Digit2"), ("۲", "Digit2"), ("2", "Digit7"), ("ArrowDown", "Numpad2")]


def press(page: Page, key: str, code: str, **more: object) -> None:
    """Send one key to whatever has the focus, as a keyboard of another country would."""
    page.evaluate(
        "(about) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...about}))",
        {"key": key, "code": code} | more,
    )


def answers(page: Page) -> dict[str, str]:
    """What is chosen on this page, by the name of its group."""
    found = page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('[type=radio]:checked')]"
        ".map((each) => [each.name, each.value]))"
    )
    return {str(name): str(value) for name, value in found.items()}


def saved(page: Page) -> None:
    """Wait until nothing typed is unsaved."""
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))


def whole(page: Page) -> None:
    """From a question to all of them on one page."""
    page.goto(re.sub(r"/items/.*", "/all", page.url))


def test_numbers_in_a_text_answer_nothing(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        whole(page)
        page.get_by_text("Write down what was said").first.click()
        words = page.get_by_label("In the client’s words, question 1", exact=True)
        # Opened to write in: the clinician looks at the client, not for the field.
        expect(words).to_be_focused()
        page.keyboard.type("Since 2019, about 3 times; two of 5.")
        saved(page)
        assert answers(page) == {}
        expect(words).to_have_value("Since 2019, about 3 times; two of 5.")
        page.reload()
        assert answers(page) == {}
        # The control: the same keys where they answer.
        page.keyboard.press("3")
        assert answers(page) == {"1-answer": "2"}


def test_the_page_opens_at_the_first_question_left_open(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_be_in_viewport(ratio=1)
        page.keyboard.press("5")
        assert answers(page) == {"answer": "4"}
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/items/2$"))
        whole(page)
        expect(page.locator(":focus")).to_have_attribute("name", "2-answer")
        page.keyboard.press("1")
        assert answers(page) == {"1-answer": "4", "2-answer": "0"}
        expect(page.locator(":focus")).to_have_attribute("name", "3-answer")
        expect(page.locator(":focus")).to_be_in_viewport()


def test_a_mark_beside_the_answers_is_no_way_to_leave_them_open(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        page.get_by_label("Let’s talk about this").focus()
        page.keyboard.press("5")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/items/2$"))
        page.get_by_role("button", name="I’d rather not answer").focus()
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/items/3$"))
        page.goto(re.sub("/items/3", "/check", page.url))
        assert page.locator(".given > span").all_inner_texts()[:3] == [
            "Nearly all the time",
            "Some of the time",
            "Left open",
        ]


def test_a_key_that_is_held_down_answers_once(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        whole(page)
        for _ in range(6):
            page.keyboard.down("2")
        page.keyboard.up("2")
        assert answers(page) == {"1-answer": "1"}
        page.keyboard.press("2")
        assert answers(page) == {"1-answer": "1", "2-answer": "1"}


@pytest.mark.parametrize(("key", "code"), ELSEWHERE)
def test_digits_of_other_keyboards(browser: Browser, practice: Practice, key: str, code: str) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        for held in ("ctrlKey", "altKey", "metaKey", "modifierAltGraph", "repeat", "isComposing"):
            press(page, key, code, **{held: True})
            assert answers(page) == {}, held
        press(page, key, code)
        assert answers(page) == {"answer": "1"}
        press(page, "6", "Digit6")
        press(page, "!", "Digit1", shiftKey=True)
        assert answers(page) == {"answer": "1"}


@pytest.mark.parametrize("everything", [False, True], ids=["one question", "all questions"])
def test_one_key_marks_and_one_opens_what_was_said(
    browser: Browser, practice: Practice, everything: bool
) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        if everything:
            whole(page)
        expect(page.get_by_text("W opens what was said")).to_be_visible()
        talk = page.get_by_label("Let’s talk about this").first
        page.keyboard.press("t")
        expect(talk).to_be_checked()
        page.keyboard.press("t")
        expect(talk).not_to_be_checked()
        press(page, "е", "KeyT")  # a Russian keyboard
        expect(talk).to_be_checked()
        page.keyboard.press("w")
        words = page.get_by_label("In the client’s words").first
        expect(words).to_be_focused()
        page.keyboard.type("two 2 t")
        expect(words).to_have_value("two 2 t")
        expect(talk).to_be_checked()
        page.keyboard.press("Escape")
        assert answers(page) == {}
        page.keyboard.press("3")
        assert list(answers(page).values()) == ["2"]
        saved(page)
        # What lies at another place on a French keyboard goes by what it writes.
        page.get_by_role("radio").first.focus()
        press(page, "z", "KeyW")
        expect(page.get_by_role("radio").first).to_be_focused()


def test_keys_never_choose_a_way_not_to_answer(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        whole(page)
        for key in "6789":
            page.keyboard.press(key)
        assert answers(page) == {}
