"""A practice with a client and a questionnaire, a place for backups, and one backup of it."""

from pathlib import Path

import pytest

from clinic_toolkit.backup.creation import MadeBackup
from tests.fixtures import practices
from tests.fixtures.backups import make_backup
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
