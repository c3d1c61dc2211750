"""The kept shelf: believed for exactly these files, and never instead of them."""

import shutil
import sys
from pathlib import Path
from random import Random

import pytest

from clinic_toolkit.instruments import catalogue, compiled
from clinic_toolkit.instruments.compiled import Shelf
from clinic_toolkit.instruments.loader import DefinitionError


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    only = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(catalogue.DEFINITIONS, tmp_path / "definitions", ignore=only))


def kept_in(folder: Path) -> Path:
    return folder / "__pycache__" / "shelf.cache"


def not_read(folder: Path) -> Shelf:
    raise AssertionError(f"{folder.name} was read again")


def test_what_was_kept_is_what_was_read(shelf: Path) -> None:
    read = compiled.shelf(shelf, catalogue.load_shelf)
    assert compiled.shelf(shelf, not_read) == read
    assert read.editions == catalogue.load_shelf(shelf).editions


def test_another_text_of_any_file_is_read_anew(shelf: Path) -> None:
    compiled.shelf(shelf, catalogue.load_shelf)
    for name in ("frames.toml", "giving.toml"):
        (shelf / name).write_bytes((shelf / name).read_bytes() + b"\n")
        with pytest.raises(AssertionError, match="was read again"):
            compiled.shelf(shelf, not_read)


def test_a_broken_file_is_told_although_a_whole_shelf_was_kept(shelf: Path) -> None:
    compiled.shelf(shelf, catalogue.load_shelf)
    (shelf / "flows.toml").write_text("x = 1", encoding="utf-8")
    with pytest.raises(DefinitionError):
        compiled.shelf(shelf, catalogue.load_shelf)
    (shelf / "flows.toml").unlink()
    with pytest.raises(AssertionError, match="was read again"):
        compiled.shelf(shelf, not_read)


def test_a_damaged_kept_shelf_is_not_believed(shelf: Path) -> None:
    compiled.shelf(shelf, catalogue.load_shelf)
    whole = kept_in(shelf).read_bytes()
    chance = Random(7)
    damaged = [b"", whole[:-1], whole[:50], whole + b"\0"]
    for _ in range(50):
        bits = bytearray(whole)
        bits[chance.randrange(len(bits))] ^= 1 << chance.randrange(8)
        damaged.append(bytes(bits))
    for data in damaged:
        kept_in(shelf).write_bytes(data)
        with pytest.raises(AssertionError, match="was read again"):
            compiled.shelf(shelf, not_read)
    kept_in(shelf).write_bytes(whole)
    compiled.shelf(shelf, not_read)


def test_where_nothing_may_be_kept_nothing_is(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_in(shelf).parent.write_text("a file where the folder should be", encoding="utf-8")
    read = compiled.shelf(shelf, catalogue.load_shelf)
    kept_in(shelf).parent.unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compiled.shelf(shelf, catalogue.load_shelf) == read
    assert not kept_in(shelf).parent.exists()
