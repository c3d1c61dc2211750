"""Opening the file and the two ways to use it: `reading` and `writing`.

The settings are not tuning. In the measured power-cut trials, synchronous=NORMAL lost acknowledged
saves in most cuts and FULL in none; without secure_delete removed rows stay in the file. SQLite
ignores a pragma it does not understand, so each one is read back.
"""

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, text

from clinic_toolkit.store import anchor, aside, base, folder, schema
from clinic_toolkit.store.anchor import Anchor
from clinic_toolkit.store.trouble import StorageBusy, StorageFrozen, StorageReadOnly, damaged, told_plainly

APPLICATION_ID = 0x436C5470
FORMAT = 1
_HEAD_BYTES, _SQLITE, _APPLICATION_ID_AT = 100, b"SQLite format 3\0", 68

_PRAGMAS: dict[str, int | str] = {
    "journal_mode": "wal",
    "synchronous": 2,
    "secure_delete": 1,
    "trusted_schema": 0,
    "foreign_keys": 1,
    # Without it INSERT OR REPLACE removes a row and no delete trigger is asked.
    "recursive_triggers": 1,
    "cell_size_check": 1,
    "temp_store": 2,
    "mmap_size": 0,
    "busy_timeout": 5000,
    "wal_autocheckpoint": 100,
}
if sys.platform == "darwin":
    # fsync alone leaves data in the drive's own cache there.
    _PRAGMAS |= {"fullfsync": 1, "checkpoint_fullfsync": 1}

_UNDO = "undo"
_IMMEDIATE = "immediate"
_UPKEEP = "clinic_upkeep"

# SQLite lets one writer in at a time anyway; queueing here keeps the wait short and in order.
_one_writer = threading.Lock()
_PATIENCE_SECONDS = 30


def open_store(place: Path, metadata: MetaData = base.metadata) -> Engine:
    """Open the store in this folder, or make a new one if nothing was ever there.

    The modules that define tables must be imported before, since the file is compared with them.

    Raises:
        DamagedFile: the file is not ours, not whole, not built as this version builds it, or gone.
        StorageTrouble: the disk is full, read-only, busy or failing.
    """
    folder.prepare(place)
    file = folder.database(place)
    if folder.is_first_run(place):
        _make(place, file, metadata)
    _recognise(file)
    copy = aside.put_aside(file)
    found = Anchor(place)
    # SQLite folds the write-ahead log into the file when its last connection ends. A connection that
    # may only read does not, so a file that turns out to be damaged stays as it was found.
    only_looking = _engine(file, creator=lambda: _look(file))
    try:
        with told_plainly(file), reading(only_looking) as db:
            _look_over(db, metadata, file)
            found.compare(db, metadata, copy)
    finally:
        only_looking.dispose()
    folder.leave_mark(place)
    found.settle(copy)
    return _kept(file, found)


def _look(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _kept(file: Path, found: Anchor) -> Engine:
    # A file that is not the one written last is not even folded together.
    engine = _engine(file, creator=lambda: _look(file) if found.frozen else sqlite3.connect(file))
    engine.update_execution_options(**{anchor.OPTION: found, _UPKEEP: _Upkeep()})
    return engine


def _make(place: Path, file: Path, metadata: MetaData) -> None:
    # Built under another name and then renamed: a kill half-way leaves a first run, never half a store.
    draft = folder.fresh_draft(place)
    engine = _engine(draft)
    try:
        with writing(engine) as db:
            schema.create_tables(db, metadata)
            db.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
            db.execute(text(f"PRAGMA user_version = {FORMAT}"))
        checkpoint(engine)
    finally:
        engine.dispose()
    folder.put_in_place(draft, file)


def _recognise(file: Path) -> None:
    # Before SQLite opens it: switching to write-ahead logging would already change another program's file.
    try:
        with file.open("rb") as raw:
            head = raw.read(_HEAD_BYTES)
    except IsADirectoryError as error:
        raise damaged(file) from error
    except OSError as error:
        raise StorageReadOnly from error
    if head[:16] != _SQLITE or head[_APPLICATION_ID_AT:][:4] != APPLICATION_ID.to_bytes(4):
        raise damaged(file)


def _engine(file: Path, **more: Any) -> Engine:
    address = URL.create("sqlite+pysqlite", database=str(file))
    engine = create_engine(address, hide_parameters=True, **more)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not open transactions by its own rules; `_begin` says when and how.
    connection.isolation_level = None
    for name, value in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
        found = connection.execute(f"PRAGMA {name}").fetchone()
        if found is None or found[0] != value:
            raise RuntimeError(f"this SQLite does not keep the setting {name}")


def _begin(db: Connection) -> None:
    writes = bool(db.get_execution_options().get(_IMMEDIATE))
    driver = cast(sqlite3.Connection, db.connection.driver_connection)
    driver.execute(f"PRAGMA query_only = {int(not writes)}")
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _look_over(db: Connection, metadata: MetaData, file: Path) -> None:
    schema.compare(db, metadata, file)
    if db.scalar(text("PRAGMA user_version")) != FORMAT:
        raise schema.other_version(file)
    if db.scalar(text("PRAGMA quick_check(1)")) != "ok":
        raise damaged(file)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the store. A write through it is a mistake in our code and fails."""
    with told_plainly(_file(engine)), engine.connect() as db, db.begin():
        yield db


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write: all of it is on the disk when this ends, or none of it.

    `BEGIN IMMEDIATE` takes the write lock before the first read, so what was read is still true when
    it is written.
    """
    undo: list[Callable[[], None]] = []
    with _turn_to_write(), told_plainly(_file(engine)):
        _refuse_if_frozen(engine)
        try:
            with engine.connect() as db:
                info = db.info
                info[_UNDO] = undo
                anchor.expect(db)
                try:
                    with db.execution_options(**{_IMMEDIATE: True}).begin():
                        yield db
                finally:
                    del info[_UNDO]
        except BaseException:
            for act in reversed(undo):
                act()
            raise
        _upkeep(engine).written_at = time.monotonic()
        # In the same turn, so that an anchor never goes backward; and nobody hears of the save before.
        anchor.committed(engine, info)


def _refuse_if_frozen(engine: Engine) -> None:
    found = anchor.of(engine)
    if found and found.frozen:
        raise StorageFrozen


def if_rolled_back(db: Connection, act: Callable[[], None]) -> None:
    """Have something in memory put back if this `writing` does not reach the disk."""
    db.info[_UNDO].append(act)


def writes(db: Connection) -> bool:
    """Whether this connection is inside `writing`."""
    return _UNDO in db.info


def checkpoint(engine: Engine) -> bool:
    """Fold the write-ahead log into the file and empty it, so that no removed row is left in either.

    Returns False if a reader still needed the log; then it is emptied at a later call or at exit.
    """
    with _turn_to_write(), told_plainly(_file(engine)):
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA query_only = 0")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
    return busy is not None and busy[0] == 0


@contextmanager
def _turn_to_write() -> Iterator[None]:
    if not _one_writer.acquire(timeout=_PATIENCE_SECONDS):
        raise StorageBusy
    try:
        yield
    finally:
        _one_writer.release()


def _file(engine: Engine) -> Path:
    return Path(engine.url.database or "")
