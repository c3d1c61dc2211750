"""A start after saves were lost: it says so inside, and starts; only a record that is gone stops it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clinic_toolkit.store.transactions import store_of
from tests.fixtures import practices
from tests.fixtures.running import COMMAND, Running

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="the processes are looked for in /proc"),
]


def killed(tmp_path: Path, *, folded: bool) -> Path:
    """What a kill leaves: a client in the log alone, and with `folded` the practice in the file."""
    work = practices.founded(tmp_path)  # so that the log holds all of it
    if folded:
        assert store_of(work.engine).checkpoint()
    work.client()
    shutil.copytree(tmp_path / "data", tmp_path / "killed", ignore=shutil.ignore_patterns("*-shm"))
    work.engine.dispose()
    return tmp_path / "killed"


def test_lost_saves_stop_no_start(tmp_path: Path) -> None:
    place = killed(tmp_path, folded=True)
    (place / "clinic.db-wal").unlink()
    for _ in range(2):
        with Running(place, copied=True) as running:
            assert running.browser().get("/").status == 200
            assert running.stop() == 0
        assert (place / "clinic.missing").stat().st_size == 4144, "noted once, until someone has seen it"


def test_the_control_starts_with_nothing_to_say(tmp_path: Path) -> None:
    place = killed(tmp_path, folded=True)
    with Running(place, copied=True) as running:
        assert running.browser().get("/").status == 200
    assert not (place / "clinic.missing").exists()


def test_a_practice_that_is_gone_is_no_first_run(tmp_path: Path) -> None:
    place = killed(tmp_path, folded=False)
    (place / "clinic.db-wal").unlink()
    ended = subprocess.run(
        [*COMMAND, "start", "--no-browser", "--data", str(place)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "clinic.anchor" in ended.stderr and "holds no practice" in ended.stderr
    assert "Traceback" not in ended.stderr
