"""Translates what SQLite's driver raises into the errors of the store."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.storage_errors import (
    StorageBusy,
    StorageFailed,
    StorageFull,
    StorageReadOnly,
    damaged_file_error,
)

_MIN_FREE_BYTES = 64 * 1024


@contextmanager
def translating_errors(file: Path) -> Iterator[None]:
    """Translate SQLite's errors about the file or the disk into `StorageError` or `DamagedFile`.

    Violated constraints and errors in a statement are raised unchanged, because the disk did not cause them.
    """
    try:
        yield
    except DBAPIError as error:
        translated = _translate_error(error.orig, file)
        if translated is None:
            raise
        raise translated from error
    except sqlite3.Error as error:
        translated = _translate_error(error, file)
        if translated is None:
            raise
        raise translated from error


def _translate_error(error: BaseException | None, file: Path) -> ClinicError | None:
    # The low byte is the primary error code; the rest is SQLite's extended code.
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return StorageFull()
        case sqlite3.SQLITE_READONLY:
            return StorageReadOnly()
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StorageBusy()
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged_file_error(file)
        case sqlite3.SQLITE_IOERR:
            # Some file systems report a full disk as a failed write.
            return StorageFull() if _free_bytes(file) < _MIN_FREE_BYTES else StorageFailed()
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StorageReadOnly()
    return None


def _free_bytes(file: Path) -> int:
    try:
        return shutil.disk_usage(file.parent).free
    except OSError:
        return _MIN_FREE_BYTES
