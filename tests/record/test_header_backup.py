"""The second copy of the head: never older than what was confirmed, never a way in for an old secret."""

import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import Engine, text

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.journal import audit_log, audit_reader, condition
from clinic_toolkit.record.people import clinician, practice, practice_access
from clinic_toolkit.store import folder
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.storage_errors import StorageError, StorageFull
from clinic_toolkit.store.transactions import before_commit, reading, store_of, writing
from clinic_toolkit.vault import (
    header_backup,
    header_backup_file,
    header_rows,
    identity,
    key_slot_tables,
)
from clinic_toolkit.vault.header_fault import HeaderFault
from clinic_toolkit.vault.identity import UnsupportedSuite
from clinic_toolkit.vault.key_slot_contents import SlotPartDamaged
from clinic_toolkit.vault.key_slot_tables import KeySlotKind
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import findings, passphrase_checks
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.practices import CLINICIAN, NOW, SETTINGS
from tests.reliability.small_practice import LATER

FIRST = "glacier mandolin unwrapped spoken dentist walnut"
SECOND = "another one of six whole words"
HEAD = "clinic.head"

# What makes the store's own head open for nobody.
HURT = "UPDATE identity SET sealed = zeroblob(106)"


@pytest.fixture(autouse=True)
def openings() -> Iterator[None]:
    with quickly():
        yield


# The ring of the clinician is that of the row in `clinician`.
OWN_RING_HURT = "UPDATE ring_grant SET sealed = zeroblob(131) WHERE ring = (SELECT ring FROM clinician)"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    store = open_store(tmp_path / "data")
    with writing(store) as db:
        practice_access.create_practice(db, SETTINGS, CLINICIAN, passphrase=FIRST, now=NOW)
    assert store_of(store).checkpoint()
    store.dispose()
    return tmp_path / "data"


def unlocked(place: Path, passphrase: str) -> tuple[Engine, Vault]:
    store = open_store(place)
    with writing(store) as db:
        return store, practice_access.unlock_with_passphrase(db, passphrase, now=LATER)


def opens(place: Path, passphrase: str) -> bool:
    """Whether this opens it; a copy is tried, so nothing is mended."""
    there = place.with_name("tried")
    shutil.copytree(place, there, ignore=shutil.ignore_patterns("*-shm"))
    try:
        unlocked(there, passphrase)[0].dispose()
    except (WrongSecret, SlotPartDamaged, DamagedFile, UnsupportedSuite):
        return False
    finally:
        shutil.rmtree(there)
    return True


def hurt(place: Path, statement: str = HURT) -> None:
    store = open_store(place)
    with writing(store) as db:
        db.execute(text(statement))
    assert store_of(store).checkpoint()
    store.dispose()


def changed(place: Path, passphrase: str = SECOND) -> None:
    store, vault = unlocked(place, FIRST)
    with writing(store) as db:
        passphrase_checks.change_passphrase(db, vault, FIRST, passphrase, now=LATER)
    assert store_of(store).checkpoint()
    store.dispose()


def titles(store: Engine, vault: Vault) -> list[str]:
    with reading(store) as db:
        return [finding.title for finding in findings.list_findings(db, vault)]


def test_it_is_there_from_the_beginning_and_is_what_the_store_holds(place: Path) -> None:
    if sys.platform != "win32":
        assert stat.S_IMODE((place / HEAD).stat().st_mode) == 0o600
    store, vault = unlocked(place, FIRST)
    with reading(store) as db:
        assert header_backup.find_header_backup(db) == header_rows.read_store_header(db, vault)
    assert vault.header_fault is None and condition.is_sound(store, vault) and titles(store, vault) == []
    store.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        HURT,
        "DELETE FROM identity",
        "DELETE FROM vault",
        "UPDATE vault SET vault = randomblob(16)",
        "UPDATE vault SET incarnation = randomblob(16)",
        "UPDATE vault SET suite = 3",
        "DELETE FROM slot WHERE kind = 1",
        "UPDATE slot SET sealed = randomblob(80) WHERE kind = 1",
        "UPDATE slot SET sealed_signing = randomblob(80) WHERE kind = 1",
        "UPDATE identity SET sealed_signing = zeroblob(106)",
        "DELETE FROM ring",
        "DELETE FROM ring_grant",
        OWN_RING_HURT,
        "DELETE FROM slot; DELETE FROM slot_list; DELETE FROM identity; DELETE FROM vault",
    ],
)
def test_what_is_hurt_is_put_back_named_and_whole_again(place: Path, statement: str) -> None:
    for each in statement.split("; "):
        hurt(place, each)
    without = place.with_name("without")
    shutil.copytree(place, without)
    (without / HEAD).unlink()
    assert opens(without, FIRST) is ("incarnation" in statement or statement == OWN_RING_HURT), "the control"
    assert not opens(place, SECOND)
    store, vault = unlocked(place, FIRST)
    assert vault.header_fault == HeaderFault.USED and not condition.is_sound(store, vault)
    assert titles(store, vault) == ["The keys of the practice were damaged in the data file"]
    store.dispose()
    # The next unlock needs no copy, and finds nothing wrong.
    store, vault = unlocked(place, FIRST)
    assert vault.header_fault is None and vault.slots_intact and titles(store, vault) == []
    with reading(store) as db:
        assert clinician.load_clinician(db, vault).payload == CLINICIAN
        assert practice.load_practice_settings(db, vault).payload == SETTINGS
    store.dispose()


