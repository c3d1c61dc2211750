"""A snapshot of an open store: a copy of everything committed, in a folder of its own."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import cast

from clinic_toolkit.store import folder
from clinic_toolkit.store.sqlite import losses
from clinic_toolkit.store.sqlite.database_copy import copy_database
from clinic_toolkit.store.sqlite.driver_errors import translating_errors
from clinic_toolkit.store.sqlite.store_files import StoreFiles
from clinic_toolkit.store.storage_errors import StorageMismatch


def write_snapshot(
    store: StoreFiles, target: Path, *, report_progress: Callable[[int, int], None] | None = None
) -> None:
    """Copy the database and its anchor into this empty folder, while others read and write.

    The anchor is taken first, so that it is never ahead of the copy: an anchor that is behind its audit log
    says that nothing is lost.

    Raises:
        OSError: the folder is not empty or cannot be written.
        StorageMismatch: the store is only read through a salvaged copy.
        StorageError: the store cannot be read.
    """
    if store.verdict.schema_damage:
        raise StorageMismatch
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise FileExistsError(f"the folder {target} is not empty")
    slot = store.anchor.encode_newest_slot() if store.anchor else None
    unacknowledged = losses.read_losses(store.file.parent)
    with translating_errors(store.file), closing(store.engine.raw_connection()) as connection:
        source = cast(sqlite3.Connection, connection.driver_connection)
        copy_database(source, folder.database_path(target), report_progress=report_progress)
    if slot:
        folder.write_durably(target / folder.ANCHOR_FILE, slot)
    if unacknowledged:
        losses.write_losses(target, unacknowledged)
    folder.sync_folder(target)
