"""The file in which a new store is built, under a name of its own until it is whole."""

import os
from pathlib import Path

from clinic_toolkit.store import folder
from clinic_toolkit.store.storage_errors import StorageReadOnly


def create_empty_draft(data_folder: Path) -> Path:
    """Create an empty file beside the database to build a new store in; removes earlier attempts.

    Raises:
        StorageReadOnly: the file cannot be created.
    """
    draft = data_folder / (folder.DATABASE_FILE + ".new")
    try:
        for suffix in ("", "-wal", "-shm", "-journal"):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)
        # SQLite gives its side files the permissions of the main file.
        folder.create_private_file(draft)
    except OSError as error:
        raise StorageReadOnly from error
    return draft


def install_draft(draft: Path, file: Path) -> None:
    """Rename the finished store to its final name, durably.

    Raises:
        StorageReadOnly: the file cannot be renamed.
    """
    try:
        os.replace(draft, file)
        folder.sync_folder(file.parent)
    except OSError as error:
        raise StorageReadOnly from error
