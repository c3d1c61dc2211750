"""The six words offered for a new passphrase stay until one is chosen, at most for a quarter of an hour."""

import re

import pytest

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.record.people import secret_changes
from clinic_toolkit.vault import key_slot_changes
from clinic_toolkit.web.access import short_lived_values
from clinic_toolkit.web.perimeter import timeouts
from clinic_toolkit.web.screens import lock
from tests.fixtures import passphrase_checks
from tests.fixtures.sites import Site

RIGHT = "glacier mandolin unwrapped"
PATHS = ["/practice/passphrase", "/practice/new-keys", "/unlock/choose"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == RIGHT, psychotherapy_key=b"\5" * 32)


def offered(text: str) -> str:
    found = re.search(r'<p class="words-offered">([a-z -]+)</p>', text)
    assert found and len(found[1].split()) == 6
    return found[1]


def open_with_sheet(site: Site) -> None:
    groups = {f"group{number}": group for number, group in enumerate(site.work.groups, 1)}
    assert site.post("/unlock/sheet", groups).headers["Location"] == "/unlock/choose"


def opened(locked: Site, path: str) -> Site:
    if path == "/unlock/choose":
        open_with_sheet(locked)
    else:
        locked.unlock()
    return locked


@pytest.mark.parametrize("path", PATHS)
def test_they_stay_on_reload_and_after_an_error_and_go_when_chosen(locked: Site, path: str) -> None:
    site = opened(locked, path)
    words = offered(site.get(path).text)
    assert offered(site.get(path).text) == words
    weak = {"present_passphrase": RIGHT, "passphrase": "short", "passphrase_again": "short"}
    page = site.post(path, weak)
    assert page.status_code == 422 and offered(page.text) == words
    assert offered(site.get(path).text) == words
    assert site.app.worker.logins, "the control"
    typed = {"present_passphrase": RIGHT, "passphrase": words, "passphrase_again": words}
    assert site.post(path, typed).status_code == 303
    [login] = site.app.worker.logins.values()
    assert words not in login.values.values()
    assert offered(site.get("/practice/passphrase").text) != words


@pytest.mark.parametrize("path", PATHS)
def test_they_go_after_a_quarter_of_an_hour(locked: Site, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    site = opened(locked, path)
    words = offered(site.get(path).text)
    [login] = site.app.worker.logins.values()
    assert words in login.values.values(), "the control"
    later = timeouts.suspend_aware_clock() + short_lived_values.LIFETIME_SECONDS
    monkeypatch.setattr(timeouts, "suspend_aware_clock", lambda: later)
    short_lived_values.discard_expired(site.app.worker)
    assert words not in login.values.values()
    # A page that is still open keeps the words that somebody writes down from it.
    page = site.post(path, {"offered_passphrase": words, "passphrase": "short", "passphrase_again": "short"})
    if path != "/practice/new-keys":
        assert offered(page.text) == words


def test_those_of_the_setup_go_after_a_quarter_of_an_hour(
    locked: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, now = locked.app.worker, timeouts.suspend_aware_clock()
    worker.setup_words = ("six invented words", now)
    monkeypatch.setattr(
        timeouts, "suspend_aware_clock", lambda: now + short_lived_values.LIFETIME_SECONDS - 1
    )
    locked.app.reason_to_end()
    assert worker.setup_words
    monkeypatch.setattr(timeouts, "suspend_aware_clock", lambda: now + short_lived_values.LIFETIME_SECONDS)
    locked.app.reason_to_end()
    assert worker.setup_words is None


def test_they_are_in_no_cookie_and_another_login_has_others(site: Site) -> None:
    first = site.get("/practice/passphrase")
    words = offered(first.text)
    assert not any(word in str(first.headers.getlist("Set-Cookie")) for word in words.split())
    site.app.worker.logins.clear()
    site.unlock()
    assert offered(site.get("/practice/passphrase").text) != words


def test_the_first_page_after_a_new_passphrase_says_once_that_it_is_in_use(
    locked: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_with_sheet(locked)
    monkeypatch.setattr(secret_changes, "change_passphrase", lambda *_, **__: None)
    typed = {"passphrase": "short", "passphrase_again": "short"}
    assert lock.CHANGED_MESSAGE not in locked.post("/unlock/choose", typed).text
    chosen = "walnut ferry candle oblong meadow trumpet"
    typed = {"passphrase": chosen, "passphrase_again": chosen}
    assert locked.post("/unlock/choose", typed).headers["Location"] == "/"
    assert lock.CHANGED_MESSAGE in locked.get("/").text
    assert lock.CHANGED_MESSAGE not in locked.get("/").text
