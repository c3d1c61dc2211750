"""Folders of tests lie in memory where there is room, on the disk where a person or the subject asks."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.fixtures import memory_folders

ROOM = (
    memory_folders.MEMORY.is_dir() and shutil.disk_usage(memory_folders.MEMORY).free > memory_folders.ENOUGH
)


def in_memory(folder: Path) -> bool:
    """Whether this folder lies in memory."""
    return memory_folders.MEMORY in folder.parents


@pytest.mark.skipif(not ROOM, reason="no memory to put folders in")
def test_a_folder_lies_in_memory_unless_a_place_was_named(
    tmp_path: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk = pytestconfig.stash[memory_folders.ON_DISK]
    with memory_folders.factory(pytestconfig, on_disk) as made:
        folder = made.mktemp("some")
        assert in_memory(folder) and folder.is_dir()
        assert in_memory(tmp_path) or made is on_disk
    assert not folder.exists()
    monkeypatch.setattr(memory_folders, "ENOUGH", 2**80)
    with memory_folders.factory(pytestconfig, on_disk) as made:
        assert made is on_disk
    assert not in_memory(on_disk.getbasetemp())


@pytest.mark.skipif(not ROOM, reason="no memory to put folders in")
def test_what_killed_tests_left_in_memory_goes_and_what_others_use_stays(pytestconfig: pytest.Config) -> None:
    on_disk = pytestconfig.stash[memory_folders.ON_DISK]
    with memory_folders.factory(pytestconfig, on_disk) as other:
        at_work = other.getbasetemp()
        left = Path(tempfile.mkdtemp(prefix="clinic-tests-", dir=memory_folders.MEMORY))
        new = Path(tempfile.mkdtemp(prefix="clinic-tests-", dir=memory_folders.MEMORY))
        (left / "some").mkdir()
        for folder in (at_work, left):
            os.utime(folder, (0, 0))
        with memory_folders.factory(pytestconfig, on_disk):
            assert [at_work.is_dir(), left.exists(), new.is_dir()] == [True, False, True]
        new.rmdir()
