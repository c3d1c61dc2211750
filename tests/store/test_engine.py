"""The store: settings that hold, transactions that are whole, damage that is told and left alone."""

import gc
import os
import sqlite3
import stat
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, MetaData, func, select, text
from sqlalchemy.exc import IntegrityError

from clinic_toolkit.store import base
from clinic_toolkit.store.folder import README_FILE
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import connections, write_lock
from clinic_toolkit.store.storage_errors import StorageBusy, StorageFull, StorageReadOnly
from clinic_toolkit.store.transactions import on_rollback, reading, store_of, writing

METADATA = MetaData(naming_convention=base.metadata.naming_convention)
SAMPLE = base.sealed_table("sample", METADATA)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def opened(folder: Path) -> Iterator[Engine]:
    engine = open_store(folder, METADATA)
    yield engine
    engine.dispose()


def row(version: int = 1, final: int = 0, **more: object) -> dict[str, object]:
    return {
        "record": uuid4(), "version": version, "ring": uuid4(), "key_id": bytes(16), "final": final,
        "sealed": b"sealed",
    } | more  # fmt: skip


def test_every_setting_holds_on_every_connection(opened: Engine) -> None:
    wanted = {
        "journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "trusted_schema": 0, "foreign_keys": 1,
        "recursive_triggers": 1, "temp_store": 2, "wal_autocheckpoint": 100,
    }  # fmt: skip
    with reading(opened) as one, reading(opened) as two, writing(opened) as three:
        for db in (one, two, three):
            assert {name: db.scalar(text(f"PRAGMA {name}")) for name in wanted} == wanted
            assert db.scalar(text("PRAGMA busy_timeout")) >= 1000


def test_a_setting_that_does_not_hold_stops_the_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections.PRAGMAS, "no_such_setting", 1)
    with pytest.raises(RuntimeError, match="no_such_setting"):
        open_store(folder, METADATA)


@pytest.mark.skipif(sys.platform == "win32", reason="rights are set by the user's profile folder there")
def test_only_this_user_may_look(folder: Path, opened: Engine) -> None:
    with writing(opened) as db:
        db.execute(SAMPLE.insert().values(**row()))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    names = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert set(names) == {"clinic.db", "clinic.db-wal", "clinic.db-shm", README_FILE}
    assert set(names.values()) == {0o600}


def test_an_open_folder_is_closed_to_others(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    open_store(folder, METADATA).dispose()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_all_of_a_transaction_or_nothing(opened: Engine) -> None:
    undone: list[str] = []
    with pytest.raises(ZeroDivisionError), writing(opened) as db:
        db.execute(SAMPLE.insert().values(**row()))
        on_rollback(db, lambda: undone.append("first"))
        on_rollback(db, lambda: undone.append("second"))
        _ = 1 // 0
    assert undone == ["second", "first"]
    with writing(opened) as db:
        assert db.scalar(select(func.count()).select_from(SAMPLE)) == 0
        db.execute(SAMPLE.insert().values(**row()))
        on_rollback(db, lambda: undone.append("never"))
    assert "never" not in undone
    with reading(opened) as db:
        assert db.scalar(select(func.count()).select_from(SAMPLE)) == 1


def test_no_connection_is_switched_so_that_statements_stay_prepared(opened: Engine) -> None:
    """A changed setting makes SQLite prepare every statement of its connection anew."""
    said: dict[str, list[str]] = {"reading": [], "writing": []}
    for _ in range(2):
        for name, way in (("reading", reading), ("writing", writing)):
            with way(opened) as db:
                driver = db.connection.driver_connection
                assert driver is not None
                driver.set_trace_callback(said[name].append)
                db.scalar(select(func.count()).select_from(SAMPLE))
    assert [line for line in said["writing"] if line.startswith("BEGIN")] == ["BEGIN IMMEDIATE"]
    assert [line for line in said["reading"] if line.startswith("BEGIN")] == ["BEGIN"]
    assert not [line for lines in said.values() for line in lines if "PRAGMA" in line]


def test_reading_cannot_write(opened: Engine) -> None:
    with pytest.raises(StorageReadOnly), reading(opened) as db:
        db.execute(SAMPLE.insert().values(**row()))


def test_writers_queue_and_lose_nothing(opened: Engine) -> None:
    record = uuid4()

    def add_ten() -> None:
        for _ in range(10):
            with writing(opened) as db:
                newest = db.scalar(select(func.max(SAMPLE.c.version)).where(SAMPLE.c.record == record)) or 0
                db.execute(SAMPLE.insert().values(**row(version=newest + 1, record=record)))

    threads = [threading.Thread(target=add_ten) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(opened) as db:
        assert db.scalar(select(func.max(SAMPLE.c.version))) == 50


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sample SET sealed = x'00'",
        "UPDATE sample SET final = 0",
        "DELETE FROM sample",
        "INSERT OR REPLACE INTO sample SELECT * FROM sample",
    ],
)
def test_a_final_version_stays_as_it_is(opened: Engine, statement: str) -> None:
    with writing(opened) as db:
        db.execute(SAMPLE.insert().values(**row(final=1)))
    with pytest.raises(IntegrityError, match="stays as it is"), writing(opened) as db:
        db.execute(text(statement))


