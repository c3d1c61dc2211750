"""Copies the database of an open connection into a new file, durable and checked."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from clinic_toolkit.store import folder


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """Copy everything committed into a new file, which no one else may read; others may write meanwhile.

    The backup copies pages as they lie, so that the copy has our layout, by which it could be salvaged.

    Raises:
        FileExistsError: there is a file of this name.
        OSError: the copy could not be written.
        sqlite3.Error: the database could not be read, or the copy is damaged.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(target)) as copy:
        # All pages in one step are one snapshot.
        source.backup(copy)
        # Without a write-ahead log the copy is one complete file, and opens on read-only disks too.
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()
        if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the copy is not whole")
    _sync_file(target)


def _sync_file(file: Path) -> None:
    handle = os.open(file, os.O_RDWR)
    try:
        folder.sync_handle(handle)
    finally:
        os.close(handle)
