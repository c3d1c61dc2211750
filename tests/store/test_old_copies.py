"""Which copies lie beside a store: every part of the program asks the one module that knows their names."""

from pathlib import Path

import pytest

from clinic_toolkit.store import folder, old_copies, storage_errors, successor
from clinic_toolkit.store.sqlite import rescue_copies
from tests.architecture import tree


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A data file with three copies of each kind, and names that are like theirs."""
    for number in (2, 10, 1):
        (tmp_path / f"clinic.db.rescued.{number}").touch()
        (tmp_path / f"before-restore-{number}").mkdir()
    for name in (
        "clinic.db.rescued.new",
        "clinic.db.rescued.unseen",
        "clinic.db.rescued.1x",
        "other.db.rescued.1",
    ):
        (tmp_path / name).touch()
    (tmp_path / "before-restore-3").touch()
    (tmp_path / "before-restore-mine").mkdir()
    return folder.database_path(tmp_path)


def test_they_are_found_by_their_whole_names_oldest_first(file: Path) -> None:
    rescued = [f"clinic.db.rescued.{number}" for number in (1, 2, 10)]
    put_aside = [f"before-restore-{number}" for number in (1, 2, 10)]
    assert [copy.name for copy in old_copies.list_old_copies(file)] == [*rescued, *put_aside]
    assert [copy.name for copy in rescue_copies.list_copies(file)] == rescued
    assert successor.list_old_copies(file.parent) == old_copies.list_old_copies(file)
    assert "clinic.db.rescued.10 beside it" in storage_errors.rescue_copy_hint(file)
    assert old_copies.name_next_rescued(file).name == "clinic.db.rescued.11"


def test_there_are_none_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "none" / "clinic.db"
    assert old_copies.list_old_copies(file) == [] and storage_errors.rescue_copy_hint(file) == ""
    assert old_copies.name_next_rescued(file).name == "clinic.db.rescued.1"


@pytest.mark.parametrize("name", [old_copies.PUT_ASIDE_PREFIX, old_copies.RESCUED_INFIX])
def test_no_other_module_spells_their_names(name: str) -> None:
    found = [
        module.name
        for module in tree.modules()
        if any(name in string for string in tree.strings_in(module.read_text(encoding="utf-8")))
    ]
    assert found == ["old_copies.py"]
