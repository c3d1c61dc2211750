"""Every byte of a backup that differs is noticed, and answered with one sentence; it changes nothing."""

import hashlib
import os
import random
import shutil
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from clinic_toolkit.backup import archive, backup_files, backup_run, verification
from clinic_toolkit.backup.backup_files import read_signed_manifest
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.backup.refusals import BackupDamaged, BackupRefused, NotABackup
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.people.practice_record import AccessEvent
from clinic_toolkit.store.transactions import store_of, writing
from tests.fixtures.backups import check_contents, forged, make_backup
from tests.fixtures.practices import NOW, Work

SAMPLE = 400


@contextmanager
def flipped(file: Path, at: int, bit: int = 1) -> Iterator[None]:
    """The file with one bit turned."""
    with file.open("r+b") as handle:
        handle.seek(at)
        byte = handle.read(1)[0]
        handle.seek(at)
        handle.write(bytes([byte ^ bit]))
    try:
        yield
    finally:
        with file.open("r+b") as handle:
            handle.seek(at)
            handle.write(bytes([byte]))


def is_refused(file: Path) -> bool:
    """Whether a look at its bytes refuses the file, in a sentence."""
    try:
        check_contents(file)
    except NotABackup as error:
        return error.sentence.startswith(file.name) and error.sentence.endswith(".")
    return False


def classes_of(file: Path) -> tuple[list[int], list[int]]:
    """The places of the bytes of heads, rooms, end and manifest; and those of the other contents."""
    with file.open("rb") as source:
        parts, _ = archive.list_parts(file, source)
    contents = [place for part in parts[:-1] for place in range(part.offset, part.offset + part.length)]
    inside = set(contents)
    return [place for place in range(file.stat().st_size) if place not in inside], contents


def test_every_byte_of_the_frame_and_a_sample_of_the_rest(made: MadeBackup) -> None:
    frame, contents = classes_of(made.file)
    assert not is_refused(made.file), "the control: as it was made it is whole"
    passed = []
    for place in [*frame, *random.Random(16).sample(contents, SAMPLE)]:
        with flipped(made.file, place, 1 << place % 8):
            passed += [] if is_refused(made.file) else [place]
    assert len(frame) > 4000 and passed == []
    assert not is_refused(made.file)


def test_cut_anywhere_and_extended(made: MadeBackup, tmp_path: Path) -> None:
    whole = made.file.read_bytes()
    cut = tmp_path / "cut.tar"
    frame, _ = classes_of(made.file)
    for length in sorted({1, 511, 512, 513, len(whole) - 1, len(whole) - 512, *frame[::97]}):
        cut.write_bytes(whole[:length])
        assert is_refused(cut), length
    for more in (b"\0", b"x", bytes(512), bytes(10240), whole):
        cut.write_bytes(whole + more)
        assert is_refused(cut), more[:4]


def test_parts_of_two_backups_do_not_mix(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    """Each part is whole, and the manifest is genuine; they are not of one backup."""
    with writing(work.engine) as db:
        audit_log.append_entry(db, work.vault, AccessEvent.UNLOCKED, now=NOW)
    later = make_backup(work, tmp_path)
    first, second = made.file.read_bytes(), later.file.read_bytes()
    with later.file.open("rb") as source:
        parts, _ = archive.list_parts(later.file, source)
    start = parts[-1].offset - archive.BLOCK_BYTES
    assert len(first) == len(second), "the control: nothing else gives it away"
    (tmp_path / "mixed.tar").write_bytes(first[:start] + second[start:])
    with pytest.raises(BackupDamaged, match=r"the part clinic\.db"):
        check_contents(tmp_path / "mixed.tar")


def test_what_is_no_backup_is_told(made: MadeBackup, tmp_path: Path) -> None:
    (tmp_path / "folder.tar").mkdir()
    (tmp_path / "empty.tar").touch()
    (tmp_path / "photo.tar").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "zeros.tar").write_bytes(bytes(4096))
    told = {"folder": "is a folder", "empty": "is empty", "photo": "not a backup", "zeros": "not a backup"}
    for name, sentence in told.items():
        with pytest.raises(ClinicError, match=sentence):
            read_signed_manifest(tmp_path / f"{name}.tar")
    with pytest.raises(BackupRefused, match="no file"):
        read_signed_manifest(tmp_path / "gone.tar")
    known = backup_files.describe_backup(tmp_path / "empty.tar")
    assert known.manifest is None and "is empty" in known.fault


