"""Two browsers with one way to lead them, for tests of what is told in both."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from playwright.sync_api import Browser
from playwright.sync_api import Page as ChromiumPage

from tests.browser import accessibility_tree, chrome
from tests.browser.accessibility_tree import Heard
from tests.browser.marionette import Firefox
from tests.browser.reused_firefox import Firefoxes

LONGEST = 60.0


class Reader(Protocol):
    """One browser that was let into a program."""

    host: str

    def go(self, path: str) -> None:
        """Open a page of the program."""

    def run(self, body: str) -> Any:
        """Run a function's body in the page."""

    def told(self) -> list[Heard]:
        """What is told of the page, in order."""

    def printed(self) -> bytes:
        """The page as the browser prints it, without backgrounds: a PDF."""


class InChromium:
    """Chromium, over its DevTools protocol."""

    def __init__(self, page: ChromiumPage, host: str) -> None:
        self.page, self.host = page, host

    def go(self, path: str) -> None:
        """Open a page of the program."""
        self.page.goto(f"http://{self.host}{path}")

    def run(self, body: str) -> Any:
        """Run a function's body in the page."""
        return self.page.evaluate(f"() => {{ {body} }}")

    def told(self) -> list[Heard]:
        """What is told of the page, in order."""
        return accessibility_tree.in_chromium(self.page)

    def printed(self) -> bytes:
        """The page as a PDF, without backgrounds."""
        return self.page.pdf(print_background=False)


class InFirefox:
    """Firefox, over Marionette."""

    def __init__(self, driven: Firefox, host: str) -> None:
        self.driven, self.host = driven, host

    def go(self, path: str) -> None:
        """Open a page of the program."""
        self.driven.go(f"http://{self.host}{path}")

    def run(self, body: str) -> Any:
        """Run a function's body in the page."""
        return self.driven.script(body)

    def told(self) -> list[Heard]:
        """What is told of the page, in order."""
        return accessibility_tree.in_firefox(self.driven)

    def printed(self) -> bytes:
        """The page as a PDF, without backgrounds."""
        return self.driven.printed()


@contextmanager
def in_chromium(browser: Browser, host: str) -> Iterator[Reader]:
    """A Chromium that was let in, and is locked."""
    context = browser.new_context(viewport=chrome.USUAL, reduced_motion="reduce")
    try:
        yield InChromium(chrome.come_in(context, host), host)
    finally:
        context.close()


@contextmanager
def in_firefox(firefoxes: Firefoxes, host: str) -> Iterator[Reader]:
    """A Firefox that was let in, and is locked."""
    with firefoxes.lent() as driven:
        driven.come_in(host)
        yield InFirefox(driven, host)


def unlock(reader: Reader, words: str) -> None:
    """Type the passphrase; ends on the first page after it."""
    reader.go("/unlock")
    reader.run(
        f"document.querySelector('#f-passphrase').value = '{words}';"
        " document.querySelector('main form').requestSubmit()"
    )
    until(lambda: reader.run("return document.querySelector('h1').innerText") != "Unlock")


def press(reader: Reader, words: str) -> None:
    """Press the button or follow the link with these words, and wait for the page that comes."""
    reader.run(
        "window.before = true; [...document.querySelectorAll('main button, main a, .bar button')]"
        f".find((each) => each.innerText.trim() === '{words}').click()"
    )
    until(lambda: reader.run("return !window.before && document.readyState === 'complete'"))


def until(so: Callable[[], Any]) -> Any:
    """Wait until this is so. A page that is being left counts as not yet."""
    end = time.monotonic() + LONGEST
    while True:
        try:
            found = so()
        except Exception as unready:  # each browser has its own, and says the same by it
            found, why = None, unready
            if time.monotonic() > end:
                raise AssertionError("it did not come about") from why
        if found:
            return found
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
