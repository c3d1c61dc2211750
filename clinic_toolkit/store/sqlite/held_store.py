"""Holds the file of an open store still, so that it can be copied as it lies while others read and save.

SQLite appends what is saved to the log, and moves it into the file in a checkpoint. A reader that begins
when all of the log is in the file reads the file alone, and no checkpoint writes to it until that reader has
ended. So the file as it lies is the snapshot of that reader.
"""

import logging
import os
import sqlite3
import sys
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import cast

from sqlalchemy import Connection, MetaData, text

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store import folder
from clinic_toolkit.store.sqlite import file_guard, losses
from clinic_toolkit.store.sqlite.connections import move_log_into_file
from clinic_toolkit.store.sqlite.driver_errors import translating_errors
from clinic_toolkit.store.sqlite.store_files import StoreFiles
from clinic_toolkit.store.sqlite.structure_check import find_problems
from clinic_toolkit.store.sqlite.transaction import SqliteTransaction
from clinic_toolkit.store.sqlite.write_lock import hold_write_lock
from clinic_toolkit.store.storage_errors import StorageReplaced

log = logging.getLogger("clinic")

_READERS = 2
# How long a reader that began before the last save is waited for.
_WAIT_SECONDS, _PAUSE_SECONDS = 3.0, 0.05
# In the header of the file, where it says whether there is a write-ahead log: 2 with one, 1 without.
_LOG_FLAGS_AT, _WITHOUT_LOG = 18, b"\1\1"


class HeldStore:
    """An open store whose file nobody writes to: implements `store.protocol.HeldStore`."""

    def __init__(
        self, store: StoreFiles, handle: int, dbs: tuple[Connection, ...], files: Mapping[str, bytes]
    ) -> None:
        self.dbs, self.files = dbs, files
        self._store, self._handle, self._state = store, handle, _state_of(handle)
        self.database_bytes = self._state[0]

    def iter_database(self, chunk_bytes: int) -> Iterator[bytes]:
        """Yield the file, with a header that says that there is no log, or it opens on no read-only disk."""
        os.lseek(self._handle, 0, os.SEEK_SET)
        chunk = bytearray(os.read(self._handle, chunk_bytes))
        chunk[_LOG_FLAGS_AT : _LOG_FLAGS_AT + len(_WITHOUT_LOG)] = _WITHOUT_LOG
        yield bytes(chunk)
        while rest := os.read(self._handle, chunk_bytes):
            yield rest

    def is_unchanged(self) -> bool:
        """Whether the file is as it was when this began; another program may keep no rules."""
        return _state_of(self._handle) == self._state

    def find_problems(self, db: Connection, metadata: MetaData) -> tuple[str, ...]:
        """What is wrong with the structure of the file."""
        with translating_errors(self._store.file):
            return tuple(find_problems(db, metadata, self._store.file))

    def interrupt(self) -> None:
        """Let a statement that runs on one of the connections fail."""
        for db in self.dbs:
            cast(sqlite3.Connection, db.connection.driver_connection).interrupt()


@contextmanager
def hold_still(
    store: StoreFiles, reading: Callable[[], AbstractContextManager[SqliteTransaction]]
) -> Iterator[HeldStore | None]:
    """Hold the file of this store still until this ends, or yield None if that cannot be done now."""
    with ExitStack() as stack:
        yield _wait_and_hold(store, reading, stack)


def _wait_and_hold(
    store: StoreFiles, reading: Callable[[], AbstractContextManager[SqliteTransaction]], stack: ExitStack
) -> HeldStore | None:
    give_up_at = time.monotonic() + _WAIT_SECONDS
    while _can_be_held(store):
        try:
            if held := _try_hold(store, reading, stack):
                return held
        except ClinicError:
            # Such as a full disk, on which the log does not fit into the file; a copy may fit elsewhere.
            log.exception("store.not_held")
            return None
        if time.monotonic() > give_up_at:
            return None
        _pause()
    return None


def _pause() -> None:
    time.sleep(_PAUSE_SECONDS)


def _can_be_held(store: StoreFiles) -> bool:
    # A store that must not be written is not checkpointed either, and is copied with its log.
    if store.guard is None or store.is_read_only or store.is_paused or store.is_replaced:
        return False
    return not store.verdict.schema_damage


def _try_hold(
    store: StoreFiles, reading: Callable[[], AbstractContextManager[SqliteTransaction]], stack: ExitStack
) -> HeldStore | None:
    # Nobody saves between the checkpoint and the beginning of the readers.
    with hold_write_lock(), translating_errors(store.file):
        try:
            file_guard.check_file_unchanged(store.guard)
        except StorageReplaced:
            return None
        if not move_log_into_file(store.engine):
            return None
        dbs = tuple(stack.enter_context(reading()).db for _ in range(_READERS))
        for db in dbs:
            db.execute(text("SELECT 1 FROM sqlite_schema")).first()
        handle = stack.enter_context(_reading_handle(store))
        try:
            # Now that the handle is open too, all of them are known to lead to one file.
            file_guard.check_file_unchanged(store.guard)
        except StorageReplaced:
            return None
        return HeldStore(store, handle, dbs, dict(_small_files(store)))


def _small_files(store: StoreFiles) -> Iterator[tuple[str, bytes]]:
    slot = store.anchor.encode_newest_slot() if store.anchor else None
    if slot:
        yield folder.ANCHOR_FILE, slot
    if unacknowledged := losses.read_losses(store.file.parent):
        yield folder.LOSSES_FILE, losses.encode_losses(unacknowledged)


@contextmanager
def _reading_handle(store: StoreFiles) -> Iterator[int]:
    """A handle of the file for reading, besides those of SQLite."""
    if sys.platform == "win32":
        handle = os.open(store.file, os.O_RDONLY | os.O_BINARY)
        try:
            yield handle
        finally:
            os.close(handle)
    else:
        # Kept open as long as the store: to close any handle of a file there gives up all locks of this
        # process on it, also those of SQLite, without which another process could take the log away.
        if store.copy_handle is None:
            store.copy_handle = os.open(store.file, os.O_RDONLY)
            weakref.finalize(store, os.close, store.copy_handle)
        yield store.copy_handle


def _state_of(handle: int) -> tuple[int, int]:
    status = os.fstat(handle)
    return status.st_size, status.st_mtime_ns
