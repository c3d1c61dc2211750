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

from clinic_toolkit.store import rescued
from clinic_toolkit.store.connections import look, writer_of
from clinic_toolkit.store.trouble import StorageExchanged

OPTION = "clinic_held"
# Seconds between two tries of the watch to copy the open store: the disk may have room again by then.
PAUSE_SECONDS = 5.0
# Device and file number: together they name one file of this machine, whatever it is called.
_Print = tuple[int, int]

log = logging.getLogger("clinic")


class Held:
    """The files of one open store, as they were when they were opened."""

    def __init__(self, file: Path) -> None:
        self._file, self._log = str(file), f"{file}-wal"
        self._file_print = _print(self._file)
        self._log_print: _Print | None = None
        # Whether another file was ever found in their place: from then on nothing is written.
        self.exchanged = False
        self.copy: Path | None = None
        # Whether a save that was refused is in the open file all the same, because it was noticed too late.
        self.holds_refused = False
        self.tried_at: float | None = None

    def connect(self, open_file: Callable[[Path], sqlite3.Connection]) -> sqlite3.Connection:
        """A connection to these very files; once they were exchanged, one that only reads the copy of them.

        Raises:
            StorageExchanged: other files stand under their names.
        """
        if self.exchanged and self.copy:
            return look(self.copy)
        self.compare()
        made = open_file(Path(self._file))
        try:
            # Reading anything opens the log as well.
            made.execute("PRAGMA user_version").fetchone()
            self.compare()
        except BaseException:
            made.close()
            raise
        return made

    def compare(self) -> None:
        """Compare the names with the files that are open.

        Raises:
            StorageExchanged: they are not the same, now or at any time before.
        """
        log_print = _print(self._log)
        if self._log_print is None:
            self._log_print = log_print
        if self.exchanged or _print(self._file) != self._file_print or log_print != self._log_print:
            self.exchanged = True
            raise StorageExchanged(self.copy)

    def take_the_log_away(self) -> None:
        """Remove our log from beside another file: the next start would write it into that one.

        What it holds is in the copy.
        """
        if _print(self._file) != self._file_print and _print(self._log) == self._log_print is not None:
            os.unlink(self._log)

    def let_go(self) -> None:
        """Every connection was closed, and SQLite removes the log with the last one."""
        self._log_print = None


def hold(engine: Engine, held: Held) -> None:
    """Have this engine forget the log when it lets its connections go."""
    event.listen(engine, "engine_disposed", lambda _: held.let_go())


def of(engine: Engine) -> Held | None:
    """What this engine holds open; None for a store that is only being made."""
    found: Held | None = engine.get_execution_options().get(OPTION)
    return found


def is_known(engine: Engine) -> bool:
    """Whether it is known already that other files stand in their place."""
    held = of(engine)
    return held is not None and held.exchanged


def must_be_rescued(engine: Engine) -> bool:
    """Whether what was saved is in the open store alone, because no copy of it could be made yet."""
    held = of(engine)
    return held is not None and held.exchanged and held.copy is None


def is_rescued(engine: Engine) -> bool:
    """Whether there is nothing to watch for any more: there is a copy, or no file was held at all."""
    held = of(engine)
    return held is None or held.copy is not None


def was_just_tried(engine: Engine) -> bool:
    """Whether a copy failed so lately that it is not tried again yet."""
    held = of(engine)
    return held is not None and held.tried_at is not None and time.monotonic() - held.tried_at < PAUSE_SECONDS


def compare(engine: Engine) -> None:
    """`Held.compare` for the store of this engine."""
    held = of(engine)
    if held:
        held.compare()


def compare_committed(engine: Engine) -> None:
    """`compare`, right behind a commit: what is refused now is in the open file, and will be in its copy."""
    try:
        compare(engine)
    except StorageExchanged:
        if held := of(engine):
            held.holds_refused = True
        raise


def rescue(engine: Engine) -> StorageExchanged:
    """Copy the store that is still open into the data folder, once; returns the error that names the copy.

    Whoever calls it has the turn to write, and no transaction.
    """
    held = of(engine)
    if held is None:
        return StorageExchanged(None)
    if held.copy:
        return StorageExchanged(held.copy, holds_refused=held.holds_refused)
    held.tried_at = time.monotonic()
    file = Path(engine.url.database or "")
    try:
        with closing(writer_of(engine).raw_connection()) as borrowed:
            held.copy = rescued.keep(file, cast(sqlite3.Connection, borrowed.driver_connection))
        held.take_the_log_away()
    except Exception:
        # The open store can still be read; who writes or watches next tries again.
        log.exception("exchange.not_rescued")
    return StorageExchanged(held.copy, holds_refused=held.holds_refused)


def _print(path: str) -> _Print | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
