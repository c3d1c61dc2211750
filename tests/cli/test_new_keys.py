"""Every key replaced in the real program: it locks, and the next process opens the new files."""

import re
import sys
from pathlib import Path

import pytest

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.journal import audit_log, key_slot_events
from clinic_toolkit.record.people.practice_record import AccessEvent
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.vault import header_backup, key_slot_changes
from tests.fixtures import practices
from tests.fixtures.practices import NOW
from tests.fixtures.running import Browser, Running
from tests.fixtures.waiting import wait_for

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="the processes are looked for in /proc"),
]
FIRST, SECOND = "harvest lantern unpaved mitten orchard velvet", "ottoman velvet cinder plume hazard lake"
PAGE = "/practice/new-keys"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A practice with a client, which the first words open."""
    work = practices.at_work(tmp_path)
    with writing(work.engine) as db:
        key_slot_changes.replace_passphrase(db, work.vault, FIRST, cost=MIN_COST)
        header_backup.write_before_commit(db, work.vault)
        event = key_slot_events.with_slot_generation(AccessEvent.PHRASE_CHANGED, work.vault)
        audit_log.append_entry(db, work.vault, event, now=NOW)
    work.client("Ana Reyes")
    work.engine.dispose()
    return tmp_path / "data"


def unlocks(browser: Browser, passphrase: str) -> bool:
    """Whether this passphrase opens the practice from the lock page."""
    fields = {"passphrase": passphrase, "csrf_token": browser.get("/unlock").token}
    return browser.post("/unlock", fields).status == 303


def test_it_locks_and_only_the_new_words_open_it(place: Path) -> None:
    with Running(place, copied=True) as running:
        browser = running.browser()
        assert unlocks(browser, FIRST)
        worker = running.workers()[0]
        chosen = {"present_passphrase": FIRST, "passphrase": SECOND, "passphrase_again": SECOND}
        assert browser.post(PAGE, chosen | {"csrf_token": browser.get(PAGE).token}).status == 303
        groups = re.findall(r"<strong>([0-9A-Z]{5})</strong>", browser.get(f"{PAGE}/sheet").text)[:8]
        page = browser.get(PAGE)
        asked = re.findall(r'name="group_(\d)"', page.text)
        typed = {f"group_{number}": groups[int(number) - 1] for number in asked}
        assert browser.post(PAGE, typed | {"csrf_token": page.token}).status == 303
        wait_for(lambda: worker not in running.workers())
        browser = running.browser()
        assert "Ana Reyes" not in browser.get("/clients").text
        assert not unlocks(browser, FIRST)
        browser = running.browser()
        assert unlocks(browser, SECOND)
        assert "Ana Reyes" in browser.get("/clients").text
        assert running.stop() == 0
    assert not list(place.glob("clinic.successor*")) and not list(place.glob("clinic.db.rescued*"))
    assert not (place / "clinic.missing").exists()