def test_one_version_is_written_once(opened: Engine) -> None:
    first = row()
    with writing(opened) as db:
        db.execute(SAMPLE.insert().values(**first))
    with pytest.raises(IntegrityError), writing(opened) as db:
        db.execute(SAMPLE.insert().values(**first))


def test_removed_rows_leave_nothing_behind(folder: Path, opened: Engine) -> None:
    needle = os.urandom(24)
    with writing(opened) as db:
        db.execute(SAMPLE.insert().values(**row(sealed=needle * 20)))
    assert any(needle in file.read_bytes() for file in folder.iterdir())
    with writing(opened) as db:
        db.execute(SAMPLE.delete())
    assert store_of(opened).checkpoint()
    assert not any(needle in file.read_bytes() for file in folder.iterdir())


def test_a_checkpoint_says_when_a_reader_was_in_the_way(
    opened: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.PRAGMAS, "busy_timeout", 1)
    opened.dispose()
    with writing(opened) as db:
        db.execute(SAMPLE.insert().values(**row()))
    with reading(opened) as db:
        db.execute(select(SAMPLE)).all()
        with writing(opened) as other:
            other.execute(SAMPLE.insert().values(**row()))
        assert not store_of(opened).checkpoint()
    assert store_of(opened).checkpoint()


def test_what_was_left_in_the_log_is_folded_in_at_the_next_start(folder: Path, opened: Engine) -> None:
    needle = os.urandom(24)
    with writing(opened) as db:
        db.execute(SAMPLE.insert().values(**row(sealed=needle * 20)))
    other = sqlite3.connect(folder / "clinic.db", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM sample").fetchone()
    with writing(opened) as db:
        db.execute(SAMPLE.delete())
    began = time.monotonic()
    assert not store_of(opened).try_upkeep()
    with writing(opened):
        assert not store_of(opened).try_upkeep(), "nobody is waited for"
    # Whoever waited would wait as long as SQLite is told to.
    assert time.monotonic() - began < int(connections.PRAGMAS["busy_timeout"]) / 1000
    other.close()
    open_store(folder, METADATA)
    assert not any(needle in file.read_bytes() for file in folder.iterdir())


def test_a_full_disk_is_said_and_nothing_is_half_saved(opened: Engine) -> None:
    with pytest.raises(StorageFull), writing(opened) as db:
        pages = db.scalar(text("PRAGMA page_count"))
        db.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        for _ in range(50):
            db.execute(SAMPLE.insert().values(**row(sealed=bytes(2000))))
    opened.dispose()
    with reading(opened) as db:
        assert db.scalar(select(func.count()).select_from(SAMPLE)) == 0


def test_a_fold_that_failed_leaves_the_next_save_its_patience(opened: Engine) -> None:
    def refuse(act: int, first: str | None, *_: object) -> int:
        folds = act == sqlite3.SQLITE_PRAGMA and first == "wal_checkpoint"
        return sqlite3.SQLITE_DENY if folds else sqlite3.SQLITE_OK

    wanted = connections.PRAGMAS["busy_timeout"]
    with writing(opened) as db:
        driver = db.connection.driver_connection
        assert driver is not None
        driver.set_authorizer(refuse)
    with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        store_of(opened).try_upkeep()
    with writing(opened) as db:
        assert db.scalar(text("PRAGMA busy_timeout")) == wanted


def test_another_programs_lock_is_said(folder: Path, opened: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections.PRAGMAS, "busy_timeout", 1)
    opened.dispose()
    other = sqlite3.connect(folder / "clinic.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusy), writing(opened):
        pass
    other.close()


def test_a_stuck_writer_is_not_waited_for_without_end(
    opened: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_lock, "LOCK_TIMEOUT_SECONDS", 0.01)
    with writing(opened), pytest.raises(StorageBusy), writing(opened):
        pass


def test_what_was_stored_is_there_at_the_next_start(folder: Path, opened: Engine) -> None:
    with writing(opened) as db:
        db.execute(SAMPLE.insert().values(**row()))
    opened.dispose()
    again = open_store(folder, METADATA)
    with reading(again) as db:
        assert db.scalar(select(func.count()).select_from(SAMPLE)) == 1
    again.dispose()


def test_a_reader_is_used_again_alone_and_is_closed_with_the_store(opened: Engine) -> None:
    with reading(opened) as db:
        first = db.connection.driver_connection
    with reading(opened) as db, reading(opened) as other:
        assert db.connection.driver_connection is first
        assert other.connection.driver_connection is not first
    with pytest.raises(RuntimeError, match="broke off"), reading(opened) as db:
        raise RuntimeError("broke off")
    with reading(opened) as db:
        assert db.scalar(text("SELECT 1")) == 1
    opened.dispose()
    assert isinstance(first, sqlite3.Connection)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        first.execute("SELECT 1")
    with reading(opened) as db:
        assert db.connection.driver_connection is not first


def test_a_store_that_is_not_used_any_more_can_go(tmp_path: Path) -> None:
    """Else a process that opens one store after another runs out of files."""
    gone = []
    for number in range(3):
        engine = open_store(tmp_path / str(number))
        with reading(engine):
            pass
        gone.append(weakref.ref(store_of(engine)))
        del engine
    gc.collect()
    assert [store() is None for store in gone] == [True, True, False], "the last one may still be used"
