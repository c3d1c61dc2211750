"""A site for each test: locked, and one that is unlocked."""

from pathlib import Path

import pytest

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.vault import key_slot_changes
from tests.fixtures import sites
from tests.fixtures.sites import Site


@pytest.fixture(autouse=True)
def at_the_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """However quick this machine is: no entry finds a cost to raise."""
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)


@pytest.fixture
def locked(tmp_path: Path) -> Site:
    """A practice whose keys are put away."""
    return sites.made(tmp_path)


@pytest.fixture
def site(locked: Site) -> Site:
    """A practice with its clinician at work."""
    locked.unlock()
    return locked