def test_the_list_of_a_folder_shows_what_cannot_be_used_too(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    work.client("Ines Moreau")
    later = make_backup(work, tmp_path)
    half = made.file.with_name(made.file.name.replace("10", "11", 1))
    half.write_bytes(made.file.read_bytes()[:5000])
    found = backup_files.list_backups(tmp_path / "kept", made.manifest.short_id)
    assert [backup.file for backup in found] == [later.file, made.file, half]
    assert found[-1].manifest is None and "not complete" in found[-1].fault
    assert backup_files.list_backups(tmp_path / "kept", "0badcafe") == []
    assert backup_files.list_backups(tmp_path / "gone", made.manifest.short_id) == []


def _forge_manifest(made: MadeBackup, **changes: Any) -> Callable[[Path], object]:
    return lambda place: forged(made.file, place, **changes)


def _forge_signature(made: MadeBackup, length: int) -> Callable[[Path], object]:
    statement = read_signed_manifest(made.file).statement
    packed = struct.pack(">8sHI", b"CtBackup", 1, len(statement)) + statement + b"\1" + bytes(length)
    raw = packed + hashlib.sha256(packed).digest()
    return lambda place: forged(made.file, place, raw_manifest=raw)


def _forge_length(made: MadeBackup) -> Callable[[Path], object]:
    with made.file.open("rb") as source:
        parts, seconds = archive.list_parts(made.file, source)
    start = made.file.read_bytes()[: parts[-1].offset - archive.BLOCK_BYTES]
    raw = start + archive.encode_header(archive.MANIFEST, -1, seconds) + bytes(1024)
    return lambda place: place.write_bytes(raw)


CRAFTED: dict[str, Callable[[MadeBackup], Callable[[Path], object]]] = {
    "pipe": lambda made: os.mkfifo,
    "link": lambda made: lambda place: place.symlink_to(made.file),
    "folder": lambda made: Path.mkdir,
    "time": lambda made: _forge_manifest(made, made_at=2**63 - 1),
    "early time": lambda made: _forge_manifest(made, made_at=-(2**63)),
    "line": lambda made: _forge_manifest(made, last_line=2**64 - 1),
    "escapes": lambda made: _forge_manifest(made, program="\x1b[2J9.9"),
    "signature": lambda made: _forge_signature(made, 300),
    "length": _forge_length,
}


@pytest.mark.parametrize("kind", CRAFTED)
def test_a_crafted_file_hides_no_other_and_holds_nothing_up(
    kind: str, work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    place = tmp_path / "kept"
    crafted = place / f"clinic-backup-x-{made.manifest.short_id}.tar"
    CRAFTED[kind](made)(crafted)
    found: list[backup_files.KnownBackup] = []
    looking = threading.Thread(
        target=lambda: found.extend(backup_files.list_backups(place, made.manifest.short_id)), daemon=True
    )
    looking.start()
    looking.join(20)
    assert not looking.is_alive()
    assert [backup.file for backup in found] == [made.file, crafted]
    assert found[1].manifest is None and found[1].fault
    assert backup_run.remove_expired(store_of(work.engine), place, made, vault=work.vault) == []
    with pytest.raises(ClinicError):
        verification.verify_backup(crafted, tmp_path, open_vault=None, report=report_nothing)


def test_a_name_that_cannot_be_shown_is_passed_over(made: MadeBackup) -> None:
    name = os.fsdecode(b"clinic-backup-\xff-" + made.manifest.short_id.encode() + b".tar")
    try:
        shutil.copyfile(made.file, made.file.with_name(name))
    except OSError:
        pytest.skip("this disk takes no such name")
    found = backup_files.list_backups(made.file.parent, made.manifest.short_id)
    assert [backup.file for backup in found] == [made.file]


def test_a_whole_one_is_verified_without_and_with_keys(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    for open_vault in (None, lambda db: work.vault):
        found = verification.verify_backup(made.file, tmp_path, open_vault=open_vault, report=report_nothing)
        assert found.faults == () and found.rows_checked > 3
        assert (found.with_keys, found.entries_checked) == (open_vault is not None, made.manifest.last_line)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "kept"]


@pytest.mark.parametrize("beside", ["beside", "one after the other"])
def test_a_fault_in_the_chain_is_told_once(
    beside: str, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its check ran beside that of the structure, or failed there and ran once more."""
    with writing(work.engine) as db:
        refusal = db.scalar(text("SELECT sql FROM sqlite_schema WHERE name = 'no_update_audit_line'"))
        db.execute(text("DROP TRIGGER no_update_audit_line"))
        db.execute(text("UPDATE audit_line SET hash = zeroblob(32) WHERE seq = 3"))
        db.execute(text(refusal))
    made = make_backup(work, tmp_path)
    if beside != "beside":
        monkeypatch.setattr(verification, "open_unchecked", lambda place: nullcontext(place))
    found = verification.verify_backup(made.file, tmp_path, open_vault=None, report=report_nothing)
    assert found.faults == made.faults and len(found.faults) == 2
    assert found.entries_checked == made.manifest.last_line and found.rows_checked > 5
