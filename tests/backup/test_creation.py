"""A backup is made from a snapshot, read back before it has its name, and leaves nothing half."""

import errno
import os
import shutil
import stat
import sys
import tarfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import text

from clinic_toolkit.backup import archive, backup_files, creation, draft, refusals, verification
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.refusals import BackupCancelled, BackupDamaged, BackupRefused
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_reader
from clinic_toolkit.store import folder
from clinic_toolkit.store.folder import SNAPSHOT_FOLDER
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import database_copy
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import header_backup
from tests.fixtures.backups import always_copied, contents, make_backup
from tests.fixtures.practices import NOW, Work
from tests.reliability import full_disk


def unpacked(made: MadeBackup, place: Path) -> Path:
    """The parts of a backup, taken out by the library's own reader of tar files."""
    with tarfile.open(made.file) as tar:
        tar.extractall(place, filter="data")
    return place


def left_in(tmp_path: Path) -> list[str]:
    """What lies in the place of backups and, of a backup, in the data folder."""
    in_data = [path.name for path in (tmp_path / "data").iterdir() if path.name == SNAPSHOT_FOLDER]
    return in_data + sorted(path.name for path in (tmp_path / "kept").iterdir())


def test_it_is_a_plain_tar_file_with_everything(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    parts = unpacked(made, tmp_path / "out")
    assert [path.name for path in sorted(parts.iterdir())] == sorted(
        set(archive.PART_NAMES) - {"clinic.missing"}
    )
    assert contents(parts) == contents(tmp_path / "data")
    assert made.manifest.counts and dict(made.manifest.counts)["client"] == 1
    assert (made.manifest.faults, made.faults, made.manifest.deletions) == (0, (), ())
    assert left_in(tmp_path) == [made.file.name]


def test_its_name_tells_the_moment_and_the_practice_and_nobody(work: Work, made: MadeBackup) -> None:
    assert made.file.name == f"clinic-backup-2026-11-19-100000Z-{work.vault.vault_id.hex[:8]}.tar"
    with tarfile.open(made.file) as tar:
        assert {(entry.uid, entry.gid, entry.uname, entry.gname) for entry in tar} == {(0, 0, "", "")}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_it_is_for_this_user_alone(made: MadeBackup) -> None:
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600


def test_two_in_one_second_stand_side_by_side(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    second = make_backup(work, tmp_path)
    assert second.file.name.endswith("-2.tar") and made.file.exists()


def test_it_is_signed_while_unlocked_and_says_so_if_not(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    assert backup_files.read_signed_manifest(made.file).is_signed_by_member(work.vault)
    without = make_backup(work, tmp_path, now=NOW + timedelta(hours=1), signed=False)
    manifest = backup_files.read_signed_manifest(without.file)
    assert manifest.manifest.signer is None and not manifest.is_signed_by_member(work.vault)


def test_saves_go_on_meanwhile_and_the_copy_is_of_one_moment(
    work: Work, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_copy, "_PAGES_PER_STEP", 4)
    monkeypatch.setattr(archive, "CHUNK_BYTES", 4 * 4096)
    saved: list[int] = []
    before = last_line(work)

    def save_once(done: int, total: int) -> None:
        if not saved:
            saved.append(done)
            work.client("Femi Adeyemi")

    made = make_backup(work, tmp_path, report=save_once)
    assert saved[0] < (tmp_path / "data" / "clinic.db").stat().st_size / 2, "in the middle of the copy"
    assert dict(made.manifest.counts)["client"] == 1
    assert (made.manifest.last_line, made.faults) == (before, ()) and last_line(work) > before


def last_line(work: Work) -> int:
    """How many lines the audit trail has."""
    with reading(work.engine) as db:
        return audit_reader.last_entry_number(db)


def test_the_second_copy_of_the_head_is_never_older_than_the_store(
    work: Work, way: str, tmp_path: Path
) -> None:
    """Or a backup would open for a passphrase that had been replaced."""

    def replace_head(done: int, total: int) -> None:
        with writing(work.engine) as db:
            header_backup.write_before_commit(db, work.vault)

    made = make_backup(work, tmp_path, report=replace_head)
    head = (tmp_path / "data" / "clinic.head").read_bytes()
    assert (unpacked(made, tmp_path / "out") / "clinic.head").read_bytes() == head


@pytest.mark.parametrize("step", range(0, 10, 2))
def test_stopped_at_any_step_it_leaves_nothing(step: int, work: Work, way: str, tmp_path: Path) -> None:
    reports: list[int] = []

    def stop(done: int, total: int) -> None:
        reports.append(done)
        if len(reports) > step:
            raise BackupCancelled

    with pytest.raises(BackupCancelled):
        make_backup(work, tmp_path, report=stop)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EROFS])
def test_a_disk_that_takes_no_more_is_told_and_leaves_nothing(
    number: int, work: Work, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = archive.write_part

    def fail_later(
        target: BinaryIO, name: str, chunks: Iterable[bytes], length: int, seconds: int
    ) -> Iterator[bytes]:
        yield from written(target, name, chunks, length, seconds)
        if name == "clinic.db":
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(archive, "write_part", fail_later)
    told = {
        errno.ENOSPC: "room",
        errno.EFBIG: "as large as",
        errno.EIO: "not there",
        errno.EROFS: "written to",
    }
    with pytest.raises(BackupRefused, match=told[number]):
        make_backup(work, tmp_path)
    assert left_in(tmp_path) == []


def test_a_place_that_is_not_there_is_told(work: Work, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="is not there"):
        creation.create_backup(
            store_of(work.engine), tmp_path / "data", tmp_path / "gone", vault=None, now=NOW,
            report=lambda done, total: None,
        )  # fmt: skip
    assert not (tmp_path / "gone").exists()


def test_what_reads_back_otherwise_is_no_backup(
    work: Work, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that keeps another byte than it was given: the draft goes, and no file has the name."""
    flushed = draft._flush

    def flip(target: BinaryIO) -> None:
        flushed(target)
        target.seek(100_000)
        byte = target.read(1)[0]
        target.seek(100_000)
        target.write(bytes([byte ^ 1]))
        target.flush()

    monkeypatch.setattr(draft, "_flush", flip)
    with pytest.raises(BackupDamaged, match=r"clinic\.db"):
        make_backup(work, tmp_path)
    assert left_in(tmp_path) == []


def test_what_a_killed_one_left_is_removed_by_the_next(work: Work, tmp_path: Path) -> None:
    made = make_backup(work, tmp_path)
    left = made.file.with_name(made.file.stem + ".tar.new")
    left.write_bytes(b"half")
    other = made.file.with_name("clinic-backup-2020-01-01-000000Z-0badcafe.tar.new")
    other.write_bytes(b"of another practice")
    (tmp_path / "data" / SNAPSHOT_FOLDER).mkdir()
    (tmp_path / "data" / SNAPSHOT_FOLDER / "clinic.db").write_bytes(b"half")
    make_backup(work, tmp_path, now=NOW + timedelta(days=1))
    assert not left.exists() and other.exists() and not (tmp_path / "data" / SNAPSHOT_FOLDER).exists()


def test_what_a_killed_one_left_is_removed_by_the_next_start(work: Work, tmp_path: Path) -> None:
    """A whole store lies in it, which opens for what was replaced since."""
    data = tmp_path / "data"
    names = (SNAPSHOT_FOLDER, folder.UNPACKED_FOLDER, "clinic.restoring")
    for name in names:
        store_of(work.engine).write_snapshot(data / name)
    work.engine.dispose()
    open_store(data).dispose()
    assert not any((data / name).exists() for name in names)
    (data / "clinic.restoring").mkdir()
    (data / folder.RESTORE_PLAN).write_bytes(b"{}")
    open_store(data).dispose()
    assert (data / folder.RESTORE_PLAN).exists(), "a restore that is only to be finished stays"


def test_a_fault_of_the_record_is_told_and_counted(work: Work, way: str, tmp_path: Path) -> None:
    with writing(work.engine) as db:
        db.execute(text("DROP TRIGGER no_update_audit_line"))
    with writing(work.engine) as db:
        body = db.scalar(text("SELECT body FROM audit_line WHERE seq = 2"))
        changed = bytes([*body[:1], body[1] ^ 1, *body[2:]])
        db.execute(text("UPDATE audit_line SET body = :changed WHERE seq = 2"), {"changed": changed})
        db.execute(
            text(
                "CREATE TRIGGER no_update_audit_line BEFORE UPDATE ON audit_line WHEN 1 BEGIN "
                "SELECT RAISE(ABORT, 'the audit trail is only added to'); END"
            )
        )
    made = make_backup(work, tmp_path)
    assert made.manifest.faults == len(made.faults) == 1 and "Line 2" in made.faults[0]


def test_the_snapshot_goes_to_the_place_where_the_disk_of_the_data_is_full(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And never into a folder that somebody else made there, which may be a link to one that all can read."""
    always_copied(monkeypatch)
    (tmp_path / "kept").mkdir()
    (tmp_path / "read by all").mkdir()
    (tmp_path / "kept" / SNAPSHOT_FOLDER).symlink_to(tmp_path / "read by all")
    written: list[Path] = []
    real = SqliteStore.write_snapshot

    def watch(store: SqliteStore, target: Path, **more: Any) -> None:
        real(store, target, **more)
        written.append(target)
        assert (tmp_path / "read by all").exists() and not list((tmp_path / "read by all").iterdir())
        assert target.stat().st_mode & 0o077 == 0

    monkeypatch.setattr(SqliteStore, "write_snapshot", watch)
    make_backup(work, tmp_path)
    assert written.pop().parent == tmp_path / "data", "the control: with room it is beside the store"
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=0))
    made = make_backup(work, tmp_path, now=NOW + timedelta(days=1))
    assert written.pop().parent == tmp_path / "kept" and made.faults == ()
    assert len(left_in(tmp_path)) == 3


def test_a_snapshot_that_was_left_in_the_place_is_removed_by_the_next(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    left = creation.make_snapshot_folder(
        tmp_path / "data", tmp_path / "kept", 1 << 60, made.manifest.short_id
    )
    (left / "clinic.db").write_bytes(b"half")
    other = creation.make_snapshot_folder(tmp_path / "data", tmp_path / "kept", 1 << 60, "0badcafe")
    make_backup(work, tmp_path, now=NOW + timedelta(days=1))
    assert not left.exists() and other.exists()


def test_refusals_name_the_file_and_no_more() -> None:
    told = refusals.from_newer_program(Path("somewhere") / "a.tar", "9.9").sentence
    assert "a.tar" in told and "somewhere" not in told
    assert verification.SIGNATURE_SENTENCE


def test_a_place_that_vanishes_in_the_middle_is_told(work: Work, way: str, tmp_path: Path) -> None:
    def pull_out(done: int, total: int) -> None:
        if 2 * done > total:
            shutil.rmtree(tmp_path / "kept", ignore_errors=True)

    with pytest.raises(BackupRefused, match="is not there"):
        make_backup(work, tmp_path, report=pull_out)
    assert not (tmp_path / "kept").exists() and not (tmp_path / "data" / SNAPSHOT_FOLDER).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="puts a disk of its own below SQLite")
@pytest.mark.parametrize("room", [0, 1, 5, 20, 60])
def test_a_disk_that_is_full_while_the_snapshot_is_written(
    room: int, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    always_copied(monkeypatch)
    (tmp_path / "kept").mkdir()
    with full_disk.Disk().put_in() as disk:
        if not disk.works(tmp_path):
            pytest.skip("the SQLite of Python is not the one of the system")
        with disk.with_room_for(room), pytest.raises(ClinicError, match=r"full|room"):
            make_backup(work, tmp_path)
    assert left_in(tmp_path) == []
    assert make_backup(work, tmp_path).faults == (), "the control: with room it is made"
