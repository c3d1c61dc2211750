"""The check in the background, and the snapshot that a lock leaves behind."""

from collections.abc import Iterator
from threading import Thread

import pytest
from sqlalchemy import select

from clinic_toolkit.journal import inventory_snapshot, list_facts
from clinic_toolkit.journal.inventory_snapshot import inventory_snapshot_table
from clinic_toolkit.store.storage_errors import StorageFull
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.web.access import background_check
from tests.fixtures.practices import NOW, Work
from tests.fixtures.sites import Site
from tests.fixtures.waiting import wait_for

STILL = "Still checking older entries"


@pytest.fixture(autouse=True)
def _every_fact_pays_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_snapshot, "MIN_UNSAVED_FACTS", 1)


@pytest.fixture
def site(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A practice with a session, opened with the facts of a snapshot, of which nothing is checked yet."""
    work = site.work
    work.session(work.client(), NOW.date())
    site.unlock()
    assert site.get("/").status_code == 200
    with writing(work.engine) as db:
        inventory_snapshot.save_snapshot(db, work.vault)
        work.vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
        inventory_snapshot.load_inventory(db, work.vault)
    site.unlock()
    assert list_facts.count_unchecked(work.vault) > 1
    return site


def saved_at(work: Work) -> int:
    with reading(work.engine) as db:
        return db.scalar(select(inventory_snapshot_table.c.seq)) or 0


def test_the_first_look_checks_a_small_practice_as_a_whole(site: Site) -> None:
    assert STILL not in site.get("/").text
    assert list_facts.count_unchecked(site.work.vault) == 0


def test_what_is_not_checked_at_the_first_look_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_check, "FIRST_LOOK_SECONDS", 0.0)
    assert STILL in site.get("/").text
    with reading(site.work.engine) as db:
        list_facts.check_for(db, site.work.vault, seconds=60)
    assert STILL not in site.get("/").text


@pytest.fixture
def thread(site: Site) -> Iterator[Thread]:
    """The thread of the process of the pages, which works whenever nobody asks for a page."""
    worker = site.app.worker
    thread = Thread(target=background_check.check_while_idle, args=(worker,), daemon=True)
    thread.start()
    yield thread
    worker.is_ending = True
    worker.was_unlocked.set()
    worker.end_of_pause.set()
    thread.join()


def test_the_rest_is_checked_while_nobody_asks_for_a_page(
    site: Site, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_check, "QUIET_SECONDS", 0.0)
    assert list_facts.count_unchecked(site.work.vault) > 1, "the control: nobody has unlocked yet"
    site.app.worker.was_unlocked.set()
    wait_for(lambda: list_facts.count_unchecked(site.work.vault) == 0)


def test_after_a_long_quiet_a_snapshot_is_saved(
    site: Site, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved_at(site.work)
    site.work.session(site.work.client("Ben Okafor"), NOW.date())
    site.get("/")
    monkeypatch.setattr(background_check, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(background_check, "LONG_QUIET_SECONDS", 0.0)
    site.app.worker.was_unlocked.set()
    wait_for(lambda: saved_at(site.work) > before)


@pytest.mark.parametrize("path", ["/lock", "/cover", "/quit"])
def test_a_lock_leaves_a_snapshot_behind(site: Site, path: str) -> None:
    before = saved_at(site.work)
    site.work.session(site.work.client("Ben Okafor"), NOW.date())
    site.get("/")
    assert saved_at(site.work) == before, "no page and no save writes one"
    site.post(path)
    assert site.app.worker.is_ending
    assert saved_at(site.work) > before


def test_a_snapshot_that_cannot_be_saved_keeps_nobody_from_locking(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise StorageFull

    site.work.session(site.work.client("Ben Okafor"), NOW.date())
    site.get("/")
    monkeypatch.setattr(inventory_snapshot, "save_snapshot", fail)
    assert site.post("/lock").status_code == 303
    assert site.app.worker.is_ending and not site.app.worker.logins
    assert "snapshot.not_saved" in caplog.messages
