"""Brings a store that an earlier release wrote to the present format: in its file, or in a copy in memory.

The file is changed by a start alone, after a backup, in one transaction. What only reads takes the copy.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, MetaData, StaticPool, create_engine, func, inspect, select, table, text

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import folder, format_number
from clinic_toolkit.store.sqlite import log_copies, migrations, salvage, store_format
from clinic_toolkit.store.sqlite.anchor import Anchor
from clinic_toolkit.store.sqlite.connections import (
    connect_read_only,
    connect_read_write,
    create_reader_engine,
)
from clinic_toolkit.store.sqlite.driver_errors import translating_errors
from clinic_toolkit.store.sqlite.salvage import SalvagedStore
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.storage_errors import damaged_file_error


class NotAsLeft(DamagedFile):
    """The store of an earlier release is not the one that was written last, so it is not migrated."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"The data file {file} was written by an earlier version of this program, and it is not the one "
            "that was written last. Nothing was changed. Start the version that wrote it, and see its page "
            "“Condition of the record” first."
        )


def read_format(file: Path) -> int:
    """The number of the format of this file, with what lies in the log beside it.

    Raises:
        DamagedFile: it is not a file of ours, or cannot be read.
    """
    store_format.check_file_type(file)
    engine = create_reader_engine(file, creator=lambda: connect_read_only(file))
    try:
        with translating_errors(file), engine.connect() as db:
            return int(db.scalar(text("PRAGMA user_version")))
    finally:
        engine.dispose()


def open_as_it_is(data_folder: Path) -> SqliteStore:
    """Open a store of an earlier format for a snapshot alone: its rows may not fit the tables of today."""
    file = folder.database_path(data_folder)
    engine = create_reader_engine(file, creator=lambda: connect_read_only(file))
    return SqliteStore(file, engine, anchor=Anchor(data_folder))


def migrate_store(data_folder: Path, metadata: MetaData) -> None:
    """Bring the file of a store to the present format; does nothing if it has it already.

    The caller holds the lock on the folder and has made a backup. After a kill at any moment the file is of
    the one format or the other.

    Raises:
        OtherFormat: there is no way from its format.
        NotAsLeft: its anchor says that it is not the file that was written last.
        DamagedFile: it is damaged, or its tables are not those of its format.
        StorageError: the disk is full, read-only or failing.
    """
    file = folder.database_path(data_folder)
    log_copy = log_copies.copy_log(file)
    version = read_format(file)
    if version == format_number.FORMAT_VERSION:
        return
    _check_condition(data_folder, file, metadata, version, log_copy)
    store = SqliteStore(file, create_reader_engine(file, creator=lambda: connect_read_write(file)))
    try:
        with store.writing() as transaction:
            migrations.apply_migrations(transaction.db, metadata, file, version)
            store_format.check_schema_and_integrity(transaction.db, metadata, file)
        store.checkpoint()
    finally:
        store.close()


def _check_condition(
    data_folder: Path, file: Path, metadata: MetaData, version: int, log_copy: Path | None
) -> None:
    """Refuse a store that is damaged or another, and note what is missing in it, as every start does."""
    if not migrations.find_path(version):
        store_format.check_format_version(file, version)
    engine = create_reader_engine(file, creator=lambda: connect_read_only(file))
    try:
        with translating_errors(file), engine.connect() as db, db.begin():
            if db.scalar(text("PRAGMA integrity_check(1)")) != "ok":
                raise damaged_file_error(file)
            anchor = Anchor(data_folder)
            anchor.compare_with_chain(db, metadata, log_copy)
            if anchor.read_only:
                raise NotAsLeft(file)
    finally:
        engine.dispose()
    anchor.persist_findings(log_copy)


class MigratedCopy(SalvagedStore, frozen=True, kw_only=True):
    """A copy in memory that was migrated.

    `format_number` is the format of the file, `counts` are the rows of each table in it, by name.
    """

    format_number: int
    counts: tuple[tuple[str, int], ...]


def migrate_copy(file: Path, metadata: MetaData, version: int) -> MigratedCopy:
    """Copy a store of an earlier release into memory, as of its last commit, and migrate the copy.

    Raises:
        DamagedFile: it cannot be read, or its tables are not those of its format.
    """
    try:
        raw = salvage.clear_wal_flag(salvage.copy_pages(file))
        with closing(
            sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        ) as connection:
            connection.deserialize(raw)
            connection.execute("PRAGMA trusted_schema = 0")
            engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
            with engine.connect() as db:
                migrations.check_beginning(db, file, version)
                counts = _count_rows(db)
                migrations.apply_migrations(db, metadata, file, version)
                store_format.check_schema_and_integrity(db, metadata, file)
            return MigratedCopy(raw=connection.serialize(), format_number=version, counts=counts)
    except sqlite3.Error as error:
        raise damaged_file_error(file) from error


def _count_rows(db: Connection) -> tuple[tuple[str, int], ...]:
    names = sorted(inspect(db).get_table_names())
    return tuple((name, db.scalar(select(func.count()).select_from(table(name))) or 0) for name in names)
