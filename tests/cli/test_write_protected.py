"""A record and a backup on a disk that is write-protected: they are read and checked as they lie there."""

import os
import shutil
import subprocess
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner, Result

from clinic_toolkit.cli import main
from clinic_toolkit.store.transactions import store_of
from clinic_toolkit.vault import secret_attempt
from tests.fixtures import practices
from tests.fixtures.backups import make_backup
from tests.fixtures.practices import Work
from tests.fixtures.prepared import sheet_form
from tests.fixtures.running import COMMAND, Browser, Running
from tests.fixtures.write_protected import write_protected


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A practice on the stick."""
    (tmp_path / "stick").mkdir()
    return practices.at_work(tmp_path / "stick")


@pytest.fixture
def stick(work: Work, tmp_path: Path) -> Path:
    """A stick with a record that was worked in, one that was killed, and a backup."""
    stick = tmp_path / "stick"
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


@pytest.mark.processes
def test_the_program_opens_a_record_to_be_read_and_says_so(work: Work, stick: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    before = files(stick)
    with write_protected(stick), Running(stick / "data", environ={"HOME": str(home)}) as program:
        [launch] = home.glob("clinic-toolkit-open-*/*.html")
        browser = Browser(program.host)
        assert browser.come_in(launch).status == 200
        opened = browser.post("/unlock/sheet", sheet_form(work.groups, browser))
        assert opened.status == 303
        assert "<title>Today" in browser.get("/unlock/choose").text, "no passphrase can be chosen here"
        page = browser.get("/clients")
        assert "Ana Reyes" in page.text and "nothing can be saved" in page.text
        refused = browser.post("/clients/new", {"name": "Femi Adeyemi", "csrf_token": page.token})
        assert refused.status == 503 and "cannot be written" in refused.text
        assert browser.lock().status in (200, 303)
        assert program.stop() == 0
    assert files(stick) == before and not list(home.iterdir())


@pytest.mark.processes
def test_a_stick_with_a_backup_alone_says_how_to_open_it(stick: Path) -> None:
    with write_protected(stick):
        done = subprocess.run(
            [*COMMAND, "start", "--no-browser", "--data", stick / "kept"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2 and "restore it into another folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_is_tried_where_no_try_can_be_counted(work: Work, stick: Path) -> None:
    """Whoever has the stick can copy it and guess elsewhere, where the cost of a passphrase protects it."""
    with write_protected(stick):
        for attempt in (
            secret_attempt.count_attempt(stick / "data", user_id=None, served_since=monotonic()),
            secret_attempt.begin_sheet_attempt(stick / "data"),
        ):
            attempt.clear(work.vault)
            attempt.take_back()
    counted = secret_attempt.count_attempt(stick / "data", user_id=None, served_since=monotonic())
    assert counted.counted == 1, "the control"
