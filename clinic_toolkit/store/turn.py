"""The turn to write: one at a time in this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from clinic_toolkit.store.trouble import StorageBusy

# SQLite lets one writer in at a time anyway; queueing here keeps the wait short and in order.
one_writer = threading.Lock()
PATIENCE_SECONDS = 30
# What a process that ends has for it.
LAST_WAIT_SECONDS = 0.3


@contextmanager
def turn_to_write() -> Iterator[None]:
    """Wait for the turn and have it until this ends.

    Raises:
        StorageBusy: others took too long.
    """
    if not one_writer.acquire(timeout=PATIENCE_SECONDS):
        raise StorageBusy
    try:
        yield
    finally:
        one_writer.release()
