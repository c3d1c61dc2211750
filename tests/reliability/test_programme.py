"""A long run that was stopped goes on where it stood, and only with the program it had begun with."""

from pathlib import Path

import pytest

from tests.fixtures import memory_folders
from tests.reliability import programme
from tests.reliability.programme import Programme


def stopped(file: Path, after: int) -> None:
    rounds = Programme(5, file)
    for number in rounds:
        if number == after:
            break
        rounds.add("kills")
        rounds.longest("ready", 10 - number)


def test_a_stopped_run_goes_on_with_what_it_had_counted(tmp_path: Path) -> None:
    stopped(tmp_path / "kept.json", after=3)
    rounds = Programme(5, tmp_path / "kept.json")
    assert (rounds.of("kills"), rounds.tally["ready"]) == (3, 10)
    # The round in which it was stopped did not come to its end.
    assert list(rounds) == [3, 4]
    rounds.end()
    assert list(Programme(2, tmp_path / "kept.json")) == [0, 1]


def test_what_another_program_has_shown_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(tmp_path / "kept.json", after=3)
    monkeypatch.setattr(programme, "PACKAGE", tmp_path)
    (tmp_path / "changed.py").write_text("")
    rounds = Programme(5, tmp_path / "kept.json")
    assert (rounds.done, rounds.of("kills")) == (0, 0)


def test_a_short_form_leaves_nothing_behind(tmp_path: Path) -> None:
    assert list(Programme(2, None)) == [0, 1]
    assert not list(tmp_path.iterdir())


def test_the_folders_of_these_tests_lie_on_the_disk(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    disk = pytestconfig.stash[memory_folders.ON_DISK].getbasetemp()
    assert disk in tmp_path.parents
