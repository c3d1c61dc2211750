"""Deletes all files of a store."""

from pathlib import Path

from clinic_toolkit.store import folder, old_copies, successor
from clinic_toolkit.store.sqlite import log_copies, rollback_journal


def delete_store(data_folder: Path) -> None:
    """Delete the database, its side files, its anchor, every copy of it and what was to take its place.

    The database is deleted last: if this were interrupted, side files without a database would look like
    damage.

    Raises:
        OSError: a file could not be deleted.
    """
    database = folder.database_path(data_folder)
    successor.discard_successors(data_folder)
    side_files = [f"{database.name}{suffix}" for suffix in ("-wal", "-shm", rollback_journal.SUFFIX)]
    for name in (folder.ANCHOR_FILE, folder.LOSSES_FILE, *side_files):
        (data_folder / name).unlink(missing_ok=True)
    for copy in data_folder.glob(f"{database.name}{old_copies.RESCUED_INFIX}*"):
        copy.unlink(missing_ok=True)
    log_copies.remove_copies(database)
    database.unlink(missing_ok=True)
