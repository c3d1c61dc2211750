"""Copies the database of an open connection into a new file; with progress, the caller checks it."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from clinic_toolkit.store import folder

# Pages copied between two reports of progress: 8 MiB.
_PAGES_PER_STEP = 2048


def copy_database(
    source: sqlite3.Connection, target: Path, *, report_progress: Callable[[int, int], None] | None = None
) -> None:
    """Copy everything committed into a new file, which no one else may read; others may write meanwhile.

    The backup copies pages as they lie, so that the copy has our layout, by which it could be salvaged.

    Args:
        report_progress: called with the pages done and all pages; what it raises stops the copy. The source
            is then held in one read transaction, and the copy is neither checked nor flushed: the caller
            checks it and packs it. Without it all pages are copied in one step.

    Raises:
        FileExistsError: there is a file of this name.
        OSError: the copy could not be written.
        sqlite3.Error: the database could not be read, or the copy is damaged.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(target)) as copy:
        if report_progress is None:
            # All pages in one step are one snapshot.
            source.backup(copy)
        else:
            _copy_in_steps(source, copy, report_progress)
        # Without a write-ahead log the copy is one complete file, and opens on read-only disks too.
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()
        if report_progress is not None:
            return
        if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the copy is not whole")
    _sync_file(target)


def _copy_in_steps(
    source: sqlite3.Connection, copy: sqlite3.Connection, report_progress: Callable[[int, int], None]
) -> None:
    # The read transaction makes all steps one snapshot; without it, a save would make the copy begin anew.
    source.execute("BEGIN")
    try:
        source.execute("SELECT 1 FROM sqlite_schema").fetchone()
        source.backup(
            copy,
            pages=_PAGES_PER_STEP,
            progress=lambda _, left, total: report_progress(total - left, total),
            sleep=0,
        )
    finally:
        source.execute("ROLLBACK")


def _sync_file(file: Path) -> None:
    handle = os.open(file, os.O_RDWR)
    try:
        folder.sync_handle(handle)
    finally:
        os.close(handle)