def test_an_old_passphrase_opens_nothing_and_is_nowhere(place: Path) -> None:
    before = place.with_name("before")
    shutil.copytree(place, before)
    old = [row for row in head_rows(before) if row]
    changed(place)
    assert opens(place, SECOND) and not opens(place, FIRST)
    (salt, seal) = old
    for file in place.iterdir():
        raw = file.read_bytes()
        assert salt not in raw and seal not in raw, file.name
    assert any(salt in file.read_bytes() for file in before.iterdir()), "the control"
    # Nor does it with the store's own head gone, ...
    hurt(place)
    assert opens(place, SECOND) and not opens(place, FIRST)
    # ... nor with an older copy in the place of the new one: the trail names a newer list.
    shutil.copy(before / HEAD, place / HEAD)
    assert not opens(place, FIRST) and not opens(place, SECOND)
    assert opens(before, FIRST), "the control"


def head_rows(place: Path) -> tuple[bytes, bytes]:
    """The salt and the seal of the way in by passphrase."""
    store = open_store(place)
    with reading(store) as db:
        row = db.execute(
            key_slot_tables.slot_table.select().where(
                key_slot_tables.slot_table.c.kind == KeySlotKind.PASSPHRASE
            )
        ).one()
    store.dispose()
    return row.salt, row.sealed


def test_an_older_copy_beside_a_sound_store_is_no_way_in_and_is_named(place: Path) -> None:
    older = (place / HEAD).read_bytes()
    changed(place)
    newest = (place / HEAD).read_bytes()
    (place / HEAD).write_bytes(older)
    assert not opens(place, FIRST)
    store, vault = unlocked(place, SECOND)
    assert titles(store, vault) == ["The second copy of the practice’s keys was out of date"]
    assert (place / HEAD).read_bytes() == newest
    store.dispose()


@pytest.mark.parametrize("spoil", ["gone", "empty", "a bit"])
def test_a_copy_that_cannot_be_read_is_named_and_written_anew(place: Path, spoil: str) -> None:
    whole = bytearray((place / HEAD).read_bytes())
    if spoil == "gone":
        (place / HEAD).unlink()
    else:
        (place / HEAD).write_bytes(
            b"" if spoil == "empty" else bytes([*whole[:200], whole[200] ^ 4, *whole[201:]])
        )
    store, vault = unlocked(place, FIRST)
    assert titles(store, vault) == ["The second copy of the practice’s keys was missing"]
    assert (place / HEAD).read_bytes() == whole
    store.dispose()
    store, vault = unlocked(place, FIRST)
    assert titles(store, vault) == []
    store.dispose()


def states(place: Path) -> dict[str, Path]:
    """Every state that a kill in a change of the passphrase can leave, told by its two files."""
    before = place.with_name("before")
    shutil.copytree(place, before)
    changed(place)
    made = {"before": before, "after": place}
    for name, (store, head) in {"between": (before, place), "never": (place, before)}.items():
        shutil.copytree(store, place.with_name(name))
        shutil.copy(head / HEAD, place.with_name(name) / HEAD)
        made[name] = place.with_name(name)
    return made


def test_a_kill_at_any_step_leaves_the_old_or_the_new_and_never_both(place: Path) -> None:
    """The copy is written before the commit: `between` can happen. Its opposite cannot, but is safe too."""
    ways = {name: (opens(there, FIRST), opens(there, SECOND)) for name, there in states(place).items()}
    assert ways == {
        "before": (True, False),
        "between": (True, False),
        "after": (False, True),
        "never": (False, True),
    }


