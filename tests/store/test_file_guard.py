"""The file is exchanged while it is open: nothing is called saved any more, and the open copy is kept."""

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, MetaData

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import base
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import file_guard, rescue_copies
from clinic_toolkit.store.sqlite.file_guard import FileGuard
from clinic_toolkit.store.storage_errors import StorageReplaced
from clinic_toolkit.store.transactions import reading, store_of, transaction_of, writing
from tests.store import chains

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be exchanged there")

METADATA = MetaData(naming_convention=base.metadata.naming_convention)
SAMPLE = base.sealed_table("sample", METADATA)
DATABASE = "clinic.db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def opened(folder: Path) -> Iterator[Engine]:
    engine = open_store(folder, METADATA)
    save(engine, 3)
    yield engine
    engine.dispose()


def save(engine: Engine, count: int = 1) -> None:
    for _ in range(count):
        with writing(engine) as db:
            db.execute(
                SAMPLE.insert().values(
                    record=uuid4(), version=1, ring=uuid4(), key_id=bytes(16), final=0, sealed=b"sealed"
                )
            )


def rows(file: Path) -> int:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(db.execute("SELECT count(*) FROM sample").fetchone()[0])


def by_rename(folder: Path) -> None:
    """As a sync client does: another file is made beside it and renamed over it."""
    other = folder.parent / "other.db"
    shutil.copy(folder / DATABASE, other)
    os.replace(other, folder / DATABASE)


def removed(folder: Path) -> None:
    (folder / DATABASE).unlink()


def renamed(folder: Path) -> None:
    (folder / DATABASE).rename(folder / "clinic (conflict).db")


def without_its_log(folder: Path) -> None:
    (folder / f"{DATABASE}-wal").unlink()


def with_another_log(folder: Path) -> None:
    other = folder.parent / "other-wal"
    other.write_bytes(b"")
    os.replace(other, folder / f"{DATABASE}-wal")


