"""What was checked once: believed for exactly these files, and never instead of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from clinic_toolkit.definition_cache import load_or_build
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.paths import worksheets_folder
from clinic_toolkit.worksheets import catalogue as sheets

MADE = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def _writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "check.py").write_text("limit = 3", encoding="utf-8")
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(f'name = "{name}"', encoding="utf-8")
    return tmp_path


def made(folder: Path, value: bytes = MADE) -> bytes:
    """As a process sees it that makes this value where it has to check."""
    return load_or_build(folder, "*.toml", checker_folder=folder / "code", build=lambda: value)


def kept(folder: Path) -> Path:
    return folder / "__pycache__" / "checked.cache"


def test_the_second_process_checks_nothing(folder: Path) -> None:
    assert made(folder) == MADE
    assert made(folder, b"checked again") == MADE
    assert [each.name for each in kept(folder).parent.iterdir()] == [kept(folder).name]


@pytest.mark.parametrize("name", ["one.toml", "two.toml", "three.toml", "code/check.py", "code/more.py"])
def test_another_text_of_a_file_or_of_the_code_is_checked_anew(folder: Path, name: str) -> None:
    made(folder)
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert made(folder, b"checked again") == b"checked again"
    assert made(folder, b"a third time") == b"checked again"


def test_a_name_that_changes_hands_is_another_text(folder: Path) -> None:
    made(folder)
    (folder / "one.toml").rename(folder / "other")
    (folder / "two.toml").rename(folder / "one.toml")
    (folder / "other").rename(folder / "two.toml")
    assert made(folder, b"checked again") == b"checked again"


def test_what_is_wrong_is_told_although_something_was_kept(folder: Path) -> None:
    def refuse() -> bytes:
        raise ValueError("one.toml is broken")

    made(folder)
    (folder / "one.toml").write_text("name =", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ValueError, match=r"one\.toml is broken"):
            load_or_build(folder, "*.toml", checker_folder=folder / "code", build=refuse)


def test_a_damaged_kept_file_is_not_believed(folder: Path) -> None:
    made(folder)
    whole = kept(folder).read_bytes()
    chance = Random(7)
    damaged = [b"", whole[:-1], whole[:50], whole + b"\0"]
    for _ in range(200):
        bits = bytearray(whole)
        bits[chance.randrange(len(bits))] ^= 1 << chance.randrange(8)
        damaged.append(bytes(bits))
    for data in damaged:
        kept(folder).write_bytes(data)
        assert made(folder, b"checked again") == b"checked again"
    kept(folder).write_bytes(whole)
    assert made(folder, b"checked again") == MADE


def test_where_nothing_may_be_kept_each_checks_for_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(folder).parent.write_text("no folder", encoding="utf-8")
    assert made(folder) == MADE
    kept(folder).parent.unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert made(folder) == MADE
    assert not kept(folder).parent.exists()


def test_both_shelves_come_back_as_they_were_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only = shutil.ignore_patterns("__pycache__", "README.md")
    forms = shutil.copytree(catalogue.DEFINITIONS_FOLDER, tmp_path / "a", ignore=only)
    monkeypatch.setattr(catalogue, "DEFINITIONS_FOLDER", forms)
    papers = shutil.copytree(worksheets_folder(), tmp_path / "b", ignore=only)
    monkeypatch.setattr(sheets, "worksheets_folder", lambda: papers)
    read = catalogue.read_catalogue(forms), sheets.read_worksheets(papers)
    for _ in range(2):
        sheets.list_worksheets.cache_clear()
        assert (catalogue._load_catalogue_once.__wrapped__(), sheets.list_worksheets()) == read
    sheets.list_worksheets.cache_clear()
    assert kept(tmp_path / "a").is_file() and kept(tmp_path / "b").is_file()


def test_a_process_of_checked_shelves_imports_no_checker() -> None:
    program = (
        "import sys, clinic_toolkit.instruments.catalogue as c, clinic_toolkit.worksheets.catalogue as w\n"
        "c.list_frames(); w.list_worksheets(); print('pydantic' in sys.modules)\n"
    )
    root = Path(catalogue.__file__).parents[2]
    keeps = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", program]
    subprocess.run(command, check=True, cwd=root, env=keeps)
    assert subprocess.run(command, check=True, cwd=root, env=keeps, capture_output=True).stdout == b"False\n"
