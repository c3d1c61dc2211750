"""What the tests of this folder write, they write to the disk."""

import errno
from pathlib import Path

import pytest

from clinic_toolkit.store import folder
from tests.fixtures import memory_folders


def test_their_folders_lie_on_the_disk(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    disk = pytestconfig.stash[memory_folders.ON_DISK].getbasetemp()
    assert disk in tmp_path.parents


def test_a_new_data_folder_is_flushed_in_the_folder_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or all that was flushed inside could be gone with it after a power cut, on a disk without a journal."""
    flushed: list[Path] = []
    monkeypatch.setattr(folder, "sync_folder", flushed.append)
    folder.prepare_folder(tmp_path / "new" / "data")
    assert flushed == [tmp_path / "new", tmp_path]
    folder.prepare_folder(tmp_path / "new" / "data")
    assert len(flushed) == 2, "the control: what was there needs no flush"


def test_a_disk_that_flushes_no_folder_takes_one_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(place: Path) -> None:
        raise OSError(errno.EINVAL, "no flush of folders here")

    monkeypatch.setattr(folder, "sync_folder", refuse)
    folder.prepare_folder(tmp_path / "data")
    assert (tmp_path / "data").is_dir()
