"""Detects that the open database file was replaced, and then refuses to save into it.

A program that synchronises folders, a cleaner or a copy put back by hand can replace, move or delete the
data file while it is open. SQLite does not notice and goes on writing into the file that has lost its name,
so what it confirms is lost when the process ends. Windows refuses to replace an open file; the check is
made there too, and costs two `stat` calls for each save.
"""

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, event

from clinic_toolkit.store.sqlite import rescue_copies
from clinic_toolkit.store.sqlite.connections import connect_read_only, writer_engine
from clinic_toolkit.store.storage_errors import StorageReplaced

ENGINE_OPTION = "clinic_held"
# Seconds between two attempts to copy the open store: the disk may have room again by then.
RESCUE_RETRY_SECONDS = 5.0
# Device and inode: together they identify a file on this machine, whatever its name.
_FileId = tuple[int, int]

log = logging.getLogger("clinic")


class FileGuard:
    """Identifies the files of one open store, as they were when they were opened."""

    def __init__(self, file: Path) -> None:
        self._file, self._log = str(file), f"{file}-wal"
        self._file_id = _file_id(self._file)
        self._log_id: _FileId | None = None
        # Set once another file was found in their place; nothing is written from then on.
        self.replaced = False
        self.rescue_copy: Path | None = None
        # Whether a save that was reported as refused had been committed to the open file already.
        self.holds_refused = False
        self.rescue_tried_at: float | None = None

    def connect_guarded(self, open_file: Callable[[Path], sqlite3.Connection]) -> sqlite3.Connection:
        """Connect to exactly these files; once they were replaced, connect read-only to their rescue copy.

        Raises:
            StorageReplaced: the files were replaced and there is no rescue copy.
        """
        if self.replaced and self.rescue_copy:
            return connect_read_only(self.rescue_copy)
        self.check_unchanged()
        connection = open_file(Path(self._file))
        try:
            # The first read also opens the write-ahead log.
            connection.execute("PRAGMA user_version").fetchone()
            self.check_unchanged()
        except BaseException:
            connection.close()
            raise
        return connection

    def check_unchanged(self) -> None:
        """Check that the paths still lead to the open files.

        Raises:
            StorageReplaced: they do not, or did not at an earlier check.
        """
        log_id = _file_id(self._log)
        if self._log_id is None:
            self._log_id = log_id
        if self.replaced or _file_id(self._file) != self._file_id or log_id != self._log_id:
            self.replaced = True
            raise StorageReplaced(self.rescue_copy)

    def remove_orphaned_log(self) -> None:
        """Delete our write-ahead log if it lies beside another file, because a start would apply it to that.

        Its content is in the rescue copy.
        """
        if _file_id(self._file) != self._file_id and _file_id(self._log) == self._log_id is not None:
            os.unlink(self._log)

    def forget_log(self) -> None:
        """Forget the log's identity; SQLite deletes the log when the last connection closes."""
        self._log_id = None


def forget_log_on_dispose(engine: Engine, guard: FileGuard) -> None:
    """Make the guard forget the log when this engine is disposed of."""
    event.listen(engine, "engine_disposed", lambda _: guard.forget_log())


def find_guard(engine: Engine) -> FileGuard | None:
    """The file guard of this engine; None while a new store is being created."""
    guard: FileGuard | None = engine.get_execution_options().get(ENGINE_OPTION)
    return guard


def is_replaced(engine: Engine) -> bool:
    """Whether the files are already known to be replaced; does not check again."""
    guard = find_guard(engine)
    return guard is not None and guard.replaced


def needs_rescue(engine: Engine) -> bool:
    """Whether the file was replaced and no rescue copy exists yet, so that only this process has the data."""
    guard = find_guard(engine)
    return guard is not None and guard.replaced and guard.rescue_copy is None


def is_rescue_done(engine: Engine) -> bool:
    """Whether there is nothing left to watch: a rescue copy exists, or the engine has no guard."""
    guard = find_guard(engine)
    return guard is None or guard.rescue_copy is not None


def was_rescue_just_tried(engine: Engine) -> bool:
    """Whether a rescue was attempted less than `RESCUE_RETRY_SECONDS` ago."""
    guard = find_guard(engine)
    return (
        guard is not None
        and guard.rescue_tried_at is not None
        and time.monotonic() - guard.rescue_tried_at < RESCUE_RETRY_SECONDS
    )


def check_file_unchanged(engine: Engine) -> None:
    """Check that the file of this engine was not replaced; see `FileGuard.check_unchanged`."""
    guard = find_guard(engine)
    if guard:
        guard.check_unchanged()


def compare_committed(engine: Engine) -> None:
    """Check the file right after a commit.

    If it was replaced, the save is reported as refused, although the open file and its rescue copy hold it.

    Raises:
        StorageReplaced: the file was replaced.
    """
    try:
        check_file_unchanged(engine)
    except StorageReplaced:
        if guard := find_guard(engine):
            guard.holds_refused = True
        raise


def rescue_open_store(engine: Engine) -> StorageReplaced:
    """Copy the store that is still open into the data folder, once; returns the error that names the copy.

    The caller must hold the write lock and have no open transaction.
    """
    guard = find_guard(engine)
    if guard is None:
        return StorageReplaced(None)
    if guard.rescue_copy:
        return StorageReplaced(guard.rescue_copy, holds_refused=guard.holds_refused)
    guard.rescue_tried_at = time.monotonic()
    file = Path(engine.url.database or "")
    try:
        with closing(writer_engine(engine).raw_connection()) as connection:
            guard.rescue_copy = rescue_copies.create_copy(
                file, cast(sqlite3.Connection, connection.driver_connection)
            )
        guard.remove_orphaned_log()
    except Exception:
        # The open store can still be read; the next save or check tries again.
        log.exception("exchange.not_rescued")
    return StorageReplaced(guard.rescue_copy, holds_refused=guard.holds_refused)


def _file_id(path: str) -> _FileId | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
