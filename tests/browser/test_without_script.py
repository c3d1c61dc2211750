"""The same session in a browser that runs no script: nothing is lost but comfort."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Connection

from clinic_toolkit.journal import audit_entries, inventory_replay
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web.access import record_reading
from clinic_toolkit.web.screens import lock
from tests.browser import chrome
from tests.browser.conftest import Practice
from tests.fixtures import sites
from tests.fixtures.sites import Site

pytestmark = pytest.mark.browser


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def follow(page: Page, words: str) -> None:
    page.get_by_role("link", name=words).first.click()


def test_the_session_without_script(browser: Browser, practice: Practice) -> None:
    with chrome.watched(browser, practice.running.host, script=False) as seen:
        page = practice.enter(seen)
        practice.begin(page)
        press(page, "Continue")
        press(page, "It didn’t come up")
        press(page, "I’d rather not answer")
        press(page, "Back")
        expect(page.get_by_text("3 of 12")).to_be_visible()
        page.get_by_text("Write down what was said").click()
        page.get_by_label("In the client’s words").fill("In the kitchen.")
        page.get_by_label("Let’s talk about this").check()
        # Enter in a line of text would be a new line; in the answers it goes on.
        page.get_by_role("radio", name="Most of the time").check()
        page.keyboard.press("Enter")
        expect(page.get_by_text("4 of 12")).to_be_visible()
        press(page, "Pause and hide")
        follow(page, "Go on")
        while "/items/" in page.url:
            page.get_by_role("radio", name="Some of the time").check()
            page.get_by_role("button", name=re.compile("^(Continue|Check answers)$")).last.click()
        follow(page, "Change question 1")
        page.get_by_role("radio", name="Never").check()
        press(page, "Check answers")
        expect(page.get_by_text("In the kitchen.")).to_be_visible()
        press(page, "Finish")
        follow(page, "Look at it together")
        page.get_by_label("In your own words").fill("I can rest first.")
        press(page, "Save this")
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
        follow(page, "Done")
        follow(page, "Write the note")
        page.get_by_label("Plan", exact=True).fill("Next week.")
        press(page, "Save the draft")
        expect(page.get_by_text("Draft saved")).to_be_visible()
        press(page, "Read it through and sign")
        page.get_by_label("I have read this note").check()
        press(page, "Sign this note")
        expect(page.get_by_text("Signed by Nora Whelan")).to_be_visible()
        # Nothing is offered that only a script can do.
        follow(page, "Copy as plain text")
        expect(page.get_by_role("button", name="Copy as plain text")).to_have_count(0)
        press(page, "Lock")
        expect(page.get_by_role("button", name="Unlock")).to_be_visible()


@pytest.fixture
def long_trail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, threading.Event]]:
    """A practice that is served here, whose trail is read line by line once the event is set."""
    go_on, read_entries = threading.Event(), audit_entries.iter_entries_after

    def read_slowly(*words: Any, **more: Any) -> Iterator[audit_entries.ReadResult]:
        for number, result in enumerate(read_entries(*words, **more)):
            if threading.current_thread().name == "record reading" and number == 2:
                assert go_on.wait(60)
            yield result

    def open_with(db: Connection, typed: str) -> Vault:
        return key_slots.unlock_with_keys(db, site.work.vault.user_id, site.work.vault.unlocked_keys())

    monkeypatch.setattr(audit_entries, "iter_entries_after", read_slowly)
    monkeypatch.setattr(inventory_replay, "_ENTRIES_PER_REPORT", 1)
    monkeypatch.setattr(record_reading, "MAX_ENTRIES_AT_ONCE", 1)
    monkeypatch.setattr(practice_access, "is_fast_derivation", lambda seconds: False)
    monkeypatch.setattr(key_slots, "unlock_with_passphrase", open_with)
    with sites.served(tmp_path) as site:
        yield site, go_on
        go_on.set()


def test_a_long_unlock_says_how_far_it_is_and_leads_on(
    browser: Browser, long_trail: tuple[Site, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, go_on = long_trail
    # The page stands still as long as it is looked at.
    monkeypatch.setattr(lock, "REFRESH_SECONDS", 3600)

    def unlock(page: Page) -> None:
        page.goto(f"{site.origin}/unlock?back=/clients")
        page.get_by_label("Passphrase", exact=True).fill("glacier mandolin unwrapped")
        page.keyboard.press("Enter")
        page.wait_for_url("**/unlock/reading")
        expect(page.get_by_role("status")).to_contain_text(
            re.compile(r"^Reading the record once:\s[0-2] of [1-9]")
        )

    with chrome.watched(browser, site.settings.host) as seen:
        page = seen.page("/unlock")
        unlock(page)
        seen.look(page)
        # By keyboard alone: what comes first after the way into the page is Lock.
        for _ in range(2):
            page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Lock", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url("**/unlock")
    assert site.ends == ["locked"]
    # The next process: with it, the thread that was left has gone.
    go_on.set()
    assert site.app.extensions["clinic record reading"].ended.wait(60)
    go_on.clear()
    site.app.worker.is_ending = False
    monkeypatch.setattr(lock, "REFRESH_SECONDS", 1)
    with chrome.watched(browser, site.settings.host, script=False) as seen:
        page = seen.page("/unlock")
        unlock(page)
        go_on.set()
        page.wait_for_url(f"{site.origin}/clients")
