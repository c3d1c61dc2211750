"""A place for backups may be a folder that others write to: what lies there is never opened for writing."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic_toolkit.backup import backup_run
from tests.fixtures.backups import contents, listing
from tests.fixtures.practices import Work

# The name under which the place was once tried.
OLD_NAME = "clinic-backup-trial.tar.new"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder for backups."""
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


def _link(record: Path, name: Path) -> None:
    name.symlink_to(record)


@pytest.mark.parametrize("plant", [_link, os.link])
def test_a_planted_link_to_the_record_changes_nothing(
    plant: Callable[[Path, Path], None], work: Work, place: Path, tmp_path: Path
) -> None:
    work.engine.dispose()
    record = tmp_path / "data" / "clinic.db"
    before = record.read_bytes()
    assert before, "the control: there is a record to lose"
    plant(record, place / OLD_NAME)
    assert backup_run.check_place(tmp_path / "data", str(place)) == place.resolve()
    assert record.read_bytes() == before
    assert contents(tmp_path / "data")
    assert [path.name for path in place.iterdir()] == [OLD_NAME], "what is there stays"


def test_a_planted_pipe_holds_nothing_up(work: Work, place: Path, tmp_path: Path) -> None:
    os.mkfifo(place / OLD_NAME)
    asked = (tmp_path / "data", str(place))
    trying = threading.Thread(target=backup_run.check_place, args=asked, daemon=True)
    trying.start()
    trying.join(20)
    assert not trying.is_alive()


def test_the_trial_leaves_nothing(work: Work, place: Path, tmp_path: Path) -> None:
    backup_run.check_place(tmp_path / "data", str(place))
    assert listing(place) == {}
