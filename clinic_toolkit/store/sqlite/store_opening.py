"""Opening the store of a folder, or creating it if there never was one."""

import time
from pathlib import Path

from sqlalchemy import MetaData, text

from clinic_toolkit.store import folder, format_number, successor
from clinic_toolkit.store.sqlite import (
    file_guard,
    log_copies,
    migrations,
    rollback_journal,
    schema,
    startup_check,
    store_draft,
    store_format,
    store_migration,
)
from clinic_toolkit.store.sqlite.anchor import Anchor
from clinic_toolkit.store.sqlite.connections import (
    connect_read_only,
    connect_read_write,
    create_reader_engine,
)
from clinic_toolkit.store.sqlite.file_guard import FileGuard
from clinic_toolkit.store.sqlite.salvage import SalvagedStore
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.storage_errors import StorageReadOnly


def open_store(data_folder: Path, metadata: MetaData) -> SqliteStore:
    """Open the store in this folder, or create one if there never was any.

    All modules that define tables must be imported before, since the schema of the file is compared with
    them.

    Raises:
        DamagedFile: the file is missing, damaged, not ours, or of another version.
        StorageError: the disk is full, read-only, busy or failing.
    """
    if data_folder.is_dir() and not folder.is_writable(data_folder):
        return _open_write_protected(data_folder, metadata)
    folder.prepare_folder(data_folder)
    successor.finish_exchange(data_folder)
    folder.remove_interrupted_copies(data_folder)
    file = folder.database_path(data_folder)
    if folder.is_first_run(data_folder):
        _create_store(data_folder, file, metadata)
    guard = FileGuard(file)
    store_format.check_file_type(file)
    rollback_journal.take_back_change(file)
    log_copy = log_copies.copy_log(file)
    anchor = Anchor(data_folder)
    salvaged = startup_check.examine_store(file, metadata, anchor, log_copy)
    folder.write_readme(data_folder)
    anchor.persist_findings(log_copy)
    if salvaged:
        return _open_salvaged(file, anchor, salvaged)
    return _open_guarded(file, anchor, guard)


def _open_write_protected(data_folder: Path, metadata: MetaData) -> SqliteStore:
    """Open a store on a write-protected disk; one of an earlier release is migrated in memory."""
    file = folder.database_path(data_folder)
    if successor.is_ready(data_folder) or folder.is_first_run(data_folder):
        raise StorageReadOnly
    store_format.check_file_type(file)
    anchor = Anchor(data_folder)
    version = store_migration.read_format(file)
    salvaged: SalvagedStore | None
    if migrations.find_path(version):
        salvaged = store_migration.migrate_copy(file, metadata, version)
    else:
        salvaged = startup_check.examine_store(file, metadata, anchor, None)
    anchor.record_write_protected()
    if salvaged:
        return _open_salvaged(file, anchor, salvaged)
    return SqliteStore(
        file, create_reader_engine(file, creator=lambda: connect_read_only(file)), anchor=anchor
    )


def _open_salvaged(file: Path, anchor: Anchor, salvaged: SalvagedStore) -> SqliteStore:
    return SqliteStore(file, create_reader_engine(file, creator=salvaged.connect), anchor=anchor)


def _open_guarded(file: Path, anchor: Anchor, guard: FileGuard) -> SqliteStore:
    # A file that is not the one written last is opened read-only, so that not even a checkpoint changes it.
    engine = create_reader_engine(
        file,
        creator=lambda: guard.connect_guarded(connect_read_only if anchor.read_only else connect_read_write),
    )
    file_guard.forget_log_on_dispose(engine, guard)
    store = SqliteStore(file, engine, anchor=anchor, guard=guard)
    # Checkpoint what the previous process left in the log; if a reader is in the way, try again when idle.
    if not anchor.read_only and not store.try_upkeep():
        store.last_write_at = time.monotonic()
    return store


def _create_store(data_folder: Path, file: Path, metadata: MetaData) -> None:
    # Built under another name and then renamed, so that a crash half-way never leaves half a store.
    draft = store_draft.create_empty_draft(data_folder)
    store = SqliteStore(draft, create_reader_engine(draft, creator=lambda: connect_read_write(draft)))
    try:
        with store.writing() as transaction:
            db = transaction.db
            schema.create_tables(db, metadata)
            db.execute(text(f"PRAGMA application_id = {store_format.APPLICATION_ID}"))
            db.execute(text(f"PRAGMA user_version = {format_number.FORMAT_VERSION}"))
        store.checkpoint()
    finally:
        store.close()
    store_draft.install_draft(draft, file)
