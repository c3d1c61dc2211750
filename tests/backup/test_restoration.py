"""A backup restored: the same contents, with the sheet alone, under a new incarnation; and every refusal."""

import errno
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from clinic_toolkit.backup import manifest, verification
from clinic_toolkit.backup.backup_files import read_signed_manifest
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.backup.refusals import BackupCancelled, BackupDamaged, BackupRefused, NotABackup
from clinic_toolkit.backup.restoration import restore_backup
from clinic_toolkit.journal import audit_reader, records
from clinic_toolkit.journal.restored_folder import MARK_FILE, RestoreNotice
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.store import folder
from clinic_toolkit.store.folder_lock import acquire_folder_lock
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.vault import identity
from tests.fixtures import practices
from tests.fixtures.backups import contents, faults_of, forged, listing, make_backup, restored, unlocked
from tests.fixtures.practices import NOW, Work


def test_it_has_the_same_contents(made: MadeBackup, tmp_path: Path) -> None:
    found = restored(made, tmp_path / "new")
    assert contents(tmp_path / "new") == contents(tmp_path / "data")
    assert (found.aside, found.earlier_last_line, found.faults) == (None, 0, ())
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"clinic.db", "clinic.anchor", "clinic.head", MARK_FILE, "READ ME FIRST.txt", "running"}