def folder_moved(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def folder_replaced(folder: Path) -> None:
    shutil.copytree(folder, folder.with_name("copy"))
    folder_moved(folder)
    folder.with_name("copy").rename(folder)


def folder_removed(folder: Path) -> None:
    shutil.rmtree(folder)


WAYS = [
    by_rename,
    removed,
    renamed,
    without_its_log,
    with_another_log,
    folder_moved,
    folder_replaced,
    folder_removed,
]


@pytest.mark.parametrize("exchanged", WAYS)
def test_nothing_is_saved_into_a_file_without_a_name(
    opened: Engine, folder: Path, exchanged: Callable[[Path], None]
) -> None:
    exchanged(folder)
    standing = {file.name: file.read_bytes() for file in folder.iterdir()} if folder.exists() else {}
    if exchanged in (by_rename, removed, renamed):
        # It is ours, and would be written into the other file.
        del standing[f"{DATABASE}-wal"]
    with pytest.raises(StorageReplaced) as raised:
        save(opened)
    copy = folder / f"{DATABASE}.rescued.1"
    assert raised.value.rescue_copy == copy
    assert copy.name in raised.value.sentence and str(folder) in raised.value.sentence
    assert rows(copy) == 3
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(set(os.listdir(folder)) - set(standing)) == [copy.name, f"{DATABASE}.rescued.unseen"]
    # What was put there is left as it is; SQLite's shared memory is no content.
    for name, raw in standing.items():
        assert name.endswith("-shm") or (folder / name).read_bytes() == raw, name
    # The open copy can be read, nothing is written any more, and there is one copy only.
    with reading(opened) as db:
        assert len(db.execute(SAMPLE.select()).all()) == 3
    with pytest.raises(StorageReplaced):
        save(opened)
    assert (
        not store_of(opened).checkpoint()
        and not store_of(opened).try_upkeep()
        and not store_of(opened).checkpoint_when_idle(after_seconds=0)
    )
    assert rescue_copies.list_copies(folder / DATABASE) == [copy]
    verdict = store_of(opened).verdict.file_replaced
    assert verdict and verdict.in_this_run and verdict.rescue_copies == (copy,)


def test_the_control_goes_on_saving(opened: Engine, folder: Path) -> None:
    save(opened, 5)
    assert store_of(opened).checkpoint()
    store_of(opened).rescue_if_replaced()
    save(opened)
    opened.dispose()
    assert rows(folder / DATABASE) == 9
    assert rescue_copies.list_copies(folder / DATABASE) == []
    assert store_of(opened).verdict.is_clean


def test_letting_connections_go_is_no_exchange(opened: Engine, folder: Path) -> None:
    """SQLite removes the log with the last connection, and makes another one for the next."""
    opened.dispose()
    assert not (folder / f"{DATABASE}-wal").exists()
    save(opened)
    save(opened)
    assert store_of(opened).verdict.is_clean


def test_the_old_way_called_it_saved(opened: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the comparison a save is confirmed and in no file."""
    monkeypatch.setattr(file_guard, "check_file_unchanged", lambda guard: None)
    folder_replaced(folder)
    save(opened)
    opened.dispose()
    assert rows(folder / DATABASE) == 3


@pytest.mark.parametrize("calls", [1, 2])
def test_it_is_compared_before_the_commit_and_after(
    opened: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """Whenever it is exchanged while a save is under way, nobody hears that it was saved."""
    compare, undone = file_guard.check_file_unchanged, []
    seen = []

    def then_exchanged(guard: FileGuard | None) -> None:
        seen.append(1)
        if len(seen) == calls:
            by_rename(folder)
        compare(guard)

    monkeypatch.setattr(file_guard, "check_file_unchanged", then_exchanged)
    from clinic_toolkit.store.transactions import on_rollback

    with pytest.raises(StorageReplaced), writing(opened) as db:
        on_rollback(db, lambda: undone.append(1))
        db.execute(
            SAMPLE.insert().values(
                record=uuid4(), version=1, ring=uuid4(), key_id=bytes(16), final=0, sealed=b"x"
            )
        )
    assert undone == [1]
    # Before the commit it is taken back; after it, it is in the copy, but was not called saved.
    assert rows(folder / f"{DATABASE}.rescued.1") == 2 + calls


def test_no_new_connection_is_made_to_another_file(opened: Engine, folder: Path) -> None:
    with reading(opened) as first:
        by_rename(folder)
        assert len(first.execute(SAMPLE.select()).all()) == 3
        with pytest.raises(StorageReplaced), reading(opened):
            pass
        store_of(opened).rescue_if_replaced()
        # Once there is a copy it is read: nothing can be exchanged under that.
        with reading(opened) as second:
            assert len(second.execute(SAMPLE.select()).all()) == 3
            assert second.exec_driver_sql("PRAGMA database_list").all()[0][2].endswith(".rescued.1")


def test_it_is_noticed_although_nobody_saves(opened: Engine, folder: Path) -> None:
    store_of(opened).rescue_if_replaced()
    assert store_of(opened).verdict.is_clean
    by_rename(folder)
    store_of(opened).rescue_if_replaced()
    assert rows(folder / f"{DATABASE}.rescued.1") == 3
    assert not store_of(opened).verdict.is_clean


def test_a_rescue_that_fails_is_said_and_tried_again(
    opened: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = rescue_copies.create_copy

    def full(*_: object) -> Path:
        raise OSError(28, "no room")

    monkeypatch.setattr(rescue_copies, "create_copy", full)
    by_rename(folder)
    with pytest.raises(StorageReplaced) as raised:
        save(opened)
    assert raised.value.rescue_copy is None and "could not be copied" in raised.value.sentence
    monkeypatch.setattr(rescue_copies, "create_copy", keep)
    with pytest.raises(StorageReplaced) as raised:
        save(opened)
    assert raised.value.rescue_copy == folder / f"{DATABASE}.rescued.1"


def test_a_rescue_that_failed_is_tried_again_although_nobody_saves(
    opened: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def full(*_: object) -> Path:
        tries.append(1)
        raise OSError(28, "no room")

    keep = rescue_copies.create_copy
    monkeypatch.setattr(rescue_copies, "create_copy", full)
    by_rename(folder)
    store_of(opened).rescue_if_replaced()
    store_of(opened).rescue_if_replaced()
    assert len(tries) == 1, "not at every look, or the disk would never rest"
    monkeypatch.setattr(file_guard, "RESCUE_RETRY_SECONDS", 0.0)
    store_of(opened).rescue_if_replaced()
    assert len(tries) == 2 and store_of(opened).needs_rescue
    monkeypatch.setattr(file_guard, "RESCUE_RETRY_SECONDS", 3600.0)
    monkeypatch.setattr(rescue_copies, "create_copy", keep)
    store_of(opened).rescue_if_replaced(ending=True)
    assert rows(folder / f"{DATABASE}.rescued.1") == 3
    assert not store_of(opened).needs_rescue


def test_a_copy_of_before_is_not_touched(opened: Engine, folder: Path) -> None:
    for name in ("1", "7"):
        (folder / f"{DATABASE}.rescued.{name}").write_bytes(b"of before")
    by_rename(folder)
    with pytest.raises(StorageReplaced) as raised:
        save(opened)
    assert raised.value.rescue_copy == folder / f"{DATABASE}.rescued.8"
    assert (folder / f"{DATABASE}.rescued.7").read_bytes() == b"of before"


def test_the_copy_becomes_the_record_again(opened: Engine, folder: Path) -> None:
    by_rename(folder)
    with pytest.raises(StorageReplaced):
        save(opened)
    opened.dispose()
    for end in ("", "-wal", "-shm"):
        (folder / f"{DATABASE}{end}").unlink(missing_ok=True)
    (folder / f"{DATABASE}.rescued.1").rename(folder / DATABASE)
    again = open_store(folder, METADATA)
    save(again)
    with reading(again) as db:
        assert len(db.execute(SAMPLE.select()).all()) == 4
    again.dispose()


def test_a_copy_is_cleared_out_once_the_record_holds_what_it_holds(tmp_path: Path) -> None:
    store, folder = chained(tmp_path)
    before = (folder / DATABASE).read_bytes()
    by_rename(folder)
    with pytest.raises(StorageReplaced):
        chains.save(store)
    store.dispose()
    copy = folder / f"{DATABASE}.rescued.1"
    again = chains.opened(folder)
    chains.save(again)
    assert store_of(again).purge_copies()
    assert copy.exists(), "nobody was told of it"
    # One of a record that went on by itself, and one that is no record at all.
    parted = folder / f"{DATABASE}.rescued.2"
    parted.write_bytes(before)
    with closing(sqlite3.connect(parted)) as db, chains.refusing_nothing(db):
        db.execute("UPDATE audit_line SET hash = zeroblob(32) WHERE seq = 3")
        db.commit()
    damaged = folder / f"{DATABASE}.rescued.3"
    damaged.write_bytes(b"of before")
    rescue_copies.delete_unacknowledged_marker(folder / DATABASE)
    assert store_of(again).purge_copies()
    assert rescue_copies.list_copies(folder / DATABASE) == [parted, damaged]
    chains.save(again)
    again.dispose()


def test_our_log_is_not_written_into_an_older_file(tmp_path: Path) -> None:
    """Its pages fit the file that it was written for, and no other."""
    folder = tmp_path / "data"
    opened = open_store(folder, METADATA)
    save(opened)
    assert store_of(opened).checkpoint()
    shutil.copy(folder / DATABASE, tmp_path / "older.db")
    save(opened, 200)
    assert store_of(opened).checkpoint()
    save(opened, 30)
    os.replace(tmp_path / "older.db", folder / DATABASE)
    with pytest.raises(StorageReplaced):
        save(opened)
    opened.dispose()
    assert rows(folder / f"{DATABASE}.rescued.1") == 231
    again = open_store(folder, METADATA)
    with reading(again) as db:
        assert len(db.execute(SAMPLE.select()).all()) == 1
    again.dispose()


def test_a_file_that_holds_nothing_is_damage_that_names_the_copy(tmp_path: Path) -> None:
    store, folder = chained(tmp_path)
    empty = chains.opened(tmp_path / "empty")
    empty.dispose()
    os.replace(tmp_path / "empty" / DATABASE, folder / DATABASE)
    with pytest.raises(StorageReplaced):
        chains.save(store)
    store.dispose()
    with pytest.raises(DamagedFile, match=r"holds no practice.*clinic\.db\.rescued\.1"):
        chains.opened(folder)


def test_a_removed_file_is_damage_that_names_the_copy(opened: Engine, folder: Path) -> None:
    folder_removed(folder)
    with pytest.raises(StorageReplaced):
        save(opened)
    opened.dispose()
    with pytest.raises(DamagedFile, match=r"clinic\.db\.rescued\.1"):
        open_store(folder, METADATA)
    assert not (folder / DATABASE).exists()


def chained(tmp_path: Path) -> tuple[Engine, Path]:
    folder = tmp_path / "data"
    store = chains.opened(folder)
    for _ in range(3):
        chains.save(store)
    assert store_of(store).checkpoint()
    return store, folder


def test_the_next_start_tells_of_it_until_it_is_seen(tmp_path: Path) -> None:
    store, folder = chained(tmp_path)
    by_rename(folder)
    with pytest.raises(StorageReplaced):
        chains.save(store)
    assert chains.newest(folder).seq == 3, "the anchor does not count what was not saved"
    store.dispose()
    for _ in range(2):
        again = chains.opened(folder)
        found = store_of(again).verdict.file_replaced
        assert (
            found
            and not found.in_this_run
            and [copy.name for copy in found.rescue_copies] == [f"{DATABASE}.rescued.1"]
        )
        again.dispose()
    with writing(again) as db:
        chains.line(db)
        transaction_of(db).acknowledge_losses()
    assert store_of(again).verdict.file_replaced is None
    again.dispose()
    assert store_of(chains.opened(folder)).verdict.file_replaced is None
    assert (folder / f"{DATABASE}.rescued.1").exists()


@pytest.mark.parametrize("ahead", [1, 9])
def test_another_anchor_in_its_place_is_written_anew(tmp_path: Path, ahead: int) -> None:
    """Its other slot could count further than ours, so half of it must not stay beside ours."""
    other, elsewhere = chained(tmp_path / "other")
    for _ in range(ahead):
        chains.save(other)
    store, folder = chained(tmp_path)
    os.replace(elsewhere / "clinic.anchor", folder / "clinic.anchor")
    chains.save(store)
    assert [slot.seq for slot in chains.slots(folder) if slot] == [4]
    assert chains.newest(folder).seq == 4
    store.dispose()
    assert store_of(chains.opened(folder)).verdict.is_clean
