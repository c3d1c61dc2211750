"""The write lock: one write transaction at a time in this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from clinic_toolkit.store.storage_errors import StorageBusy

# SQLite allows one writer at a time anyway; queueing here keeps waits short and in order.
writer_lock = threading.Lock()
LOCK_TIMEOUT_SECONDS = 30
# How long a process that is shutting down waits for the lock.
SHUTDOWN_WAIT_SECONDS = 0.3


@contextmanager
def hold_write_lock() -> Iterator[None]:
    """Wait for the write lock and hold it until this ends.

    Raises:
        StorageBusy: it was not free within `LOCK_TIMEOUT_SECONDS`.
    """
    if not writer_lock.acquire(timeout=LOCK_TIMEOUT_SECONDS):
        raise StorageBusy
    try:
        yield
    finally:
        writer_lock.release()
