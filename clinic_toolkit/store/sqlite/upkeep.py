"""Upkeep of the files: checkpoints of the write-ahead log, and the removal of copies of it."""

import logging
import time

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.sqlite import file_guard, log_copies, store_rescue
from clinic_toolkit.store.sqlite.connections import checkpoint_log
from clinic_toolkit.store.sqlite.driver_errors import translating_errors
from clinic_toolkit.store.sqlite.store_files import StoreFiles
from clinic_toolkit.store.sqlite.write_lock import hold_write_lock, writer_lock
from clinic_toolkit.store.storage_errors import StorageReplaced

log = logging.getLogger("clinic")


def checkpoint(store: StoreFiles) -> bool:
    """Checkpoint and truncate the write-ahead log, so that no deleted row remains in it or in the file.

    Returns False if a reader still needs the log; a later call or the exit then truncates it.
    """
    with hold_write_lock(), translating_errors(store.file):
        return _run_checkpoint(store, wait_for_readers=True)


def schedule_purge(store: StoreFiles) -> None:
    """Let the next start do what `purge_copies` does, should this process end before."""
    log_copies.schedule_purge(store.file)


def purge_copies(store: StoreFiles) -> bool:
    """Checkpoint, and delete log copies and redundant rescue copies, after data was replaced for good.

    What cannot be deleted now stays scheduled: `try_upkeep` does it at the next lock or start at the latest.

    Returns:
        Whether the checkpoint ran and no log copy is left.
    """
    log_copies.schedule_purge(store.file)
    return checkpoint(store) and log_copies.finish_purge(store.file)


def try_upkeep(store: StoreFiles) -> bool:
    """Checkpoint, and finish what `purge_copies` began, without waiting for other threads.

    Returns False if another thread or reader was in the way. Commits are durable in the log all the same.
    """
    if not writer_lock.acquire(blocking=False):
        return False
    try:
        with translating_errors(store.file):
            checkpointed = _run_checkpoint(store, wait_for_readers=False)
    except ClinicError:
        log.exception("checkpoint.failed")
        checkpointed = False
    finally:
        writer_lock.release()
    return checkpointed and (
        log_copies.finish_purge(store.file) if log_copies.is_purge_scheduled(store.file) else True
    )


def checkpoint_when_idle(store: StoreFiles, *, after_seconds: float = 5.0) -> bool:
    """Checkpoint once nothing was saved for a while, because a damaged log cannot lose what is in the file.

    It never waits: if someone reads or writes, it tries again later. Returns whether it ran.
    """
    if store.last_write_at is None or time.monotonic() - store.last_write_at < after_seconds:
        return False
    checkpointed = try_upkeep(store)
    store.last_write_at = None if checkpointed else time.monotonic()
    return checkpointed


def _run_checkpoint(store: StoreFiles, *, wait_for_readers: bool) -> bool:
    # Once a successor counts, nothing of this file may be copied or kept.
    if store.is_read_only or store.is_replaced or store.is_paused:
        return False
    try:
        # A checkpoint into a file that has lost its name would be lost with it.
        file_guard.check_file_unchanged(store.guard)
        checkpointed = checkpoint_log(store.engine, wait_for_readers=wait_for_readers)
        file_guard.check_file_unchanged(store.guard)
    except StorageReplaced:
        raise store_rescue.rescue_store(store) from None
    return checkpointed
