"""The file under its name is the file that is open, or nothing is saved into it any more.

A program that synchronises folders, a cleaner or a copy put back by hand can exchange, move or remove
the data file while it is open. SQLite notices nothing and goes on writing into the file that has lost
its name, so what it confirms is gone with the process. Windows refuses to exchange an open file; the
comparison is made there too, and costs two questions to the system for each save.
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

from clinic_toolkit.store import rescue_copies
from clinic_toolkit.store.connections import connect_read_only, writer_engine
from clinic_toolkit.store.storage_errors import StorageReplaced

ENGINE_OPTION = "clinic_held"
# Seconds between two tries of the watch to copy the open store: the disk may have room again by then.
RESCUE_RETRY_SECONDS = 5.0
# Device and file number: together they name one file of this machine, whatever it is called.
_FileId = tuple[int, int]

log = logging.getLogger("clinic")


class FileGuard:
    """The files of one open store, as they were when they were opened."""

    def __init__(self, file: Path) -> None:
        self._file, self._log = str(file), f"{file}-wal"
        self._file_id = _file_id(self._file)
        self._log_id: _FileId | None = None
        # Whether another file was ever found in their place: from then on nothing is written.
        self.replaced = False
        self.rescue_copy: Path | None = None
        # Whether a save that was refused is in the open file all the same, because it was noticed too late.
        self.holds_refused = False
        self.rescue_tried_at: float | None = None

    def connect_guarded(self, open_file: Callable[[Path], sqlite3.Connection]) -> sqlite3.Connection:
        """A connection to these very files; once they were exchanged, one that only reads the copy of them.

        Raises:
            StorageReplaced: other files stand under their names.
        """
        if self.replaced and self.rescue_copy:
            return connect_read_only(self.rescue_copy)
        self.check_unchanged()
        made = open_file(Path(self._file))
        try:
            # Reading anything opens the log as well.
            made.execute("PRAGMA user_version").fetchone()
            self.check_unchanged()
        except BaseException:
            made.close()
            raise
        return made

    def check_unchanged(self) -> None:
        """Compare the names with the files that are open.

        Raises:
            StorageReplaced: they are not the same, now or at any time before.
        """
        log_print = _file_id(self._log)
        if self._log_id is None:
            self._log_id = log_print
        if self.replaced or _file_id(self._file) != self._file_id or log_print != self._log_id:
            self.replaced = True
            raise StorageReplaced(self.rescue_copy)

    def remove_orphaned_log(self) -> None:
        """Remove our log from beside another file: the next start would write it into that one.

        What it holds is in the copy.
        """
        if _file_id(self._file) != self._file_id and _file_id(self._log) == self._log_id is not None:
            os.unlink(self._log)

    def forget_log(self) -> None:
        """Every connection was closed, and SQLite removes the log with the last one."""
        self._log_id = None


def forget_log_on_dispose(engine: Engine, guard: FileGuard) -> None:
    """Have this engine forget the log when it lets its connections go."""
    event.listen(engine, "engine_disposed", lambda _: guard.forget_log())


def find_guard(engine: Engine) -> FileGuard | None:
    """What this engine holds open; None for a store that is only being made."""
    found: FileGuard | None = engine.get_execution_options().get(ENGINE_OPTION)
    return found


def is_replaced(engine: Engine) -> bool:
    """Whether it is known already that other files stand in their place."""
    held = find_guard(engine)
    return held is not None and held.replaced


def needs_rescue(engine: Engine) -> bool:
    """Whether what was saved is in the open store alone, because no copy of it could be made yet."""
    held = find_guard(engine)
    return held is not None and held.replaced and held.rescue_copy is None


def is_rescue_done(engine: Engine) -> bool:
    """Whether there is nothing to watch for any more: there is a copy, or no file was held at all."""
    held = find_guard(engine)
    return held is None or held.rescue_copy is not None


def was_rescue_just_tried(engine: Engine) -> bool:
    """Whether a copy failed so lately that it is not tried again yet."""
    held = find_guard(engine)
    return (
        held is not None
        and held.rescue_tried_at is not None
        and time.monotonic() - held.rescue_tried_at < RESCUE_RETRY_SECONDS
    )


def check_file_unchanged(engine: Engine) -> None:
    """`FileGuard.check_unchanged` for the store of this engine."""
    held = find_guard(engine)
    if held:
        held.check_unchanged()


def compare_committed(engine: Engine) -> None:
    """`check_file_unchanged`, right behind a commit.

    What is refused now is in the open file, and will be in its copy.
    """
    try:
        check_file_unchanged(engine)
    except StorageReplaced:
        if held := find_guard(engine):
            held.holds_refused = True
        raise


def rescue_open_store(engine: Engine) -> StorageReplaced:
    """Copy the store that is still open into the data folder, once; returns the error that names the copy.

    Whoever calls it has the turn to write, and no transaction.
    """
    held = find_guard(engine)
    if held is None:
        return StorageReplaced(None)
    if held.rescue_copy:
        return StorageReplaced(held.rescue_copy, holds_refused=held.holds_refused)
    held.rescue_tried_at = time.monotonic()
    file = Path(engine.url.database or "")
    try:
        with closing(writer_engine(engine).raw_connection()) as borrowed:
            held.rescue_copy = rescue_copies.create_copy(
                file, cast(sqlite3.Connection, borrowed.driver_connection)
            )
        held.remove_orphaned_log()
    except Exception:
        # The open store can still be read; who writes or watches next tries again.
        log.exception("exchange.not_rescued")
    return StorageReplaced(held.rescue_copy, holds_refused=held.holds_refused)


def _file_id(path: str) -> _FileId | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
