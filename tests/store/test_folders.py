"""What the tests of this folder write, they write to the disk."""

from pathlib import Path

import pytest

from tests.fixtures import memory_folders


def test_their_folders_lie_on_the_disk(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    disk = pytestconfig.stash[memory_folders.ON_DISK].getbasetemp()
    assert disk in tmp_path.parents
