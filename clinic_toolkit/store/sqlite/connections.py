"""SQLite connections and the pragmas that each of them sets.

The pragmas are for safety, not speed. In measured power-cut trials, synchronous=NORMAL lost acknowledged
commits in most cuts and FULL in none; without secure_delete deleted rows stay in the file. SQLite ignores
a pragma it does not know, so each one is read back.
"""

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event

from clinic_toolkit.store import folder
from clinic_toolkit.store.storage_errors import LogOutOfReach

PRAGMAS: dict[str, int | str] = {
    "journal_mode": "wal",
    "synchronous": 2,
    "secure_delete": 1,
    "trusted_schema": 0,
    "foreign_keys": 1,
    # Without it INSERT OR REPLACE deletes a row without running its delete triggers.
    "recursive_triggers": 1,
    "cell_size_check": 1,
    "temp_store": 2,
    "mmap_size": 0,
    "busy_timeout": 5000,
    "wal_autocheckpoint": 100,
}
if sys.platform == "darwin":
    # fsync alone leaves data in the drive's own cache there.
    PRAGMAS |= {"fullfsync": 1, "checkpoint_fullfsync": 1}

# Only these apply to a read-only database, which may have no write-ahead log or be in memory.
_READ_ONLY_PRAGMAS = ("trusted_schema", "cell_size_check", "temp_store", "busy_timeout")

# Execution option that holds the engine whose connections may write.
_WRITER_OPTION = "clinic_writer"


class ReadOnlyConnection(sqlite3.Connection):
    """A connection that cannot change what it reads."""


def connect_read_write(file: Path) -> sqlite3.Connection:
    """Open a connection that may write; threads of the pool share it, one at a time."""
    return sqlite3.connect(file, check_same_thread=False)


def connect_read_only(file: Path) -> sqlite3.Connection:
    """Open a connection that cannot change the file, not even by a checkpoint when it closes.

    Raises:
        LogOutOfReach: nothing can be written in its folder, and there are saves in the log beside it.
    """
    uri = f"{file.absolute().as_uri()}?mode=ro"
    if not folder.is_writable(file.parent):
        # SQLite cannot make its side files there, without which it reads no log; nor does anything change it.
        log = file.with_name(file.name + "-wal")
        if log.exists() and log.stat().st_size > 0:
            raise LogOutOfReach(log)
        uri += "&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False, factory=ReadOnlyConnection)


def create_reader_engine(file: Path, creator: Callable[[], sqlite3.Connection]) -> Engine:
    """Create an engine whose connections only read, with a paired engine that may write (`writer_engine`).

    There are two, because switching one connection between reading and writing would make it prepare every
    statement again, which costs four times as much as a short statement. Both are disposed of together.
    """
    engine = _build_engine(file, creator, _begin_reading)
    writer = _build_engine(file, creator, _begin_writing)
    event.listen(engine, "connect", _set_query_only)
    event.listen(engine, "engine_disposed", lambda _: writer.dispose())
    engine.update_execution_options(**{_WRITER_OPTION: writer})
    return engine


def writer_engine(engine: Engine) -> Engine:
    """The engine paired with this one, whose transactions may write."""
    writer: Engine = engine.get_execution_options()[_WRITER_OPTION]
    return writer


def set_engine_options(engine: Engine, **options: Any) -> None:
    """Set these execution options on both engines."""
    for target in (engine, writer_engine(engine)):
        target.update_execution_options(**options)


def checkpoint_log(engine: Engine, *, wait_for_readers: bool) -> bool:
    """Checkpoint and truncate the write-ahead log; returns False if a reader still needs it."""
    connection = writer_engine(engine).raw_connection()
    try:
        cursor = connection.cursor()
        if not wait_for_readers:
            cursor.execute("PRAGMA busy_timeout = 0").fetchall()
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            result_row = cursor.fetchone()
        finally:
            # The next transaction reuses this connection, and must wait for others as usual.
            if not wait_for_readers:
                cursor.execute(f"PRAGMA busy_timeout = {PRAGMAS['busy_timeout']}").fetchall()
        cursor.close()
    finally:
        connection.close()
    return result_row is not None and result_row[0] == 0


def move_log_into_file(engine: Engine) -> bool:
    """Checkpoint without waiting for anybody; returns whether all of the log is in the file now."""
    connection = writer_engine(engine).raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        result_row = cursor.fetchone()
        cursor.close()
    finally:
        connection.close()
    is_busy, log_pages, moved_pages = result_row or (1, 0, 0)
    # Both are -1 where there is no log.
    return is_busy == 0 and 0 <= log_pages == moved_pages


def _build_engine(
    file: Path, creator: Callable[[], sqlite3.Connection], begin: Callable[[Connection], None]
) -> Engine:
    url = URL.create("sqlite+pysqlite", database=str(file))
    engine = create_engine(url, hide_parameters=True, creator=creator)
    event.listen(engine, "connect", _apply_pragmas)
    event.listen(engine, "begin", begin)
    return engine


def _apply_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    # Disable the driver's implicit transactions; `_begin_reading` and `_begin_writing` open them.
    connection.isolation_level = None
    pragmas = PRAGMAS
    if isinstance(connection, ReadOnlyConnection):
        pragmas = {name: PRAGMAS[name] for name in _READ_ONLY_PRAGMAS}
    try:
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}").fetchall()
            row = connection.execute(f"PRAGMA {name}").fetchone()
            if row is None or row[0] != value:
                raise RuntimeError(f"this SQLite does not keep the setting {name}")
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except UnicodeDecodeError as error:
        # The error message of SQLite quotes damaged schema text, which may not be valid UTF-8.
        database_error = sqlite3.DatabaseError("the build of the file cannot be read")
        database_error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise database_error from error


def _set_query_only(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA query_only = 1")


def _begin_reading(db: Connection) -> None:
    cast(sqlite3.Connection, db.connection.driver_connection).execute("BEGIN")


def _begin_writing(db: Connection) -> None:
    cast(sqlite3.Connection, db.connection.driver_connection).execute("BEGIN IMMEDIATE")
