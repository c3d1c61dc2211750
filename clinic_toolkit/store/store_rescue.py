"""What was saved is copied out of a store whose file was exchanged while it was open, and told of."""

from sqlalchemy import Engine

from clinic_toolkit.store import anchor, file_guard
from clinic_toolkit.store.storage_errors import StorageReplaced
from clinic_toolkit.store.write_lock import SHUTDOWN_WAIT_SECONDS, writer_lock


def rescue_store(engine: Engine) -> StorageReplaced:
    """Copy what the open file holds, and let the next start tell of it; returns the error for this one."""
    told = file_guard.rescue_open_store(engine)
    found = anchor.find_anchor(engine)
    if found:
        found.mark_file_replaced()
    return told


def rescue_if_replaced(engine: Engine, *, ending: bool = False) -> None:
    """Look whether the file was exchanged although nobody saves, and rescue it if it was.

    Asked every second: the sooner it is noticed, the less is written down in vain. A rescue that failed
    is tried again after a pause.

    Args:
        ending: the process ends after this, so it is tried without a pause, and a save is waited for.
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
