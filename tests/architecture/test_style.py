"""One style, strict types, small files."""

import os
from pathlib import Path
from statistics import median

import pytest

from .tree import CHECKOUT, modules, tool

MOST_LINES = 300
MOST_LINES_IN_THE_MIDDLE = 120


@pytest.mark.parametrize(
    "words",
    [("ruff", "check"), ("ruff", "format", "--check"), pytest.param(("mypy",), marks=pytest.mark.slow)],
    ids=" ".join,
)
def test_tool_has_nothing_to_say(words: tuple[str, ...], pytestconfig: pytest.Config) -> None:
    # What mypy keeps for the next run is of no use to a checkout that has none: a tenth of its time.
    once = ["--cache-dir", os.devnull] if words == ("mypy",) and pytestconfig.getoption("--ci") else []
    said = tool(*words, *once)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize(
    ("words", "source"),
    [
        (("ruff", "check"), '"""Planted."""\n\nimport os\n'),
        (("ruff", "format", "--check"), '"""Planted."""\nx = { 1:2 }\n'),
        (("mypy",), '"""Planted."""\n\n\ndef double(x):\n    """Untyped."""\n    return x\n'),
    ],
    ids=["ruff check", "ruff format", "mypy"],
)
def test_tool_would_speak_up(words: tuple[str, ...], source: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    planted = tmp_path / "clinic_toolkit" / "__init__.py"
    planted.parent.mkdir()
    planted.write_text(source)
    assert tool(*words, cwd=tmp_path).returncode == 1


def test_types_are_asked_for_in_every_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    planted = (
        "clinic_toolkit/web/app.py",
        "tests/test_x.py",
        "tests/web/conftest.py",
        "deploy/x.py",
        "docs/x.py",
    )
    for name in planted:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("def double(x):\n    return x\n")
    said = tool("mypy", cwd=tmp_path).stdout
    assert [name for name in planted if name not in said.replace("\\", "/")] == []


def test_files_stay_small() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    too_long = {str(path.relative_to(CHECKOUT)): count for path, count in lines.items() if count > MOST_LINES}
    assert not too_long
    assert median(lines.values()) <= MOST_LINES_IN_THE_MIDDLE


def test_no_drawer_for_everything() -> None:
    forbidden = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert not [path for path in modules() if forbidden & {path.stem, path.parent.name}]
