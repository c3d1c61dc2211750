"""`start --restore FILE`: the backup is put into the data folder, and the program goes on to start there."""

import importlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.cli import main
from clinic_toolkit.store.folder_lock import FolderLock
from tests.fixtures import practices
from tests.fixtures.backups import contents, make_backup


@pytest.fixture
def made(tmp_path: Path) -> MadeBackup:
    """A backup, and in `data` the practice that it was made of."""
    work = practices.at_work(tmp_path)
    work.client()
    (tmp_path / "stick").mkdir()
    made = make_backup(work, tmp_path / "stick")
    work.engine.dispose()
    return made


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """The folders with which the program went on to serve pages; it serves none here."""
    folders: list[Path] = []

    def note(
        data_folder: Path, lock: FolderLock | None, *, port: int | None, browser: bool, demo: bool
    ) -> int:
        folders.append(data_folder)
        return 0

    # By its name, since the command of the same name stands in its place in the package.
    monkeypatch.setattr(importlib.import_module("clinic_toolkit.cli.start"), "_serve_practice", note)
    monkeypatch.setenv("CLINIC_DATA", str(tmp_path / "usual" / "folder"))
    return folders


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["start", *map(str, words)])


@pytest.mark.processes
def test_a_backup_is_restored_into_the_usual_folder_and_the_program_starts(
    made: MadeBackup, served: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said = run("--restore", made.file)
    assert said.exit_code == 0, said.output
    place = tmp_path / "usual" / "folder"
    assert served == [place] and contents(place) == contents(tmp_path / "data")
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].startswith(f"The backup is restored into {place}. It holds everything up to"), lines
    assert len(lines) == 3 and "may be here again" in lines[1] and "recovery sheet" in lines[2]
    assert "asks for the passphrase" in said.output


@pytest.mark.processes
def test_a_practice_is_left_as_it_is_and_not_started(
    made: MadeBackup, served: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = contents(tmp_path / "data")
    said = run("--restore", made.file, "--data", tmp_path / "data")
    assert said.exit_code == 2 and served == [] and contents(tmp_path / "data") == before
    assert "There is a practice in" in (sentence := capfd.readouterr().err) and "--replace" in sentence


def test_the_invented_practice_takes_no_backup(made: MadeBackup, served: list[Path]) -> None:
    said = run("--restore", made.file, "--demo")
    assert said.exit_code == 2 and served == [] and "--restore" in said.output
