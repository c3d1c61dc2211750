"""Disks that do not take a backup or a restore: each is a plain sentence, and nothing is changed."""

import errno
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from clinic_toolkit.backup import archive
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.refusals import BackupRefused
from clinic_toolkit.store import folder
from clinic_toolkit.store.folder import SNAPSHOT_FOLDER
from tests.fixtures.backups import listing, make_backup, restored
from tests.fixtures.practices import NOW, Work


def names_in(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


@pytest.mark.parametrize("step", ["write", "flush a file", "flush a folder"])
@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "not enough room in {}[.] Make some"),
        (errno.EFBIG, "disk of {} takes no file as large"),
        (errno.EINVAL, "disk of {} cannot say when something is really on it"),
        (errno.EROFS, "Nothing can be written to {}[.] Choose another place[.]"),
    ],
)
def test_a_disk_that_does_not_take_it_is_told_and_nothing_is_changed(
    number: int, told: str, step: str, work: Work, made: MadeBackup, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A full disk, one in FAT32, one that knows no flush, and one that only reads."""
    work.engine.dispose()
    before = listing(tmp_path / "data")

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    really_open = Path.open

    def refuse_writing(path: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        return refuse() if "w" in mode else really_open(path, mode, *more, **named)

    for place in ("data", "new"):
        with monkeypatch.context() as broken:
            if step == "write":
                broken.setattr(Path, "open", refuse_writing)
            else:
                broken.setattr(folder, "sync_handle" if step == "flush a file" else "sync_folder", refuse)
            with pytest.raises(BackupRefused, match=told.format(tmp_path / place)):
                restored(made, tmp_path / place, replace=True)
    assert listing(tmp_path / "data") == before and not (tmp_path / "new").exists()
    assert restored(made, tmp_path / "new").faults == (), "the control"


def test_a_stick_that_cannot_be_read_to_its_end_is_named_and_not_the_folder(
    work: Work, made: MadeBackup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.engine.dispose()
    before, read = listing(tmp_path / "data"), archive.read_content

    def fail_later(source: BinaryIO, part: archive.Part) -> Iterator[bytes]:
        yield from read(source, part)
        if part.name == "clinic.db":
            raise OSError(errno.EIO, "a bad place on the stick")

    with monkeypatch.context() as broken:
        broken.setattr(archive, "read_content", fail_later)
        for place in ("data", "new"):
            with pytest.raises(BackupRefused) as refused:
                restored(made, tmp_path / place, replace=True)
            assert refused.value.sentence == f"{made.file} cannot be read."
    assert listing(tmp_path / "data") == before and not (tmp_path / "new").exists()
    restored(made, tmp_path / "new")


@pytest.mark.parametrize("step", range(0, 10, 2))
def test_a_stick_that_is_pulled_out_at_any_step_keeps_what_it_has(
    step: int, work: Work, made: MadeBackup, way: str, tmp_path: Path
) -> None:
    """And the record goes on; with the stick back, the next backup is made and clears up."""
    before, reports = made.file.read_bytes(), 0
    kept, pulled_out = tmp_path / "kept", tmp_path / "in a pocket"

    def pull_out(done: int, total: int) -> None:
        nonlocal reports
        if reports == step:
            kept.rename(pulled_out)
        reports += 1

    with pytest.raises(BackupRefused, match="is not there"):
        make_backup(work, tmp_path, now=NOW + timedelta(days=1), report=pull_out)
    assert not kept.exists() and not (tmp_path / "data" / SNAPSHOT_FOLDER).exists()
    work.client("Femi Adeyemi")
    pulled_out.rename(kept)
    assert [path for path in kept.iterdir() if path.suffix == ".tar"] == [made.file]
    later = make_backup(work, tmp_path, now=NOW + timedelta(days=2))
    assert (
        names_in(tmp_path / "kept") == [made.file.name, later.file.name] and made.file.read_bytes() == before
    )


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system which file is flushed")
@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_disk_that_knows_no_flush_takes_a_backup_that_is_read_back(
    number: int, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some sticks and folders on other computers; another error of a flush is one."""
    for place in (tmp_path / "data", tmp_path / "kept"):
        place.mkdir(exist_ok=True)
    flush, sync = folder.sync_handle, folder.sync_folder

    def is_on_stick(path: str | Path) -> bool:
        return (tmp_path / "kept") in (Path(path), *Path(path).parents)

    def refuse_there(handle: int) -> None:
        if is_on_stick(os.readlink(f"/proc/self/fd/{handle}")):
            raise OSError(number, os.strerror(number))
        flush(handle)

    def refuse_folder(place: Path) -> None:
        if is_on_stick(place):
            raise OSError(number, os.strerror(number))
        sync(place)

    monkeypatch.setattr(folder, "sync_handle", refuse_there)
    monkeypatch.setattr(folder, "sync_folder", refuse_folder)
    made = make_backup(work, tmp_path)
    assert made.faults == () and names_in(tmp_path / "kept") == [made.file.name]
    number = errno.EIO
    with pytest.raises(BackupRefused, match="is not there"):
        make_backup(work, tmp_path, now=NOW + timedelta(days=1))
    assert names_in(tmp_path / "kept") == [made.file.name]
