"""A site for each test: locked, and one that is unlocked."""

from pathlib import Path

import pytest

from tests.fixtures import sites
from tests.fixtures.sites import Site


@pytest.fixture
def locked(tmp_path: Path) -> Site:
    """A practice whose keys are put away."""
    return sites.made(tmp_path)


@pytest.fixture
def site(locked: Site) -> Site:
    """A practice with its clinician at work."""
    locked.unlock()
    return locked
