"""Opens a store for inspection without changing its file, its log or its anchor.

A normal start tidies up, and brings the store of an earlier release to the present format; a mere check must
leave a store as it was found. So an older one is copied into memory, and the copy is migrated. If the schema
table of the file is damaged, the rows are read with our own schema, as a normal start does.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import OperationalError

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import folder, format_number, successor
from clinic_toolkit.store.protocol import ReadOnlyView
from clinic_toolkit.store.sqlite import migrations, rollback_journal, salvage, schema, store_migration
from clinic_toolkit.store.sqlite.anchor import Anchor
from clinic_toolkit.store.sqlite.connections import connect_read_only, create_reader_engine
from clinic_toolkit.store.sqlite.driver_errors import translating_errors
from clinic_toolkit.store.sqlite.salvage import SalvagedStore
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.sqlite.store_format import APPLICATION_ID, check_file_type, check_format_version
from clinic_toolkit.store.sqlite.store_migration import MigratedCopy
from clinic_toolkit.store.sqlite.structure_check import find_problems
from clinic_toolkit.store.sqlite.transaction import SqliteTransaction
from clinic_toolkit.store.storage_errors import (
    OtherFormat,
    StartInterrupted,
    StorageError,
    SuccessorReady,
    damaged_file_error,
)
from clinic_toolkit.store.transactions import TRANSACTION_KEY

SCHEMA_DAMAGED_MESSAGE = (
    "The list of tables in the data file {} is damaged. The program read the file by its own list."
)


@contextmanager
def open_read_only(data_folder: Path, metadata: MetaData) -> Iterator[ReadOnlyView]:
    """Open the store of this folder for inspection only.

    Raises:
        DamagedFile: there is none, it is not ours, or SQLite cannot read it.
        SuccessorReady: the next start puts other files in the place of these.
        StartInterrupted: the next start takes back what an interrupted one had begun.
    """
    if successor.is_ready(data_folder):
        raise SuccessorReady
    file = folder.database_path(data_folder)
    if not file.is_file() or file.stat().st_size == 0:
        raise DamagedFile(f"There is no practice in {data_folder}: the file {file.name} is missing or empty.")
    if rollback_journal.is_pending(file):
        raise StartInterrupted
    new_side_files = [
        side_file
        for suffix in ("-wal", "-shm")
        if not (side_file := file.with_name(file.name + suffix)).exists()
    ]
    migrated = _migrate_copy_or_none(file, metadata)
    problems, schema_fits = ((), True) if migrated else _inspect_structure(file, metadata)
    salvaged = migrated or (None if schema_fits else _salvage_or_none(file, metadata))
    engine = create_reader_engine(
        file, creator=salvaged.connect if salvaged else lambda: connect_read_only(file)
    )
    try:
        with SqliteStore(file, engine).reading() as transaction, _explaining_schema_errors(problems):
            db = transaction.db
            anchor = Anchor(data_folder)
            anchor.compare_with_chain(db, metadata, None)
            yield ReadOnlyView(
                db=db,
                problems=problems,
                verdict=anchor.preview_verdict(),
                format_number=migrated.format_number if migrated else format_number.FORMAT_VERSION,
                counts=migrated.counts if migrated else None,
            )
    finally:
        engine.dispose()
        # SQLite creates these side files to read, and leaves them behind, empty, on a read-only connection.
        for side_file in new_side_files:
            with suppress(OSError):
                side_file.unlink()


@contextmanager
def open_unchecked(data_folder: Path) -> Iterator[Connection]:
    """Open a complete copy of a store, without a log, for reading; nothing of its structure is checked.

    Raises:
        DamagedFile, StorageError: SQLite cannot read it.
    """
    file = folder.database_path(data_folder)
    engine = create_reader_engine(file, creator=lambda: connect_read_only(file))
    try:
        with translating_errors(file), engine.connect() as db, db.begin():
            db.info[TRANSACTION_KEY] = SqliteTransaction(db, is_writing=False)
            yield db
    finally:
        engine.dispose()


def _migrate_copy_or_none(file: Path, metadata: MetaData) -> MigratedCopy | None:
    """A migrated copy of a store of an earlier release, which stays as it is; None for any other."""
    version = 0
    if migrations.MIGRATIONS:
        # What cannot even be looked at is refused by what follows, by name.
        with suppress(DamagedFile, StorageError):
            version = store_migration.read_format(file)
    return store_migration.migrate_copy(file, metadata, version) if migrations.find_path(version) else None


def _inspect_structure(file: Path, metadata: MetaData) -> tuple[tuple[str, ...], bool]:
    """The structural problems of the file, and whether its schema is the expected one."""
    engine = create_reader_engine(file, creator=lambda: connect_read_only(file))
    try:
        with translating_errors(file), engine.connect() as db, db.begin():
            if db.scalar(text("PRAGMA application_id")) != APPLICATION_ID:
                raise damaged_file_error(file)
            check_format_version(file, db.scalar(text("PRAGMA user_version")))
            return tuple(find_problems(db, metadata, file)), schema.read_schema(db) == schema.expected_schema(
                metadata
            )
    except OtherFormat:
        raise
    except DamagedFile:
        # Raises if the file is not ours; otherwise its schema table is taken to be damaged.
        check_file_type(file)
        return (SCHEMA_DAMAGED_MESSAGE.format(file.name),), False
    finally:
        engine.dispose()


def _salvage_or_none(file: Path, metadata: MetaData) -> SalvagedStore | None:
    try:
        return salvage.salvage_store(file, metadata)
    except DamagedFile:
        # Then the file is read as it is, and whatever is missing is reported by name.
        return None


@contextmanager
def _explaining_schema_errors(problems: tuple[str, ...]) -> Iterator[None]:
    # A needed table or column is missing, or an id is malformed: report the structural problems found before,
    # which say which one.
    try:
        yield
    except (OperationalError, sqlite3.OperationalError, ValueError) as error:
        code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
        if not problems or code not in (None, sqlite3.SQLITE_ERROR):
            raise
        raise DamagedFile(" ".join(problems)) from error
