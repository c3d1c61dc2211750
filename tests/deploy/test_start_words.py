"""What deploy/start.py makes of its arguments."""

import sys
from runpy import run_path
from types import ModuleType

import pytest

from .lists import DEPLOY


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        ([], ["start"]),
        (["--restore", "FILE"], ["start", "--restore", "FILE"]),
        (["--data", "verify"], ["start", "--data", "verify"]),
        (["verify"], ["verify"]),
        (["restore", "FILE", "--data", "DIR"], ["restore", "FILE", "--data", "DIR"]),
    ],
)
def test_a_start_needs_no_name_and_another_command_has_one(
    given: list[str], passed_on: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[list[str]] = []
    environment = ModuleType("environment")
    vars(environment).update(RUNTIME=(), run=lambda lists, arguments: run.append(arguments))
    monkeypatch.setitem(sys.modules, "environment", environment)
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setattr(sys, "argv", ["start.py", *given])
    run_path(str(DEPLOY / "start.py"), run_name="__main__")
    assert run == [["-m", "clinic_toolkit", *passed_on]]
