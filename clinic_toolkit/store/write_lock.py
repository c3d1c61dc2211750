"""The turn to write: one at a time in this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from clinic_toolkit.store.storage_errors import StorageBusy

# SQLite lets one writer in at a time anyway; queueing here keeps the wait short and in order.
writer_lock = threading.Lock()
LOCK_TIMEOUT_SECONDS = 30
# What a process that ends has for it.
SHUTDOWN_WAIT_SECONDS = 0.3


@contextmanager
def hold_write_lock() -> Iterator[None]:
    """Wait for the turn and have it until this ends.

    Raises:
        StorageBusy: others took too long.
    """
    if not writer_lock.acquire(timeout=LOCK_TIMEOUT_SECONDS):
        raise StorageBusy
    try:
        yield
    finally:
        writer_lock.release()