def test_the_copy_reaches_the_disk_before_the_commit(place: Path) -> None:
    store, vault = unlocked(place, FIRST)
    seen: list[bool] = []
    write = header_backup_file.write_backup

    def watched(there: Path, held: bytes) -> Callable[[], None]:
        take_back = write(there, held)
        shutil.copytree(there, there.with_name("killed"), ignore=shutil.ignore_patterns("*-shm"))
        seen.append(True)
        return take_back

    with patch.object(header_backup_file, "write_backup", watched), writing(store) as db:
        passphrase_checks.change_passphrase(db, vault, FIRST, SECOND, now=LATER)
    assert seen == [True]
    killed = place.with_name("killed")
    assert (killed / HEAD).read_bytes() == (place / HEAD).read_bytes()
    assert opens(killed, FIRST) and not opens(killed, SECOND)
    store.dispose()


@pytest.mark.parametrize("act", ["passphrase", "sheet"])
def test_a_full_disk_changes_neither(place: Path, act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, vault = unlocked(place, FIRST)
    before = (place / HEAD).read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as disk:
        disk.setattr(folder, "write_durably", full)
        with pytest.raises(StorageFull), writing(store) as db:
            if act == "sheet":
                passphrase_checks.replace_sheet(db, vault, FIRST, now=LATER)
            else:
                passphrase_checks.change_passphrase(db, vault, FIRST, SECOND, now=LATER)
    assert (place / HEAD).read_bytes() == before
    assert opens(place, FIRST) and not opens(place, SECOND)
    assert vault.slots_intact
    store.dispose()


def test_what_is_rolled_back_is_taken_out_of_the_copy(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, vault = unlocked(place, FIRST)
    before = (place / HEAD).read_bytes()
    written: list[bytes] = []
    write = header_backup_file.write_backup

    def then_fails(there: Path, held: bytes) -> Callable[[], None]:
        from clinic_toolkit.store.transactions import on_rollback

        on_rollback(open_db[0], write(there, held))
        written.append((there / HEAD).read_bytes())
        raise RuntimeError("a mistake right before the commit")

    open_db = []
    monkeypatch.setattr(header_backup_file, "write_backup", then_fails)
    with pytest.raises(RuntimeError), writing(store) as db:
        open_db.append(db)
        passphrase_checks.change_passphrase(db, vault, FIRST, SECOND, now=LATER)
    assert written and written[0] != before
    assert (place / HEAD).read_bytes() == before
    store.dispose()


def test_a_planted_way_in_is_not_copied(place: Path) -> None:
    """Nobody vouches for it, and the copy must not hide that."""
    hurt(
        place,
        "INSERT INTO slot (slot, user, kind, salt, sealed) SELECT randomblob(16), user, 3, randomblob(16), "
        "zeroblob(80) FROM slot WHERE kind = 2",
    )
    store, vault = unlocked(place, FIRST)
    assert not vault.slots_intact
    with writing(store) as db:
        passphrase_checks.change_passphrase(db, vault, FIRST, SECOND, now=LATER)
    assert not (place / HEAD).exists()
    store.dispose()


def test_nothing_is_put_back_into_a_file_that_is_only_read(place: Path) -> None:
    hurt(place)
    raw = (place / "clinic.db").read_bytes().replace(b"CREATE TABLE client", b"CREATF TABLE client", 1)
    (place / "clinic.db").write_bytes(raw)
    store = open_store(place)
    with reading(store) as db:
        vault = practice_access.unlock_with_passphrase(db, FIRST, now=LATER)
        assert practice.load_practice_settings(db, vault).payload == SETTINGS
    assert vault.header_fault == HeaderFault.USED
    store.dispose()
    assert (place / "clinic.db").read_bytes() == raw


def test_a_set_up_that_was_cut_off_is_a_first_run_again(tmp_path: Path) -> None:
    """The copy is written before the commit that makes the practice: alone it stands for none."""
    store = open_store(tmp_path / "data")
    with pytest.raises(RuntimeError), writing(store) as db:
        practice_access.create_practice(db, SETTINGS, CLINICIAN, passphrase=FIRST, now=NOW)
        raise RuntimeError
    header_backup_file.write_backup(tmp_path / "data", b"of a practice that was never made")
    with writing(store) as db:
        assert not identity.has_practice(db)
        practice_access.create_practice(db, SETTINGS, CLINICIAN, passphrase=SECOND, now=NOW)
    store.dispose()
    assert opens(tmp_path / "data", SECOND)
    assert os.listdir(tmp_path / "data").count(HEAD) == 1


def turned(place: Path) -> None:
    """One bit of the incarnation is turned."""
    store = open_store(place)
    with writing(store) as db:
        (raw,) = db.execute(text("SELECT incarnation FROM vault")).one()
        db.execute(text("UPDATE vault SET incarnation = :it"), {"it": bytes([raw[0] ^ 1]) + raw[1:]})
    assert store_of(store).checkpoint()
    store.dispose()


def mistyped(place: Path, typed: str = SECOND) -> WrongSecret:
    store = open_store(place)
    with writing(store) as db:
        with pytest.raises(WrongSecret) as refused:
            practice_access.unlock_with_passphrase(db, typed, now=LATER)
        practice_access.record_failed_unlock(db, now=LATER)
    store.dispose()
    return refused.value


def test_a_mistyped_passphrase_does_not_follow_a_hurt_incarnation(place: Path) -> None:
    whole = (place / HEAD).read_bytes()
    turned(place)
    mistyped(place)
    store, vault = unlocked(place, FIRST)
    assert vault.header_fault == HeaderFault.USED
    assert vault.inventory is not None and not vault.inventory.gaps
    with reading(store) as db:
        assert practice.load_practice_settings(db, vault).payload == SETTINGS
    assert (place / HEAD).read_bytes() == whole
    store.dispose()


def test_a_line_without_a_key_does_not_hide_a_hurt_incarnation(place: Path) -> None:
    """It was written under the hurt one; the copy with the right one must at least stay as it is."""
    whole = (place / HEAD).read_bytes()
    turned(place)
    store = open_store(place)
    with writing(store) as db:
        audit_log.append_keyless_entry(db, identity.load_vault_ids(db)[1], "unlock.failed", now=LATER)
    store.dispose()
    for _ in range(2):
        store, vault = unlocked(place, FIRST)
        assert vault.header_fault
        assert (place / HEAD).read_bytes() == whole
        store.dispose()


def test_a_mistyped_passphrase_is_noted_where_the_trail_fits(place: Path) -> None:
    mistyped(place)
    store, vault = unlocked(place, FIRST)
    with reading(store) as db:
        events = [line.event for line in audit_reader.iter_checked_entries(db, vault)]
    assert "unlock.failed" in events and vault.header_fault is None
    store.dispose()


HURT_WAYS = pytest.mark.parametrize(
    "statement",
    [
        "UPDATE slot_list SET mac = zeroblob(32)",
        "UPDATE slot_list SET generation = generation + 1",
        "UPDATE slot SET salt = zeroblob(16) WHERE kind = 2",
    ],
)


@HURT_WAYS
@pytest.mark.parametrize("kept", ["removed", "put back"])
def test_an_old_passphrase_does_not_undo_a_change_beside_a_hurt_way_in(
    place: Path, statement: str, kept: str
) -> None:
    hurt(place, statement)
    older = (place / HEAD).read_bytes()
    changed(place)
    assert not (place / HEAD).exists()
    if kept == "put back":
        (place / HEAD).write_bytes(older)
    mistyped(place, FIRST)
    store, vault = unlocked(place, SECOND)
    with reading(store) as db:
        assert practice.load_practice_settings(db, vault).payload == SETTINGS
    # With the other way in replaced as well, all of them are this clinician's again, and are copied.
    with writing(store) as db:
        passphrase_checks.change_passphrase(db, vault, SECOND, SECOND, now=LATER)
        passphrase_checks.replace_sheet(db, vault, SECOND, now=LATER)
    with reading(store) as db:
        assert header_backup.find_header_backup(db) == header_rows.read_store_header(db, vault)
    store.dispose()
    store, vault = unlocked(place, SECOND)
    assert vault.slots_intact and vault.header_fault is None
    store.dispose()


def test_a_copy_that_was_removed_is_there_again_after_a_roll_back(place: Path) -> None:
    hurt(place, "UPDATE slot_list SET mac = zeroblob(32)")
    before = (place / HEAD).read_bytes()
    store, vault = unlocked(place, FIRST)
    gone: list[bool] = []

    def fails() -> None:
        gone.append((place / HEAD).exists())
        raise RuntimeError("a mistake right before the commit")

    with pytest.raises(RuntimeError), writing(store) as db:
        passphrase_checks.change_passphrase(db, vault, FIRST, SECOND, now=LATER)
        before_commit(db, fails)
    assert gone == [False]
    assert (place / HEAD).read_bytes() == before
    store.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        HURT,
        "DELETE FROM vault",
        "UPDATE vault SET suite = 3",
        "DELETE FROM slot WHERE kind = 1",
        "UPDATE slot SET memory_kib = 1 WHERE kind = 1",
        "DELETE FROM ring_grant",
        OWN_RING_HURT,
    ],
)
def test_a_mistyped_passphrase_is_told_as_such_where_the_head_is_hurt(place: Path, statement: str) -> None:
    hurt(place, statement)
    assert "does not open this practice" in mistyped(place).sentence
    store, vault = unlocked(place, FIRST)
    assert vault.header_fault == HeaderFault.USED
    store.dispose()


