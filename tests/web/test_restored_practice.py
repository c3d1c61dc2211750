"""The first unlock after a restore: which backup it was, what was erased again, and what to look through."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from clinic_toolkit.journal import deletion_list
from clinic_toolkit.journal.audit_reader import CheckedEntry
from clinic_toolkit.journal.incarnations import RestoreEvent
from clinic_toolkit.journal.record_versions import PendingVersion, seal_version
from clinic_toolkit.journal.restored_folder import (
    MARK_FILE,
    RestoredMark,
    RestoreNotice,
    find_mark,
    write_mark,
)
from clinic_toolkit.journal.tombstone_record import TOMBSTONE, ErasureReason, Tombstone, TombstoneState
from clinic_toolkit.record.people import practice_access, secret_changes
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.store.folder import DELETIONS_FILE
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.store.types import from_microseconds, to_microseconds
from clinic_toolkit.vault import ring_erasure
from clinic_toolkit.web.content.audit_texts import describe_event
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

CHOSEN = "walnut ferry candle oblong meadow trumpet"
MADE_AT = NOW - timedelta(days=30)
TODAY = "This record was restored from"


@pytest.fixture
def restored(site: Site) -> Site:
    """A locked practice as a restore leaves it, with a newer deletion of one of its two clients."""
    work, folder = site.work, site.settings.data_folder
    gone = work.client("Bo Lindqvist")
    work.client("Carla Aho")
    rings = ring_erasure.list_owner_rings(work.vault, gone.id)
    tombstone = Tombstone(
        rings=tuple(ring.bytes for ring in rings), records=(), reason=ErasureReason.ASKED_FOR
    )
    pending = PendingVersion(
        id=uuid4(), version=1, ring=work.vault.practice_ring, state=TombstoneState.ERASED, final=True,
        previous_content_id=None,
    )  # fmt: skip
    _, values = seal_version(
        work.vault, TOMBSTONE, tombstone, pending, now=NOW, signature_purpose="sig/tombstone"
    )
    deletion_list.write_deletions(folder, [deletion_list.pack_row(SealedRow(id=0, **values)), b"of nobody"])
    write_mark(folder, RestoredMark(work.vault.incarnation, to_microseconds(MADE_AT)))
    site.app.worker.logins.clear()
    return site


def unlock(site: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """Unlock with the sheet; returns the page that it leads to."""
    groups = {f"group{number}": group for number, group in enumerate(site.work.groups, 1)}
    assert site.post("/unlock/sheet", groups).headers["Location"] == "/unlock/choose"
    monkeypatch.setattr(secret_changes, "change_passphrase", lambda *_, **__: None)
    answer = site.post("/unlock/choose", {"passphrase": CHOSEN, "passphrase_again": CHOSEN})
    return answer.headers["Location"]


def test_it_is_said_before_any_other_page(restored: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unlock(restored, monkeypatch) == "/unlock/restored"
    page = restored.get("/unlock/restored").text
    assert "20 October 2026" in page and "19 November 2026" in page
    assert "One deletion is newer than this backup" in page and "One entry in a list of deletions" in page
    assert "Lindqvist" not in page
    assert TODAY in restored.get("/").text
    listed = restored.get("/clients").text
    assert "Carla Aho" in listed and "Lindqvist" not in listed
    trail = restored.get("/audit").text
    assert "carried out an erasure that is newer than the backup" in trail
    with reading(restored.work.engine) as db:
        assert len(db.execute(select(CLIENT.table)).all()) == 1


def test_without_a_newer_deletion_it_says_what_to_do(restored: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (restored.settings.data_folder / DELETIONS_FILE).unlink()
    assert unlock(restored, monkeypatch) == "/unlock/restored"
    page = restored.get("/unlock/restored").text
    assert "No newer deletion was carried out" in page and "Keep or erase" in page
    assert "Erased again" not in page and "Not carried out" not in page
    assert "Lindqvist" in restored.get("/clients").text


def test_a_damaged_list_is_named(site: Site) -> None:
    assert site.get("/unlock/restored").headers["Location"] == "/"
    assert TODAY not in site.get("/").text
    site.work.vault.restore_notice = RestoreNotice(backup_made_at=MADE_AT, is_list_damaged=True)
    assert "The list of deletions is damaged" in site.get("/unlock/restored").text


def test_a_mark_that_does_not_say_which_backup_names_no_date(site: Site) -> None:
    site.work.vault.restore_notice = RestoreNotice(backup_made_at=from_microseconds(0))
    page = site.get("/unlock/restored").text
    assert "Which backup it goes on from cannot be read" in page and "1970" not in page
    assert "A client whom you erased after that may be here again." in page


@pytest.fixture
def opened(site: Site) -> Site:
    """A restored practice after its first unlock, locked again; its backup was made just now."""
    write_mark(site.settings.data_folder, RestoredMark(site.work.vault.incarnation, to_microseconds(NOW)))
    unlock_again(site)
    return site


def unlock_again(site: Site) -> None:
    """Lock, and unlock with the sheet in the store itself, which every way to unlock shares."""
    site.app.worker.logins.clear()
    with writing(site.work.engine) as db:
        groups = " ".join(site.work.groups)
        site.work.vault = practice_access.unlock_with_recovery_sheet(db, groups, now=NOW)
    site.unlock()


def test_today_says_it_until_somebody_says_that_it_was_read(opened: Site) -> None:
    for _ in range(2):
        unlock_again(opened)
        assert opened.work.vault.restore_notice is None, "only the first unlock has it"
        today = " ".join(opened.get("/").text.split())
        assert f"{TODAY} the backup of 19 November 2026, " in today
        assert (
            "It was first opened on 19 November 2026. What was written after that backup is not in it."
            in today
        )
        page = opened.get("/unlock/restored").text
        assert "Enter what you have on paper since 19 November 2026" in page
        assert "same stick" in page and "recovery sheet stays valid" in page
        assert "older backup still opens with the passphrase or the recovery sheet of its day" in page
        assert "No newer deletion was carried out" not in page, "only the first unlock knows that"
    assert opened.post("/unlock/restored").headers["Location"] == "/"
    assert TODAY not in opened.get("/").text
    unlock_again(opened)
    assert TODAY not in opened.get("/").text
    assert opened.get("/unlock/restored").headers["Location"] == "/"
    incarnation = opened.work.vault.incarnation
    unlock_again(opened)
    assert opened.work.vault.incarnation == incarnation, "one restore begins one incarnation"


def test_a_mark_of_another_record_says_nothing_and_goes(opened: Site) -> None:
    folder = opened.settings.data_folder
    unlock_again(opened)
    assert TODAY in opened.get("/").text, "the control"
    write_mark(folder, RestoredMark(uuid4(), to_microseconds(NOW)))
    assert TODAY not in opened.get("/").text
    unlock_again(opened)
    assert not (folder / MARK_FILE).exists()


def test_a_mark_that_has_work_to_do_is_not_removed_by_the_button(site: Site) -> None:
    mark = RestoredMark(site.work.vault.incarnation, to_microseconds(NOW))
    write_mark(site.settings.data_folder, mark)
    site.post("/unlock/restored")
    assert find_mark(site.settings.data_folder) == mark


def test_the_trail_says_of_when_the_backup_is(opened: Site) -> None:
    assert "came with it. The backup is of 19 November 2026" in opened.get("/audit").text


@pytest.mark.parametrize("detail", ["0", "", "nothing", str(2**64 - 1)])
def test_the_trail_names_no_moment_that_it_does_not_know(detail: str) -> None:
    event = f"{RestoreEvent.RESTORED} {detail}"
    line = CheckedEntry(seq=1, event=event)
    assert describe_event(line).text.endswith("came with it")
