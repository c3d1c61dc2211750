"""A practice ready for work, for every test of the record."""

from pathlib import Path

import pytest

from tests.fixtures.practices import Work, at_work


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A new practice, unlocked."""
    return at_work(tmp_path)
