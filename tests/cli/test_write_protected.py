"""A record and a backup on a disk that is write-protected: they are read and checked as they lie there."""

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clinic_toolkit.cli import main
from clinic_toolkit.store.transactions import store_of
from tests.fixtures import practices
from tests.fixtures.backups import make_backup
from tests.fixtures.write_protected import write_protected


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A stick with a record that was worked in, one that was killed, and a backup."""
    stick = tmp_path / "stick"
    stick.mkdir()
    work = practices.at_work(stick)
    work.client()
    make_backup(work, stick)
    assert store_of(work.engine).checkpoint()
    work.client("Bo Lindqvist")
    shutil.copytree(stick / "data", stick / "killed", ignore=shutil.ignore_patterns("*-shm"))
    work.engine.dispose()
    return stick


def files(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()}


def test_a_record_is_checked_and_nothing_is_left_there(stick: Path) -> None:
    before = files(stick)
    with write_protected(stick):
        assert not os.access(stick, os.W_OK), "the control: it is protected"
        said = run("verify", "--without-passphrase", "--data", stick / "data")
        assert said.exit_code == 0 and "Everything that was checked is unchanged" in said.output
    assert files(stick) == before


def test_saves_in_the_log_are_not_called_missing(stick: Path) -> None:
    """Without side files SQLite cannot read the log; then it is said where the last saves are."""
    with write_protected(stick):
        said = run("verify", "--without-passphrase", "--data", stick / "killed")
    assert said.exit_code == 2 and "The last saves are in the file clinic.db-wal" in said.output
    assert run("verify", "--without-passphrase", "--data", stick / "killed").exit_code == 0, "the control"


def test_a_backup_is_checked_and_unpacked_elsewhere(stick: Path) -> None:
    [backup] = (stick / "kept").iterdir()
    before = files(stick)
    with write_protected(stick):
        said = run("verify", backup, "--data", stick / "data")
        assert said.exit_code == 0 and "Everything that was checked is unchanged" in said.output
    assert files(stick) == before
