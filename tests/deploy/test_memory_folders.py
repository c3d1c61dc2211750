"""Folders of tests lie in memory where there is room, on the disk where a person or the subject asks."""

import shutil
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
