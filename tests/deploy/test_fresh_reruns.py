"""A second try of a test shares nothing of its file with the first one."""

import os
import subprocess
import sys
from pathlib import Path

from .lists import DEPLOY

TESTS = """
import pytest

made = []

@pytest.fixture(scope="session")
def browser():
    made.append("browser")
    yield "browser"
    made.append("browser ended")

@pytest.fixture(scope="module")
def practice(browser):
    made.append("practice")
    yield []
    made.append("practice ended")

@pytest.mark.flaky(reruns=1)
def test_leaves_something_behind(practice):
    practice.append("a note")
    assert len(made) > 2, made
    assert practice == ["a note"], practice

def test_comes_after_it(practice):
    assert made == ["browser", "practice", "practice ended", "practice"], made
"""


def run(folder: Path, *, fresh: bool) -> str:
    """Run these tests in a pytest of their own, and return what it says."""
    (folder / "test_shared.py").write_text(TESTS)
    plugin = ["-p", "tests.fixtures.fresh_reruns"] if fresh else []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *plugin]
    command += ["-c", os.devnull, "--rootdir", str(folder), str(folder)]
    return subprocess.run(command, cwd=DEPLOY.parent, capture_output=True, text=True, check=False).stdout


def test_what_a_file_shares_is_made_anew_for_a_second_try(tmp_path: Path) -> None:
    assert "2 passed, 1 rerun" in run(tmp_path, fresh=True)


def test_the_control_finds_what_the_first_try_left(tmp_path: Path) -> None:
    assert "2 failed, 1 rerun" in run(tmp_path, fresh=False)
