"""The line that a person is told to type: it opens the folder that is meant, and can be pasted as it is."""

import shlex
import sys
from pathlib import Path

import pytest

from clinic_toolkit import paths, start_commands
from tests.architecture.tree import CHECKOUT


@pytest.fixture(autouse=True)
def _on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("CLINIC_DATA", raising=False)


def test_the_usual_folder_needs_no_name_and_another_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = ["python3", str(CHECKOUT / "deploy" / "start.py")]
    usual = paths.default_data_folder()
    assert shlex.split(start_commands.write_start_command(usual)) == program
    other = tmp_path / "my practice"
    line = start_commands.write_restore_command(other)
    assert shlex.split(line) == [*program, "--restore", "FILE", "--data", str(other)]
    monkeypatch.setenv("CLINIC_DATA", str(other))
    for place in (usual, other):
        line = start_commands.write_start_command(place)
        assert shlex.split(line) == [*program, "--data", str(place)], "the variable may be gone next time"


def test_windows_has_its_own_launcher_and_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    line = start_commands.write_command("--restore", "E:\\my backup.tar")
    assert line.startswith("py ") and line.endswith('--restore "E:\\my backup.tar"')


def test_where_it_was_installed_without_a_checkout_the_program_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_commands, "_START_FILE", tmp_path / "start.py")
    assert start_commands.write_command("verify") == "clinic-toolkit verify"
