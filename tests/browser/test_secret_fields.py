"""A passphrase in a real browser: dots on the screen, nothing on the disk, no field that it keeps."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chrome, marionette, session_store
from tests.browser.conftest import Practice
from tests.fixtures.running import Running
from tests.journeys import person, steps

pytestmark = pytest.mark.browser

TYPED = "glacier mandolin unwrapped"
DOTS = "(field) => getComputedStyle(field).webkitTextSecurity"


def test_it_is_drawn_as_dots_until_it_is_shown(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host) as seen:
        page = seen.page("/unlock")
        field = page.get_by_label("Passphrase", exact=True)
        field.fill(TYPED)
        assert field.evaluate(DOTS) == "disc"
        seen.look(page, name="unlock")
        # What is copied from the dots is not on the clipboard.
        field.evaluate("(field) => { field.select(); window.copied = null; }")
        page.evaluate("addEventListener('copy', (event) => { window.copied = event.defaultPrevented; })")
        field.press("Control+c")
        assert page.evaluate("window.copied") is True
        page.get_by_label("Show what I type").check()
        assert field.evaluate(DOTS) == "none"
        assert field.input_value() == TYPED
        field.press("Control+c")
        assert page.evaluate("window.copied") is False
        page.get_by_label("Show what I type").uncheck()
        assert field.evaluate(DOTS) == "disc"
        expect(field).to_have_attribute("type", "text")


def test_firefox_draws_dots_and_keeps_nothing_of_it(firefox_path: str, tmp_path: Path) -> None:
    with (
        Running(tmp_path / "data", copied=True) as running,
        # As soon as it may: without this it writes down its pages every 15 seconds.
        marionette.opened(
            firefox_path, tmp_path / "profile", browser__sessionstore__interval=1000
        ) as firefox,
    ):
        me = person.over_http(running.browser())
        steps.set_up(me)
        me.press(me.open("/"), "Lock")
        firefox.come_in(running.host)
        firefox.go(f"http://{running.host}/unlock")
        firefox.fill("#f-passphrase", TYPED)
        dots = "return getComputedStyle(document.querySelector('#f-passphrase')).webkitTextSecurity"
        assert firefox.script(dots) == "disc"
        # The control: the same words in a field that the browser may restore after a crash.
        firefox.script(
            "const field = document.createElement('input'); field.id = 'loose';"
            "document.querySelector('main').append(field)"
        )
        firefox.fill("#loose", "loose" + TYPED)
        until = time.monotonic() + 60
        while (kept := session_store.read(tmp_path / "profile")).count(b"loose" + TYPED.encode()) == 0:
            assert time.monotonic() < until, "Firefox wrote down nothing"
            time.sleep(0.5)
        assert kept.replace(b"loose" + TYPED.encode(), b"").count(TYPED.encode()) == 0