def test_the_sheet_alone_opens_it_and_a_new_incarnation_begins(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    restored(made, tmp_path / "new")
    again = unlocked(tmp_path / "new", work.groups)
    assert again.vault.incarnation != work.vault.incarnation
    with reading(again.engine) as db:
        assert identity.load_vault_ids(db)[1] == again.vault.incarnation
        kept = [record.payload.name for record in records.list_all_records(db, again.vault, CLIENT)]
        assert kept == ["Ana Reyes"]
        events = [line.event for line in audit_reader.iter_checked_entries(db, again.vault)]
        faults = [line.fault for line in audit_reader.iter_checked_entries(db, again.vault) if line.fault]
    assert f"practice.restored {made.manifest.made_at}" in events and faults == []
    assert faults_of(again) == ()


@pytest.mark.parametrize("years", [10, -10])
def test_one_that_says_it_is_of_another_decade_is_restored_like_any_other(
    years: int, work: Work, tmp_path: Path
) -> None:
    """The clock was wrong when it was made; what the practice says of it is what its maker said."""
    made_at = NOW.replace(year=NOW.year + years)
    made = make_backup(work, tmp_path, now=made_at)
    assert restored(made, tmp_path / "new").faults == ()
    again = unlocked(tmp_path / "new", work.groups)
    assert again.vault.restore_notice == RestoreNotice(backup_made_at=made_at) and faults_of(again) == ()


def test_a_practice_is_never_overwritten_without_being_asked(made: MadeBackup, tmp_path: Path) -> None:
    before = listing(tmp_path / "data")
    with pytest.raises(BackupRefused, match="--replace"):
        restored(made, tmp_path / "data")
    assert listing(tmp_path / "data") == before


def test_with_replace_the_old_files_are_put_aside_and_open(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    work.client("Femi Adeyemi")
    work.engine.dispose()
    newer = contents(tmp_path / "data")
    (tmp_path / "data" / "settings.toml").write_text("host_name = 'kept'")
    found = restored(made, tmp_path / "data", replace=True)
    assert found.aside == tmp_path / "data" / "before-restore-1"
    assert found.earlier_last_line > made.manifest.last_line
    assert contents(found.aside) == newer
    assert (tmp_path / "data" / "settings.toml").read_text() == "host_name = 'kept'"
    again = unlocked(tmp_path / "data", work.groups)
    assert faults_of(again) == () and contents(tmp_path / "data") != newer
    again.engine.dispose()
    second = restored(made, tmp_path / "data", replace=True)
    assert second.aside == tmp_path / "data" / "before-restore-2" and found.aside.exists()


def test_a_damaged_practice_is_replaced_too(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    work.engine.dispose()
    (tmp_path / "data" / "clinic.db").write_bytes(b"not a database any more")
    found = restored(made, tmp_path / "data", replace=True)
    assert found.aside and (found.aside / "clinic.db").read_bytes().startswith(b"not a")
    assert faults_of(unlocked(tmp_path / "data", work.groups)) == ()


def test_another_practice_is_refused_even_with_replace(made: MadeBackup, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    practices.founded(tmp_path / "other").engine.dispose()
    before = listing(tmp_path / "other")
    with pytest.raises(BackupRefused, match="another practice"):
        restored(made, tmp_path / "other" / "data", replace=True)
    assert listing(tmp_path / "other") == before


def test_a_folder_with_other_things_is_left_alone(made: MadeBackup, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.odt").write_bytes(b"mine")
    mode = (tmp_path / "letters").stat().st_mode
    for replace in (False, True):
        with pytest.raises(BackupRefused, match="holds other things"):
            restored(made, tmp_path / "letters", replace=replace)
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["letter.odt"]
    assert (tmp_path / "letters").stat().st_mode == mode
    with pytest.raises(BackupRefused, match="not a folder"):
        restored(made, tmp_path / "letters" / "letter.odt")


def test_a_second_restore_while_one_runs_is_refused(made: MadeBackup, tmp_path: Path) -> None:
    told: list[str] = []

    def restore_again(done: int, total: int) -> None:
        if not told:
            with pytest.raises(BackupRefused, match="being restored there now") as refused:
                restored(made, tmp_path / "new")
            told.append(refused.value.sentence)

    restore_backup(made.file, tmp_path / "new", replace=False, report=restore_again)
    assert told and contents(tmp_path / "new") == contents(tmp_path / "data")


def test_a_practice_that_is_open_is_refused(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    lock = acquire_folder_lock(tmp_path / "data")
    with pytest.raises(BackupRefused, match="program is running"):
        restored(made, tmp_path / "data", replace=True)
    lock.release()


def test_too_little_room_is_told_before_anything_is_written(
    made: MadeBackup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=1_000_000))
    with pytest.raises(BackupRefused, match=r"not enough room.* 1 MB are free"):
        restored(made, tmp_path / "new")
    assert not (tmp_path / "new").exists()


NOT_FLUSHED = {errno.ENOSPC: "not enough room", errno.EIO: "not there", None: "can be written"}


@pytest.mark.parametrize("number", NOT_FLUSHED)
def test_what_could_not_be_flushed_is_not_restored(
    number: int | None, work: Work, made: MadeBackup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second flush might succeed without what the first one lost, so there is none."""
    work.engine.dispose()
    before, tried = listing(tmp_path / "data"), []

    def fail(place: Path) -> bool:
        tried.append(place)
        raise OSError(number, os.strerror(number)) if number else ValueError("not an error of the disk")

    with monkeypatch.context() as patch:
        patch.setattr(verification, "flush_unpacked", fail)
        with pytest.raises(BackupRefused, match=NOT_FLUSHED[number]):
            restored(made, tmp_path / "data", replace=True)
    assert len(tried) == 1 and listing(tmp_path / "data") == before
    assert restored(made, tmp_path / "data", replace=True).faults == (), "the control"


def test_every_file_is_flushed_before_it_takes_its_place(
    made: MadeBackup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    real = folder.sync_handle

    def watch(handle: int) -> None:
        flushed.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(folder, "sync_handle", watch)
    restored(made, tmp_path / "new")
    for name in ("clinic.db", "clinic.anchor", "clinic.head"):
        assert (tmp_path / "new" / name).stat().st_ino in flushed


@pytest.mark.parametrize("change", [{"store_format": 99}, {"store_format": 3}])
def test_other_formats_are_named(made: MadeBackup, tmp_path: Path, change: dict[str, Any]) -> None:
    other = forged(made.file, tmp_path / "other.tar", program="9.9", **change)
    told = "newer version of this program, version 9.9" if change["store_format"] > 9 else "earlier draft"
    with pytest.raises(NotABackup, match=told):
        restore_backup(other, tmp_path / "new", replace=False, report=report_nothing)
    assert not (tmp_path / "new").exists()


def test_a_newer_format_of_the_manifest_is_named(made: MadeBackup, tmp_path: Path) -> None:
    raw = bytearray(manifest.encode_manifest(read_signed_manifest(made.file).manifest, None)[:-32])
    raw[9] = 2
    whole = bytes(raw) + hashlib.sha256(raw).digest()
    newer = forged(made.file, tmp_path / "newer.tar", raw_manifest=whole)
    with pytest.raises(NotABackup, match="newer version"):
        restore_backup(newer, tmp_path / "new", replace=False, report=report_nothing)


@pytest.mark.parametrize(
    ("told", "change"),
    [
        ("another practice", {"vault": bytes(16)}),
        ("another practice", {"incarnation": bytes(16)}),
        ("another end", {"last_line": 1}),
        ("its manifest", {"made_at": 2**63 - 1}),
        ("its manifest", {"made_at": 2**63 + 5}),
    ],
)
def test_a_manifest_that_contradicts_its_store_is_refused(
    told: str, change: dict[str, Any], made: MadeBackup, tmp_path: Path
) -> None:
    """Otherwise the mark would name another incarnation, and the restored record would keep the old one."""
    other = forged(made.file, tmp_path / "other.tar", **change)
    with pytest.raises(BackupDamaged, match=told):
        restore_backup(other, tmp_path / "new", replace=False, report=report_nothing)
    assert not (tmp_path / "new").exists()
    same = forged(made.file, tmp_path / "same.tar")
    assert restore_backup(same, tmp_path / "new", replace=False, report=report_nothing).faults == ()


def test_another_practice_that_names_this_one_does_not_take_its_place(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = make_backup(practices.founded(tmp_path / "other"), tmp_path / "other")
    named = forged(other.file, tmp_path / "named.tar", vault=work.vault.vault_id.bytes)
    work.engine.dispose()
    before = listing(tmp_path / "data")
    with pytest.raises(BackupDamaged, match="another practice"):
        restore_backup(named, tmp_path / "data", replace=True, report=report_nothing)
    assert listing(tmp_path / "data") == before


@pytest.mark.parametrize("step", range(0, 10, 2))
def test_stopped_while_it_unpacks_it_changes_nothing(
    step: int, work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    work.engine.dispose()
    before = listing(tmp_path / "data")
    reports: list[int] = []

    def stop(done: int, total: int) -> None:
        reports.append(done)
        if len(reports) > step:
            raise BackupCancelled

    for place in ("new", "data"):
        reports.clear()
        with pytest.raises(BackupCancelled):
            restore_backup(made.file, tmp_path / place, replace=True, report=stop)
    assert listing(tmp_path / "data") == before
    assert not (tmp_path / "new").exists()
