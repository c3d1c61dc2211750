"""Detects that the open database file was replaced, and then refuses to save into it.

A program that synchronises folders, a cleaner or a copy put back by hand can replace, move or delete the
data file while it is open. SQLite does not notice and goes on writing into the file that has lost its name,
so what it confirms is lost when the process ends. Windows refuses to replace an open file; the check is
made there too, and costs two `stat` calls for each save.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, event

from clinic_toolkit.store.sqlite.connections import connect_read_only
from clinic_toolkit.store.storage_errors import StorageReplaced

# Seconds between two attempts to copy the open store: the disk may have room again by then.
RESCUE_RETRY_SECONDS = 5.0
# Device and inode: together they identify a file on this machine, whatever its name.
_FileId = tuple[int, int]


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

    @property
    def was_rescue_just_tried(self) -> bool:
        """Whether a rescue was attempted less than `RESCUE_RETRY_SECONDS` ago."""
        return (
            self.rescue_tried_at is not None
            and time.monotonic() - self.rescue_tried_at < RESCUE_RETRY_SECONDS
        )

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


def check_file_unchanged(guard: FileGuard | None) -> None:
    """Check that the file of an open store was not replaced; see `FileGuard.check_unchanged`."""
    if guard:
        guard.check_unchanged()


def compare_committed(guard: FileGuard | None) -> None:
    """Check the file right after a commit.

    If it was replaced, the save is reported as refused, although the open file and its rescue copy hold it.

    Raises:
        StorageReplaced: the file was replaced.
    """
    try:
        check_file_unchanged(guard)
    except StorageReplaced:
        if guard:
            guard.holds_refused = True
        raise


def _file_id(path: str) -> _FileId | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
