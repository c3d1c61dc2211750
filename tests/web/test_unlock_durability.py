"""What lets a browser in counts only once it is on the disk, and nothing but a person keeps it in."""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import event

from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store.sqlite.connections import writer_engine
from clinic_toolkit.store.storage_errors import StorageFull
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.vault import identity, key_slots, unlock_attempts
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard, pending_recovery_sheet, unlocking
from tests.fixtures import second_identity
from tests.fixtures.sites import TOKEN, Site

TYPED = {"passphrase": "glacier mandolin unwrapped"}


@contextmanager
def full_disk_at_commit(site: Site) -> Iterator[None]:
    def refuse(db: object) -> NoReturn:
        raise StorageFull

    writer = writer_engine(site.work.engine)
    event.listen(writer, "commit", refuse)
    try:
        yield
    finally:
        event.remove(writer, "commit", refuse)


@pytest.fixture
def lock(locked: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A locked site that opens with anything, without the second of work."""
    monkeypatch.setattr(
        practice_access, "unlock_with_passphrase", lambda db, typed, *, now, max_entries: locked.work.vault
    )
    return locked


def test_nobody_is_in_if_the_line_about_the_unlocking_did_not_reach_the_disk(lock: Site) -> None:
    with full_disk_at_commit(lock):
        page = lock.post("/unlock", TYPED)
    assert page.status_code == 503
    assert TYPED["passphrase"] not in page.text
    assert lock.ends == ["not let in"]
    assert not lock.app.worker.logins
    assert lock.get("/pulse", **{"X-Pulse": "1"}).status_code == 401
    # The same in the next process, with room on the disk.
    lock.app.worker.is_ending = False
    assert lock.post("/unlock", TYPED).status_code == 303
    assert lock.ends == ["not let in"]
    assert lock.get("/pulse", **{"X-Pulse": "1"}).status_code == 200


def test_a_second_browser_goes_on_with_the_vault_of_the_first(
    lock: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one saves the other must know of, or it would take an older version for the newest."""
    work = lock.work
    with reading(work.engine) as db:
        twin = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
    assert lock.post("/unlock", TYPED).status_code == 303
    monkeypatch.setattr(
        practice_access, "unlock_with_passphrase", lambda db, typed, *, now, max_entries: twin
    )
    second = replace(lock)
    assert second.post("/unlock", TYPED).status_code == 303
    assert len(lock.app.worker.logins) == 2
    assert {id(each.vault) for each in lock.app.worker.logins.values()} == {id(work.vault)}


def test_another_clinician_has_another_vault_and_shares_it_among_browsers(
    lock: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    founder, colleague = second_identity.at_work_together(lock.work)
    twin = second_identity.reopened(lock.work.engine, colleague.vault)
    for vault in (founder.vault, colleague.vault, twin):
        monkeypatch.setattr(
            practice_access,
            "unlock_with_passphrase",
            lambda db, typed, *, now, max_entries, vault=vault: vault,
        )
        assert replace(lock).post("/unlock", TYPED).status_code == 303
    open_now = [id(each.vault) for each in lock.app.worker.logins.values()]
    assert open_now == [id(founder.vault), id(colleague.vault), id(colleague.vault)]


def test_a_practice_that_did_not_reach_the_disk_was_never_set_up(
    lock: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "has_practice", lambda db: False)

    def view() -> str:
        context.log_in(lock.work.vault)
        return "in"

    def token() -> str:
        found = TOKEN.search(lock.get("/setup").text)
        assert found
        return found[1]

    path = lock.route(guard.allow_always(view))
    monkeypatch.setattr(lock, "token", token)
    with full_disk_at_commit(lock):
        assert lock.post(path).status_code == 503
    assert not lock.app.worker.has_practice
    assert lock.get("/").headers["Location"] == "/setup"
    assert lock.post(path).text == "in"
    assert lock.app.worker.has_practice


@pytest.mark.parametrize(
    ("trouble", "said"), [(errno.ENOSPC, "The disk is full"), (errno.EROFS, "write-protected")]
)
def test_a_try_that_cannot_be_counted_is_not_made_and_its_secret_goes(
    lock: Site, monkeypatch: pytest.MonkeyPatch, trouble: int, said: str
) -> None:
    def refuse(folder: Path) -> NoReturn:
        raise OSError(trouble, os.strerror(trouble))

    monkeypatch.setattr(unlock_attempts, "record_unnamed_failure", refuse)
    page = lock.post("/unlock", TYPED)
    assert page.status_code == 503
    assert said in page.text
    assert lock.ends == ["not opened"]
    assert not lock.app.worker.logins


def test_a_sheet_that_did_not_reach_the_disk_is_not_the_one_to_print(site: Site) -> None:
    asked_for = [("OLD",) * 8, ("NEW",) * 8, ("NEW",) * 8]

    def view() -> str:
        pending_recovery_sheet.store_pending_sheet(asked_for.pop(0))
        return "held"

    path = site.route(view)
    here = site.app.worker.logins["known"]
    assert site.post(path).text == "held"
    with full_disk_at_commit(site):
        assert site.post(path).status_code == 503
    assert here.values["drawn sheet"].groups == ("OLD",) * 8
    site.post(path)
    assert here.values["drawn sheet"].groups == ("NEW",) * 8


def test_the_detour_after_the_sheet_ends_only_with_a_passphrase_on_the_disk(site: Site) -> None:
    def view() -> str:
        context.record_passphrase_chosen()
        return "chosen"

    path = site.route(guard.allow_always(view))
    here = site.app.worker.logins["known"]
    here.must_choose_passphrase = True
    with full_disk_at_commit(site):
        assert site.post(path).status_code == 503
    assert here.must_choose_passphrase
    site.post(path)
    assert not here.must_choose_passphrase


def test_time_spent_waiting_in_reserve_is_no_delay_served(locked: Site) -> None:
    for _ in range(4):
        unlock_attempts.record_unnamed_failure(locked.settings.data_folder)
    # A worker that was imported long ago, and is told only now to answer.
    locked.app.worker.serving_since = time.monotonic() - 3600
    locked.app.attach_store(locked.work.engine)
    with locked.app.app_context():
        assert 7 < unlocking.seconds_until_next_attempt() <= 8
        locked.app.worker.serving_since -= 5
        assert 2 < unlocking.seconds_until_next_attempt() <= 3


class Touches(list[bool]):
    """Counts the signs of a person."""

    def __call__(self) -> None:
        self.append(True)


@pytest.mark.parametrize(
    ("headers", "signs"),
    [({}, 1), ({"X-Autosave": "1"}, 1), ({"X-Autosave": "again"}, 0), ({"X-Pulse": "1"}, 0)],
)
def test_only_a_person_holds_the_lock_back(
    site: Site, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], signs: int
) -> None:
    path = site.route(lambda: "done")
    token = site.token()
    touched = Touches()
    monkeypatch.setattr(site.app.worker.timeouts, "record_activity", touched)
    assert site.post(path, {"csrf_token": token}, token=False, headers=headers).status_code == 200
    assert len(touched) == signs


def test_a_browser_that_is_not_let_in_does_not_hold_the_lock_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched = Touches()
    monkeypatch.setattr(site.app.worker.timeouts, "record_activity", touched)
    site.get("/practice")
    assert len(touched) == 1
    site.browser.delete_cookie("__Host-sid", domain=site.settings.host_name)
    for path in ("/unlock", "/unlock/sheet", "/practice"):
        site.get(path)
    assert len(touched) == 1
