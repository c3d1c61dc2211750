"""A practice with a client and a questionnaire, a place for backups, and one backup of it."""

from pathlib import Path

import pytest

from clinic_toolkit.backup.creation import MadeBackup
from tests.fixtures import practices
from tests.fixtures.backups import always_copied, make_backup
from tests.fixtures.practices import Work, giving


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A practice with something in it, unlocked; its data lie in `data`."""
    work = practices.at_work(tmp_path)
    work.answer(work.begun(work.client(), giving()), [3, None])
    return work


@pytest.fixture
def made(work: Work, tmp_path: Path) -> MadeBackup:
    """A signed backup of it, in the folder `kept`."""
    return make_backup(work, tmp_path)


@pytest.fixture(params=["as it lies", "copied"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How a store comes into its backup: held still, or copied first where it cannot be."""
    if request.param == "copied":
        always_copied(monkeypatch)
    return str(request.param)
