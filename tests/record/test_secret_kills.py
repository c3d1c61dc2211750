"""A kill at any step of a change of secrets: the old or the new one opens everything, never neither.

Everything is the user key, the signing key and the key for psychotherapy notes. What opens a practice is
tried in a copy of the folder as each statement, the commit and the checkpoint leave it.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record.people import clinician, executor_access, practice_access, secret_changes
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slot_list_store, key_slots
from clinic_toolkit.vault.key_slot_tables import slot_table
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.file_steps import copied_at_each_statement
from tests.fixtures.practices import CLINICIAN, NOW, SETTINGS

FIRST, SECOND = "glacier mandolin unwrapped spoken dentist walnut", "another one of six whole words"
Opens = Callable[[Connection, Vault], None]


@dataclass(frozen=True)
class Secrets:
    """Whether each of two secrets opens everything, in one copy of the folder."""

    old: bool
    new: bool


@dataclass
class Practice:
    """An unlocked practice, its folder, its sheet, and its key for psychotherapy notes."""

    place: Path
    engine: Engine
    vault: Vault
    sheet: str
    key: bytes


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with quickly():
        engine = open_store(tmp_path / "data")
        with writing(engine) as db:
            vault, groups = practice_access.create_practice(
                db, SETTINGS, CLINICIAN, passphrase=FIRST, now=NOW
            )
        with reading(engine) as db:
            key = key_slots.open_keys_with_passphrase(db, vault.user_id, FIRST).psychotherapy_key
        assert key
        yield Practice(tmp_path / "data", engine, vault, " ".join(groups), key)
        engine.dispose()


def opens_all(place: Path, user: Vault, key: bytes | None, secret: str, *, sheet: bool) -> bool:
    """Whether this secret opens a whole practice in this folder, as the next start finds it."""
    engine = open_store(place)
    unlock, open_keys = (
        (key_slots.unlock_with_recovery_sheet, key_slots.open_keys_with_recovery_sheet)
        if sheet
        else (key_slots.unlock_with_passphrase, key_slots.open_keys_with_passphrase)
    )
    try:
        with reading(engine) as db:
            found = unlock(db, secret)
            held = open_keys(db, user.user_id, secret)
        return found.slots_intact and found.can_sign and held.psychotherapy_key == key
    except ClinicError:
        return False
    finally:
        engine.dispose()


def killed_at_each_step(practice: Practice, change: Callable[[Connection], None]) -> tuple[list[Path], int]:
    """The folder as a kill leaves it: inside the transaction, after its commit, after the checkpoint."""
    copies, inside = copied_at_each_statement(practice.engine, practice.place, change)
    assert inside > 4
    return copies, inside


def test_changing_the_passphrase(practice: Practice) -> None:
    def change(db: Connection) -> None:
        held = key_slots.open_keys_with_passphrase(db, practice.vault.user_id, FIRST)
        secret_changes.change_passphrase(
            db, practice.vault, SECOND, psychotherapy_key=held.psychotherapy_key, now=NOW
        )

    copies, inside = killed_at_each_step(practice, change)
    found = [
        Secrets(*(opens_all(copy, practice.vault, practice.key, one, sheet=False) for one in (FIRST, SECOND)))
        for copy in copies
    ]
    assert found == [Secrets(old=True, new=False)] * inside + [Secrets(old=False, new=True)] * 2
    assert all(opens_all(copy, practice.vault, practice.key, practice.sheet, sheet=True) for copy in copies)


def test_a_new_sheet(practice: Practice) -> None:
    new = secret_changes.generate_recovery_sheet(practice.vault, psychotherapy_key=practice.key)

    def change(db: Connection) -> None:
        stored = clinician.load_clinician(db, practice.vault)
        secret_changes.activate_recovery_sheet(db, practice.vault, stored, new, made_on=NOW.date(), now=NOW)

    copies, inside = killed_at_each_step(practice, change)
    both = (practice.sheet, " ".join(new.groups))
    found = [
        Secrets(*(opens_all(copy, practice.vault, practice.key, one, sheet=True) for one in both))
        for copy in copies
    ]
    assert found == [Secrets(old=True, new=False)] * inside + [Secrets(old=False, new=True)] * 2
    assert all(opens_all(copy, practice.vault, practice.key, FIRST, sheet=False) for copy in copies)


def test_a_forgotten_passphrase(practice: Practice) -> None:
    """The sheet alone gives it a successor; the sheet opens everything before, in between and after."""
    with writing(practice.engine) as db:
        vault = practice_access.unlock_with_recovery_sheet(db, practice.sheet, now=NOW)

    def change(db: Connection) -> None:
        held = secret_changes.open_keys_with_recovery_sheet(db, vault, practice.sheet)
        secret_changes.change_passphrase(db, vault, SECOND, psychotherapy_key=held.psychotherapy_key, now=NOW)

    copies, inside = killed_at_each_step(practice, change)
    new = [opens_all(copy, vault, practice.key, SECOND, sheet=False) for copy in copies]
    assert new == [False] * inside + [True] * 2
    assert all(opens_all(copy, vault, practice.key, practice.sheet, sheet=True) for copy in copies)


def test_the_halves_of_an_executor_made_replaced_and_withdrawn(practice: Practice) -> None:
    def opens(place: Path, halves: executor_access.NewHalves) -> bool:
        engine = open_store(place)
        try:
            with reading(engine) as db:
                found, _ = key_slots.unlock_with_executor_halves(
                    db, " ".join(halves.first), " ".join(halves.second)
                )
            return found.slots_intact
        except ClinicError:
            return False
        finally:
            engine.dispose()

    old, new = (executor_access.generate_halves(practice.vault, psychotherapy_key=None) for _ in range(2))
    with writing(practice.engine) as db:
        executor_access.activate_halves(db, practice.vault, old, now=NOW)
    copies, inside = killed_at_each_step(
        practice, lambda db: executor_access.activate_halves(db, practice.vault, new, now=NOW)
    )
    found = [Secrets(opens(copy, old), opens(copy, new)) for copy in copies]
    assert found == [Secrets(old=True, new=False)] * inside + [Secrets(old=False, new=True)] * 2
    for copy in copies:
        shutil.rmtree(copy)
    copies, inside = killed_at_each_step(
        practice, lambda db: executor_access.withdraw_halves(db, practice.vault, now=NOW)
    )
    assert [opens(copy, new) for copy in copies] == [True] * inside + [False] * 2
    for copy in copies:
        assert opens_all(copy, practice.vault, practice.key, FIRST, sheet=False)
        assert opens_all(copy, practice.vault, practice.key, practice.sheet, sheet=True)


def test_the_key_for_psychotherapy_notes_is_in_both_or_in_neither(practice: Practice) -> None:
    with writing(practice.engine) as db:
        db.execute(slot_table.update().values(sealed_psychotherapy=None))
        key_slot_list_store.update_slot_list(db, practice.vault)
        secret_changes.note_slot_change(db, practice.vault, "practice.passphrase_changed", now=NOW)
    copies, inside = killed_at_each_step(
        practice,
        lambda db: secret_changes.add_psychotherapy_key(db, practice.vault, FIRST, practice.sheet, now=NOW),
    )
    with reading(practice.engine) as db:
        key = key_slots.open_keys_with_passphrase(db, practice.vault.user_id, FIRST).psychotherapy_key
    assert key
    for number, copy in enumerate(copies):
        expected = None if number < inside else key
        assert opens_all(copy, practice.vault, expected, FIRST, sheet=False)
        assert opens_all(copy, practice.vault, expected, practice.sheet, sheet=True)
