"""Rescues a store whose file was replaced while it was open: copies the open file and reports it."""

from sqlalchemy import Engine

from clinic_toolkit.store.sqlite import anchor, file_guard
from clinic_toolkit.store.sqlite.write_lock import SHUTDOWN_WAIT_SECONDS, writer_lock
from clinic_toolkit.store.storage_errors import StorageReplaced


def rescue_store(engine: Engine) -> StorageReplaced:
    """Copy the open store and mark the file as replaced, so that the next start reports it too.

    Returns:
        The error to raise for the current operation.
    """
    error = file_guard.rescue_open_store(engine)
    commit_anchor = anchor.find_anchor(engine)
    if commit_anchor:
        commit_anchor.mark_file_replaced()
    return error


def rescue_if_replaced(engine: Engine, *, ending: bool = False) -> None:
    """Check whether the file was replaced, and rescue the store if so.

    Called periodically, so that as little as possible is typed in vain. A failed rescue is tried again after
    a pause.

    Args:
        ending: whether the process is about to end; then it waits for a running save, and tries without
            a pause.
    """
    if file_guard.is_rescue_done(engine) or (not ending and file_guard.was_rescue_just_tried(engine)):
        return
    if not writer_lock.acquire(timeout=SHUTDOWN_WAIT_SECONDS if ending else 0):
        return
    try:
        file_guard.check_file_unchanged(engine)
    except StorageReplaced:
        rescue_store(engine)
    finally:
        writer_lock.release()
