"""A store that is held still: its file as it lies is one moment, and others go on reading and saving."""

import os
import sqlite3
import struct
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from clinic_toolkit.store.folder import ANCHOR_FILE, DATABASE_FILE
from clinic_toolkit.store.sqlite import held_store
from clinic_toolkit.store.transactions import reading, store_of
from tests.store import chains

SHARED_LOCK_AT, SHARED_LOCK_BYTES = 0x40000002, 510


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A store with one save in it."""
    opened = chains.opened(tmp_path / "data")
    chains.save(opened)
    return opened


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up at once where a reader is in the way."""
    monkeypatch.setattr(held_store, "_WAIT_SECONDS", 0.0)


def copied(engine: Engine, place: Path, *, saves_meanwhile: int = 0) -> Path:
    """The files of a held store in a folder, with so many saves between two chunks of them."""
    place.mkdir()
    with store_of(engine).holding_still() as held, (place / DATABASE_FILE).open("wb") as target:
        assert held is not None
        for number, chunk in enumerate(held.iter_database(4096)):
            target.write(chunk)
            if number == 1:
                for _ in range(saves_meanwhile):
                    chains.save(engine)
                # Nobody moves them into the file meanwhile.
                assert not store_of(engine).try_upkeep() or not saves_meanwhile
        assert held.is_unchanged()
        for name, raw in held.files.items():
            (place / name).write_bytes(raw)
    return place


def test_the_file_is_of_one_moment_while_others_save(engine: Engine, tmp_path: Path) -> None:
    copy = copied(engine, tmp_path / "copy", saves_meanwhile=150)
    assert sorted(path.name for path in copy.iterdir()) == sorted([ANCHOR_FILE, DATABASE_FILE])
    assert (copy / DATABASE_FILE).read_bytes()[18:20] == b"\1\1", "or it opens on no read-only disk"
    with closing(sqlite3.connect(copy / DATABASE_FILE)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert chains.newest(copy).seq == 1
    assert store_of(engine).try_upkeep(), "afterwards the log can go"
    assert chains.newest(copied(engine, tmp_path / "later")).seq == 151


def test_what_is_in_the_log_is_in_it(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "data" / f"{DATABASE_FILE}-wal"
    for _ in range(3):
        chains.save(engine)
    assert log.stat().st_size, "the control: the saves are in the log"
    assert chains.newest(copied(engine, tmp_path / "copy")).seq == 4


def test_its_connections_see_that_moment(engine: Engine) -> None:
    with store_of(engine).holding_still() as held:
        assert held is not None and len(held.dbs) >= 2
        chains.save(engine)
        for db in held.dbs:
            assert db.scalar(text("SELECT max(seq) FROM audit_line")) == 1
            assert held.find_problems(db, chains.METADATA) == ()
    with reading(engine) as db:
        assert db.scalar(text("SELECT max(seq) FROM audit_line")) == 2, "the control"


def test_a_reader_from_before_the_last_save_is_in_the_way(engine: Engine) -> None:
    with reading(engine) as db:
        db.scalar(text("SELECT count(*) FROM audit_line"))
        with store_of(engine).holding_still() as held:
            assert held is not None, "the control: that reader saw all saves"
        chains.save(engine)
        with store_of(engine).holding_still() as held:
            assert held is None
    with store_of(engine).holding_still() as held:
        assert held is not None


def test_a_reader_that_ends_soon_is_waited_for(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_store, "_WAIT_SECONDS", 60.0)
    context = reading(engine)
    context.__enter__().scalar(text("SELECT count(*) FROM audit_line"))
    chains.save(engine)
    monkeypatch.setattr(held_store, "_pause", lambda: context.__exit__(None, None, None))
    with store_of(engine).holding_still() as held:
        assert held is not None


def test_who_writes_to_the_file_in_spite_of_it_is_noticed(engine: Engine, tmp_path: Path) -> None:
    with store_of(engine).holding_still() as held:
        assert held is not None and held.is_unchanged(), "the control"
        os.utime(tmp_path / "data" / DATABASE_FILE, ns=(1, 1))
        assert not held.is_unchanged()


def test_a_replaced_file_is_not_held(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "data" / DATABASE_FILE
    (tmp_path / "other").write_bytes(file.read_bytes())
    os.replace(tmp_path / "other", file)
    with store_of(engine).holding_still() as held:
        assert held is None


def test_a_log_that_does_not_fit_into_the_file_is_no_error(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk may be full; a backup copies the store to the stick then."""
    asked = []

    def fail(engine: Engine) -> bool:
        asked.append(engine)
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(held_store, "move_log_into_file", fail)
        with store_of(engine).holding_still() as held:
            assert held is None and len(asked) == 1
    chains.save(engine)
    with store_of(engine).holding_still() as held:
        assert held is not None, "the control"


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system for the locks of this process")
def test_the_locks_of_sqlite_stay(engine: Engine, tmp_path: Path) -> None:
    """To close a second handle of the file would give them up, and others could take the log away."""
    import fcntl

    file = tmp_path / "data" / DATABASE_FILE

    def is_locked(handle: int) -> bool:
        asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, SHARED_LOCK_AT, SHARED_LOCK_BYTES, 0)
        told = fcntl.fcntl(handle, fcntl.F_OFD_GETLK, asked)
        return bool(struct.unpack("hhqqi4x", told)[0] != fcntl.F_UNLCK)

    asking = os.open(file, os.O_RDWR)
    try:
        with store_of(engine).holding_still() as held:
            assert held is not None and list(held.iter_database(4096))
        assert is_locked(asking)
        os.close(os.open(file, os.O_RDONLY))
        assert not is_locked(asking), "the control: a handle that is closed gives them up"
    finally:
        os.close(asking)
