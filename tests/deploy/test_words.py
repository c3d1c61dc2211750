"""What deploy/test.py makes of its arguments."""

import sys
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from .lists import DEPLOY


@pytest.fixture(scope="module")
def test_command() -> dict[str, Any]:
    """The names in deploy/test.py, without running it."""
    before = sys.path[:]
    try:
        return run_path(str(DEPLOY / "test.py"))
    finally:
        sys.path[:] = before
        for name in ("browser", "environment"):
            sys.modules.pop(name, None)


@pytest.mark.parametrize("given", [["-q"], ["--bench"], ["--reliability"], ["tests/deploy"], ["-n", "0"]])
def test_only_the_whole_suite_is_run_in_parallel(given: list[str], test_command: dict[str, Any]) -> None:
    in_parallel = test_command["in_parallel"]
    assert in_parallel(given, 8) == given
    assert in_parallel([], 1) == []
    assert in_parallel([], None) == []
    for whole in ([], ["--require-browser"], ["--require-browser", "--ci"], ["--fast"]):
        for cores in (2, 3, 16):
            words = [
                "-n",
                "2" if "--fast" in whole else "3",
                "--dist",
                "loadfile",
                "--no-loadscope-reorder",
                *whole,
            ]
            assert in_parallel(whole, cores) == words


def test_only_ci_has_a_fixed_order(test_command: dict[str, Any]) -> None:
    in_fixed_order = test_command["in_fixed_order"]
    assert in_fixed_order(["--require-browser"]) == ["--require-browser"]
    assert in_fixed_order(["--ci"]) == ["--randomly-dont-reorganize", "--randomly-seed=1", "--ci"]


def test_paths_are_seen_from_where_the_person_stands(tmp_path: Path, test_command: dict[str, Any]) -> None:
    (tmp_path / "mine.py").touch()
    given = ["mine.py::test_one", "mine.py", "-k", "other", "-q", ""]
    here = str(tmp_path / "mine.py")
    assert test_command["seen_from"](str(tmp_path), given) == [f"{here}::test_one", here, *given[2:]]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["--reliability"], ["--reliability"]),
        (["--reliability", "--rounds", "9"], ["--reliability", "--rounds", "9"]),
        (["--reliability", "kills", "--rounds", "9"], ["--reliability", "-k", "kills", "--rounds", "9"]),
        (["--reliability", __file__], ["--reliability", __file__]),
    ],
)
def test_a_name_chooses_among_the_long_tests(
    given: list[str], meant: list[str], test_command: dict[str, Any]
) -> None:
    assert test_command["by_name"](given) == meant