def test_a_hurt_head_without_a_copy_is_damage_whatever_is_typed(place: Path) -> None:
    hurt(place, "DELETE FROM vault")
    (place / HEAD).unlink()
    store = open_store(place)
    with writing(store) as db, pytest.raises(DamagedFile):
        practice_access.unlock_with_passphrase(db, SECOND, now=LATER)
    store.dispose()


@pytest.mark.parametrize("fault", ["a folder in its place", "no room"])
def test_an_unlock_does_not_wait_for_a_copy_that_cannot_be_written(
    place: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / HEAD).unlink()
    if fault == "no room":

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "no room")

        monkeypatch.setattr(folder, "write_durably", full)
    else:
        (place / HEAD).mkdir()
    store, vault = unlocked(place, FIRST)
    assert vault.header_fault == HeaderFault.MISSING
    assert titles(store, vault) == ["The second copy of the practice’s keys was missing"]
    with pytest.raises(StorageError), writing(store) as db:
        passphrase_checks.change_passphrase(db, vault, FIRST, SECOND, now=LATER)
    store.dispose()
    assert opens(place, FIRST) and not opens(place, SECOND)


def spoilt(place: Path, seq: int) -> None:
    """One line of the trail can be read no more."""
    store = open_store(place)
    with writing(store) as db:
        (guard,) = db.execute(
            text("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%UPDATE ON audit_line%'")
        ).one()
        db.execute(text(f"DROP TRIGGER {guard.split()[2]}"))
        db.execute(text("UPDATE audit_line SET body = zeroblob(64) WHERE seq = :seq"), {"seq": seq})
        db.execute(text(guard))
    assert store_of(store).checkpoint()
    store.dispose()


