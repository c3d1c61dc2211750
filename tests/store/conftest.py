"""The tests of the store keep their folders on the disk."""

import pytest

from tests.fixtures import memory_folders


@pytest.fixture(scope="session")
def tmp_path_factory(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> pytest.TempPathFactory:
    """Folders on the disk: what is tested here is what a disk keeps."""
    return pytestconfig.stash[memory_folders.ON_DISK]
