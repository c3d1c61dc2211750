"""Double clicks in both browsers: one record, and the page that a single click leads to."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.browser import chrome, conftest
from tests.browser.conftest import Practice
from tests.browser.marionette import Firefox
from tests.fixtures.waiting import wait_for
from tests.journeys import person, steps
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

ID = r"[0-9a-f-]{36}"


class Hand(Protocol):
    """What one hand does in a browser."""

    def go(self, path: str) -> None: ...
    def fill(self, selector: str, text: str) -> None: ...
    def choose(self, selector: str, value: str) -> None: ...
    def press_twice(self, words: str) -> None: ...
    def path(self) -> str: ...
    def heading(self) -> str: ...


class InChromium:
    """A hand in the Chromium of these tests."""

    def __init__(self, page: Page, host: str) -> None:
        self._page, self._host = page, host

    def go(self, path: str) -> None:
        self._page.goto(f"http://{self._host}{path}")

    def fill(self, selector: str, text: str) -> None:
        self._page.locator(selector).fill(text)

    def choose(self, selector: str, value: str) -> None:
        self._page.locator(selector).select_option(value)

    def press_twice(self, words: str) -> None:
        self._page.get_by_role("button", name=words, exact=True).first.dblclick(no_wait_after=True)

    def path(self) -> str:
        try:
            return str(self._page.evaluate("location.pathname + location.search"))
        except Error:
            return "between two pages"

    def heading(self) -> str:
        return self._page.locator("h1").first.inner_text()


class InFirefox:
    """A hand in Firefox."""

    def __init__(self, driven: Firefox, host: str) -> None:
        self._driven, self._host = driven, host

    def go(self, path: str) -> None:
        self._driven.go(f"http://{self._host}{path}")

    def fill(self, selector: str, text: str) -> None:
        self._driven.fill(selector, text)

    def choose(self, selector: str, value: str) -> None:
        self._driven.click(self._driven.find(f"{selector} option[value={value}]"))

    def press_twice(self, words: str) -> None:
        self._driven.double_click(self._driven.link(words))

    def path(self) -> str:
        return self._driven.address.partition(self._host)[2]

    def heading(self) -> str:
        # Between two pages what was found may be gone before it is read.
        return str(self._driven.until(lambda: self._driven.text("h1")))


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """A practice of this test's own, since it hands a form over."""
    with conftest.made(tmp_path) as practice:
        yield practice


@pytest.fixture(params=["chromium", "firefox"])
def hand(request: pytest.FixtureRequest, practice: Practice) -> Iterator[Hand]:
    """A browser, unlocked."""
    host = practice.running.host
    if request.param == "firefox":
        yield InFirefox(request.getfixturevalue("driven"), host)
        return
    browser: Browser = request.getfixturevalue("browser")
    with chrome.watched(browser, host) as seen:
        yield InChromium(practice.enter(seen), host)


@pytest.fixture
def me(practice: Practice) -> Person:
    """The same clinician elsewhere, who looks at what was recorded."""
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    return me


def there_are(me: Person, place: str, pattern: str) -> set[str]:
    """Every address of this kind that a page links to."""
    return set(re.findall(f'href="({pattern})"', me.open(place).source))


def arrived(hand: Hand, pattern: str) -> str:
    wait_for(lambda: re.fullmatch(pattern, hand.path()))
    return hand.path()


def test_one_client_one_session_and_one_entry(hand: Hand, me: Person) -> None:
    known = there_are(me, "/clients", f"/clients/{ID}")
    hand.go("/clients/new")
    hand.fill("#f-name", "Ben Okoro")
    hand.press_twice("Add this client")
    client = arrived(hand, f"/clients/{ID}")
    assert there_are(me, "/clients", f"/clients/{ID}") - known == {client}

    hand.press_twice("Start a session now")
    session = arrived(hand, f"/sessions/{ID}")
    assert there_are(me, client, f"/sessions/{ID}") == {session}

    hand.go(f"{client}/relationships/new")
    hand.fill("#f-word", "M.")
    hand.choose("#f-frame", "partner")
    hand.press_twice("Add this person")
    of_whom = arrived(hand, f"/relationships/{ID}")
    assert there_are(me, client, f"/relationships/{ID}") == {of_whom}

    hand.go(f"{client}/risk-entries/new")
    hand.fill("#f-did", "Rang the clinic.")
    hand.press_twice("Write this entry")
    entry = arrived(hand, f"/risk-entries/{ID}")
    assert there_are(me, f"{client}/risk-entries", f"/risk-entries/{ID}") == {entry}


def test_a_second_press_of_what_turns_the_page_says_nothing_wrong(
    hand: Hand, me: Person, practice: Practice
) -> None:
    hand.go("/")
    hand.press_twice("Cover")
    wait_for(lambda: hand.heading() == "A pause")
    hand.fill("#f-passphrase", practice.words)
    hand.press_twice("Unlock")
    assert arrived(hand, "/") == "/"
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    place = steps.place(steps.begin(me, practice.session))
    hand.go(f"{place}/hand-over")
    hand.press_twice("Hand over now")
    wait_for(lambda: hand.path().startswith("/form") and hand.heading())
    assert "not" not in hand.heading().lower()
