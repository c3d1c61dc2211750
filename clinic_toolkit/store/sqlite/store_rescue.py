"""Rescues a store whose file was replaced while it was open: copies the open file and reports it."""

import logging
import sqlite3
import time
from contextlib import closing
from typing import cast

from clinic_toolkit.store.sqlite import file_guard, rescue_copies
from clinic_toolkit.store.sqlite.connections import writer_engine
from clinic_toolkit.store.sqlite.store_files import StoreFiles
from clinic_toolkit.store.sqlite.write_lock import SHUTDOWN_WAIT_SECONDS, writer_lock
from clinic_toolkit.store.storage_errors import StorageReplaced

log = logging.getLogger("clinic")


def rescue_store(store: StoreFiles) -> StorageReplaced:
    """Copy the open store and mark the file as replaced, so that the next start reports it too.

    Returns:
        The error to raise for the current operation.
    """
    error = _copy_open_store(store)
    if store.anchor:
        store.anchor.record_file_replaced()
    return error


def rescue_if_replaced(store: StoreFiles, *, ending: bool = False) -> None:
    """Check whether the file was replaced, and rescue the store if so.

    Called periodically, so that as little as possible is typed in vain. A failed rescue is tried again after
    a pause.

    Args:
        ending: whether the process is about to end; then it waits for a running save, and tries without
            a pause.
    """
    guard = store.guard
    if guard is None or guard.rescue_copy or (not ending and guard.was_rescue_just_tried):
        return
    if not writer_lock.acquire(timeout=SHUTDOWN_WAIT_SECONDS if ending else 0):
        return
    try:
        file_guard.check_file_unchanged(guard)
    except StorageReplaced:
        rescue_store(store)
    finally:
        writer_lock.release()


def _copy_open_store(store: StoreFiles) -> StorageReplaced:
    """Copy the store that is still open into the data folder, once; returns the error that names the copy.

    The caller must hold the write lock and have no open transaction.
    """
    guard = store.guard
    if guard is None:
        return StorageReplaced(None)
    if guard.rescue_copy:
        return StorageReplaced(guard.rescue_copy, holds_refused=guard.holds_refused)
    guard.rescue_tried_at = time.monotonic()
    try:
        with closing(writer_engine(store.engine).raw_connection()) as connection:
            guard.rescue_copy = rescue_copies.create_copy(
                store.file, cast(sqlite3.Connection, connection.driver_connection)
            )
        guard.remove_orphaned_log()
    except Exception:
        # The open store can still be read; the next save or check tries again.
        log.exception("exchange.not_rescued")
    return StorageReplaced(guard.rescue_copy, holds_refused=guard.holds_refused)
