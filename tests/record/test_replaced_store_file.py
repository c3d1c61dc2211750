"""The data file is replaced while a way in is changed: nobody is told wrong which secret opens which file."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import file_guard, rescue_copies
from clinic_toolkit.store.sqlite.file_guard import FileGuard
from clinic_toolkit.store.storage_errors import StorageReplaced
from clinic_toolkit.store.transactions import store_of, writing
from clinic_toolkit.vault import header_backup_file
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import passphrase_checks
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.practices import CLINICIAN, NOW, SETTINGS
from tests.reliability.small_practice import LATER

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be exchanged there")

FIRST = "glacier mandolin unwrapped spoken dentist walnut"
SECOND = "another one of six whole words"
DATABASE, HEAD = "clinic.db", "clinic.head"


@pytest.fixture(autouse=True)
def openings() -> Iterator[None]:
    with quickly():
        yield


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def opened(place: Path) -> Iterator[tuple[Engine, Vault]]:
    store = open_store(place)
    with writing(store) as db:
        vault, _ = practice_access.create_practice(db, SETTINGS, CLINICIAN, passphrase=FIRST, now=NOW)
    assert store_of(store).purge_copies()
    yield store, vault
    store.dispose()


def by_rename(place: Path) -> None:
    """As a sync client does: the file as it stands on the disk comes back under its name."""
    other = place.parent / "other.db"
    shutil.copy(place / DATABASE, other)
    os.replace(other, place / DATABASE)


def opens(file: Path, passphrase: str) -> bool:
    """Whether this secret opens this file by itself, without the second copy of the head."""
    there = file.parent.parent / "tried"
    there.mkdir()
    shutil.copy(file, there / DATABASE)
    store = open_store(there)
    try:
        with writing(store) as db:
            practice_access.unlock_with_passphrase(db, passphrase, now=LATER)
    except WrongSecret:
        return False
    finally:
        store.dispose()
        shutil.rmtree(there)
    return True


def change(store: Engine, vault: Vault) -> None:
    with writing(store) as db:
        passphrase_checks.change_passphrase(db, vault, FIRST, SECOND, now=LATER)


MOMENTS = ["before the head is written", "after the head was written", "after the commit"]


def exchanged_at(moment: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, compare, calls = header_backup_file.write_backup, file_guard.check_file_unchanged, []

    def at_the_head(where: Path, held: bytes) -> Callable[[], None]:
        if moment == MOMENTS[0]:
            by_rename(place)
        take_back = write(where, held)
        if moment == MOMENTS[1]:
            by_rename(place)
        return take_back

    def at_the_commit(guard: FileGuard | None) -> None:
        calls.append(1)
        if moment == MOMENTS[2] and len(calls) == 2:
            by_rename(place)
        compare(guard)

    monkeypatch.setattr(header_backup_file, "write_backup", at_the_head)
    monkeypatch.setattr(file_guard, "check_file_unchanged", at_the_commit)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_change_noticed_too_late_is_said_to_be_in_the_copy(
    opened: tuple[Engine, Vault], place: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """It cannot be taken back from the open file, so the person must know which secret opens which."""
    head = (place / HEAD).read_bytes()
    exchanged_at(moment, place, monkeypatch)
    with pytest.raises(StorageReplaced) as raised:
        change(*opened)
    monkeypatch.undo()
    copy = place / f"{DATABASE}.rescued.1"
    assert opens(place / DATABASE, FIRST) and not opens(place / DATABASE, SECOND)
    assert opens(copy, SECOND) and not opens(copy, FIRST)
    assert "that file opens with the new one, and the data file with the old one" in raised.value.sentence
    assert (place / HEAD).read_bytes() == head


def test_the_control_noticed_in_time_says_nothing_of_it(opened: tuple[Engine, Vault], place: Path) -> None:
    by_rename(place)
    with pytest.raises(StorageReplaced) as raised:
        change(*opened)
    assert "the new one" not in raised.value.sentence
    assert opens(place / f"{DATABASE}.rescued.1", FIRST)


def test_it_is_still_said_where_the_copy_could_only_be_made_later(
    opened: tuple[Engine, Vault], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "no room")

    keep = rescue_copies.create_copy
    monkeypatch.setattr(rescue_copies, "create_copy", full)
    exchanged_at(MOMENTS[2], place, monkeypatch)
    with pytest.raises(StorageReplaced) as raised:
        change(*opened)
    assert "could not be copied yet" in raised.value.sentence and "the new one" not in raised.value.sentence
    monkeypatch.setattr(rescue_copies, "create_copy", keep)
    with pytest.raises(StorageReplaced) as raised:
        change(*opened)
    assert "opens with the new one" in raised.value.sentence


def test_an_old_way_in_is_not_called_gone_from_a_file_that_was_replaced(
    opened: tuple[Engine, Vault], place: Path
) -> None:
    """Replaced between the commit and the clearing out: the file under the name has the old one still."""
    store, vault = opened
    change(store, vault)
    by_rename(place)
    with pytest.raises(StorageReplaced):
        store_of(store).purge_copies()
    assert opens(place / DATABASE, FIRST)
    assert opens(place / f"{DATABASE}.rescued.1", SECOND), "what was confirmed is kept"
    store_of(store).rescue_if_replaced()
    assert not (place / f"{DATABASE}.rescued.2").exists()


def test_a_head_in_another_folder_is_not_taken_back(place: Path) -> None:
    place.mkdir()
    header_backup_file.write_backup(place, b"before")
    take_back = header_backup_file.write_backup(place, b"ours")
    header_backup_file.write_backup(place, b"of the folder that was put there")
    take_back()
    assert header_backup_file.find_backup(place) == b"of the folder that was put there"
    take_back = header_backup_file.write_backup(place, b"ours again")
    take_back()
    assert header_backup_file.find_backup(place) == b"of the folder that was put there"
