"""What `--fast` leaves out, and that nothing else starts the program or a browser."""

import os
import subprocess
import sys

import pytest

from .lists import DEPLOY

NODE = "/somewhere/playwright/driver/node"
START = [sys.executable, "-m", "clinic_toolkit", "start", "--no-browser"]


def collected(*words: str) -> list[str]:
    """The files of the tests that these words choose, and pytest's last line."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *words]
    done = subprocess.run(command, cwd=DEPLOY.parent, capture_output=True, text=True, check=True)
    return [line.partition("::")[0] for line in done.stdout.splitlines() if line]


def test_it_leaves_out_the_program_the_browsers_and_what_is_slow() -> None:
    left_out = ["browser/test_marionette.py", "egress/test_outside.py", "journeys/test_looking.py"]
    *chosen, last = collected("--fast", *(f"tests/{name}" for name in [*left_out, "demo/test_start.py"]))
    # Of the last file one test starts the program.
    assert set(chosen) == {"tests/demo/test_start.py"}
    assert "deselected" in last


@pytest.mark.parametrize(
    ("program", "words"),
    [(sys.executable, START), (NODE, [NODE, "cli.js"])],
    ids=["the program", "who drives a browser"],
)
def test_a_start_without_a_mark_is_refused(
    request: pytest.FixtureRequest, program: str, words: list[str]
) -> None:
    with pytest.raises(PermissionError, match="needs the mark"):
        sys.audit("subprocess.Popen", program, words, None, None)
    # The control: any other program, and the same start where the mark is.
    sys.audit("subprocess.Popen", sys.executable, [sys.executable, "-c", "pass"], None, None)
    request.node.add_marker(pytest.mark.processes)
    sys.audit("subprocess.Popen", program, words, None, None)


def test_a_browser_without_a_mark_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLINIC_FIREFOX", "/somewhere/firefox")
    with pytest.raises(PermissionError, match="needs the mark"):
        sys.audit("subprocess.Popen", "/somewhere/firefox", ["/somewhere/firefox"], os.curdir, None)
