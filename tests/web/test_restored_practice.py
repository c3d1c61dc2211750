"""The first unlock after a restore: which backup it was, what was erased again, and what to look through."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from clinic_toolkit.journal import deletion_list
from clinic_toolkit.journal.record_versions import PendingVersion, seal_version
from clinic_toolkit.journal.restored_folder import RestoredMark, RestoreNotice, write_mark
from clinic_toolkit.journal.tombstone_record import TOMBSTONE, ErasureReason, Tombstone, TombstoneState
from clinic_toolkit.record.people import secret_changes
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.store.folder import DELETIONS_FILE
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.store.types import from_microseconds, to_microseconds
from clinic_toolkit.vault import ring_erasure
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

CHOSEN = "walnut ferry candle oblong meadow trumpet"
MADE_AT = NOW - timedelta(days=30)


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
    assert "The practice was restored from a backup" in restored.get("/").text
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
    assert "restored from a backup" not in site.get("/").text
    site.work.vault.restore_notice = RestoreNotice(backup_made_at=MADE_AT, is_list_damaged=True)
    assert "The list of deletions is damaged" in site.get("/unlock/restored").text


def test_a_mark_that_does_not_say_which_backup_names_no_date(site: Site) -> None:
    site.work.vault.restore_notice = RestoreNotice(backup_made_at=from_microseconds(0))
    page = site.get("/unlock/restored").text
    assert "Which backup it goes on from cannot be read" in page and "1970" not in page
    assert "A client whom you erased after that may be here again." in page
