"""Opens stores. This is the one place that says which engine a store is kept in."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, Table

from clinic_toolkit.store import base, folder
from clinic_toolkit.store.protocol import ReadOnlyView, SqlStore
from clinic_toolkit.store.sqlite import (
    migrations,
    read_only_view,
    store_migration,
    store_opening,
    store_removal,
    temporary_store,
)


def open_store(data_folder: Path, metadata: MetaData = base.metadata) -> Engine:
    """Open the store in this folder, or create one if there never was any.

    All modules that define tables must be imported before, since the tables that are found are compared with
    them. The store behind the engine is found with `transactions.store_of`.

    Raises:
        DamagedFile: the store is missing, damaged, not ours, or of another version.
        StorageError: the disk is full, read-only, busy or failing.
    """
    store: SqlStore = store_opening.open_store(data_folder, metadata)
    return store.engine


def open_read_only(
    data_folder: Path, metadata: MetaData = base.metadata
) -> AbstractContextManager[ReadOnlyView]:
    """Open the store of this folder for inspection only; nothing of it is changed.

    Raises:
        DamagedFile: there is none, it is not ours, or it cannot be read.
    """
    return read_only_view.open_read_only(data_folder, metadata)


def open_unchecked(data_folder: Path) -> AbstractContextManager[Connection]:
    """Open a complete copy of a store for reading, while something else checks its structure.

    Raises:
        DamagedFile, StorageError: it cannot be read.
    """
    return read_only_view.open_unchecked(data_folder)


def open_temporary_store(tables: Iterable[Table]) -> AbstractContextManager[Connection]:
    """Open an empty store with these tables in memory; it ends with this block."""
    return temporary_store.open_in_memory(tables)


def delete_store(data_folder: Path) -> None:
    """Delete the store of this folder; the caller holds the lock on the folder.

    Raises:
        OSError: a file could not be deleted.
    """
    store_removal.delete_store(data_folder)


def can_migrate(version: int) -> bool:
    """Whether a store of this format is of an earlier release, and can be brought to the present format."""
    return bool(migrations.find_path(version))


def find_older_format(data_folder: Path) -> int | None:
    """The format of the store in this folder if it can be migrated; None for any other, or none.

    Raises:
        DamagedFile: the file is not ours, or cannot be read.
    """
    file = folder.database_path(data_folder)
    if not file.is_file() or file.stat().st_size == 0:
        return None
    version = store_migration.read_format(file)
    return version if can_migrate(version) else None


def open_as_it_is(data_folder: Path) -> SqlStore:
    """Open a store of an earlier release for a snapshot, and for nothing else."""
    return store_migration.open_as_it_is(data_folder)


def migrate_store(data_folder: Path, metadata: MetaData = base.metadata) -> None:
    """Bring the store of an earlier release to the present format, in one transaction.

    The caller holds the lock on the folder and has made a backup.

    Raises:
        OtherFormat, DamagedFile, StorageError: nothing was changed.
    """
    store_migration.migrate_store(data_folder, metadata)
