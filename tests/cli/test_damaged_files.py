"""A damaged file of ours: one sentence that names it and says what to do, exit code 2, nothing changed."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures import sites

pytestmark = pytest.mark.processes

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the program, so that its own files can be damaged."""
    for name in ("clinic_toolkit", "templates", "worksheets"):
        shutil.copytree(CHECKOUT / name, tmp_path / "program" / name, ignore=shutil.ignore_patterns("*.pyc"))
    return tmp_path / "program"


def _start(copy: Path, data: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "clinic_toolkit", "start", "--no-browser", "--data", str(data)],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "file", ["clinic_toolkit/instruments/definitions/giving.toml", "worksheets/two-circles.toml"]
)
def test_a_damaged_definition_is_said_at_the_start(copy: Path, tmp_path: Path, file: str) -> None:
    (copy / file).write_bytes(b'id = "broken')
    ended = _start(copy, tmp_path / "data")
    assert ended.returncode == 2
    assert "Ready" not in ended.stdout
    assert Path(file).name in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (copy / file).read_bytes() == b'id = "broken'


def test_a_practice_whose_head_is_gone_is_damage_and_not_a_first_run(tmp_path: Path) -> None:
    sites.made(tmp_path).work.engine.dispose()
    data = tmp_path / "data"
    outside = sqlite3.connect(data / "clinic.db")
    with outside:
        outside.execute("DELETE FROM vault")
    outside.close()
    # Its second copy would open it.
    (data / "clinic.head").unlink()
    ended = _start(CHECKOUT, data)
    assert ended.returncode == 2, ended.stderr
    assert "Ready" not in ended.stdout
    assert "clinic.db" in ended.stderr
    assert "damaged" in ended.stderr
    assert "Traceback" not in ended.stderr


def _zeros(place: Path) -> None:
    file = next(place.glob("*.sqlite*"), None) or next(place.glob("*.db"))
    file.write_bytes(bytes(8192))


def _settings(place: Path) -> None:
    (place / "settings.toml").write_text("host_name = [")


@pytest.mark.parametrize("damage", [_zeros, _settings])
def test_a_damaged_database_or_settings_file_is_named_and_left_as_it_is(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    from tests.fixtures.running import Running

    data = tmp_path / "data"
    with Running(data, copied=True) as running:
        assert running.stop() == 0
    damage(data)
    before = {file.name: file.read_bytes() for file in data.iterdir() if file.is_file()}
    ended = _start(CHECKOUT, data)
    assert ended.returncode == 2
    named = [name for name in before if name in ended.stderr]
    assert named, ended.stderr
    assert "Traceback" not in ended.stderr
    assert {name: (data / name).read_bytes() for name in named} == {name: before[name] for name in named}