def newest_line(place: Path) -> int:
    store = open_store(place)
    with reading(store) as db:
        seq = audit_reader.last_entry_number(db)
    store.dispose()
    return seq


def test_one_old_line_that_is_lost_does_not_turn_the_copy_off(place: Path) -> None:
    store, vault = unlocked(place, FIRST)
    with writing(store) as db:
        practice_access.record_refused_passphrase(db, vault, now=LATER)
        lost = audit_reader.last_entry_number(db)
    store.dispose()
    unlocked(place, FIRST)[0].dispose()
    spoilt(place, lost)
    hurt(place)
    store, vault = unlocked(place, FIRST)
    assert vault.header_fault == HeaderFault.USED
    assert vault.inventory is not None and lost in vault.inventory.gaps, "the control"
    store.dispose()


def test_the_line_of_a_changed_way_in_that_is_lost_lets_no_older_copy_in(place: Path) -> None:
    older = (place / HEAD).read_bytes()
    changed(place)
    spoilt(place, newest_line(place))
    hurt(place)
    (place / HEAD).write_bytes(older)
    assert not opens(place, FIRST) and not opens(place, SECOND)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are listed in /proc alone")
def test_on_windows_the_file_is_overwritten_and_closed_before_it_is_replaced(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to replace a file that is open; the copy must be replaced there all the same."""
    held: list[bool] = []
    seen: list[bytes] = []
    replace = os.replace

    def as_on_windows(source: Path, target: Path) -> None:
        if Path(target).name == HEAD:
            held.append(
                any(os.path.realpath(each) == str(target) for each in Path("/proc/self/fd").iterdir())
            )
            seen.append(Path(target).read_bytes())
        replace(source, target)

    monkeypatch.setattr(os, "replace", as_on_windows)
    # The positive control: elsewhere the file is held, so this way of asking finds it.
    header_backup_file.write_backup(place, b"first")
    assert held == [True]
    monkeypatch.setattr(folder, "CAN_REPLACE_OPEN_FILES", False)
    take_back = header_backup_file.write_backup(place, b"second")
    assert held == [True, False]
    assert seen[0].strip(b"\0") and not seen[1].strip(b"\0")
    assert header_backup_file.find_backup(place) == b"second"
    take_back()
    assert header_backup_file.find_backup(place) == b"first"


def test_on_windows_a_refused_file_is_as_it_was(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (place / HEAD).read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(folder, "CAN_REPLACE_OPEN_FILES", False)
    monkeypatch.setattr(folder, "write_durably", full)
    with pytest.raises(StorageFull):
        header_backup_file.write_backup(place, b"another")
    assert (place / HEAD).read_bytes() == before
