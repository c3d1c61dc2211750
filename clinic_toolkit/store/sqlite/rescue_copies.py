"""Rescue copies: copies of a store whose file was replaced while it was open, beside it under new names.

Each is a complete database; to go on with it, a person renames it to the name of the data file. An empty
marker file says that nobody has acknowledged the copies yet.
"""

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from clinic_toolkit.store import folder, old_copies
from clinic_toolkit.store.sqlite.connections import connect_read_only
from clinic_toolkit.store.sqlite.database_copy import copy_database

_DRAFT_SUFFIX = f"{old_copies.RESCUED_INFIX}new"
_UNACKNOWLEDGED_SUFFIX = f"{old_copies.RESCUED_INFIX}unseen"
_TIP_QUERY = "SELECT seq, hash FROM audit_line ORDER BY seq DESC LIMIT 1"
_CONTAINS_LINE_QUERY = "SELECT 1 FROM audit_line WHERE seq = ? AND hash = ?"

log = logging.getLogger("clinic")


def create_copy(file: Path, source: sqlite3.Connection) -> Path:
    """Copy the database of this connection; the copy is durable and checked when this returns.

    Args:
        file: path of the data file, which is not touched; the copy is named after it.
        source: a connection without an open transaction.

    Raises:
        OSError: the copy could not be written.
        sqlite3.Error: the open store could not be read, or the copy is damaged.
    """
    # A deleted folder is created again, because the open file may be all that is left of it.
    file.parent.mkdir(mode=0o700, exist_ok=True)
    draft = file.with_name(file.name + _DRAFT_SUFFIX)
    draft.unlink(missing_ok=True)
    try:
        copy_database(source, draft)
        folder.write_durably(file.with_name(file.name + _UNACKNOWLEDGED_SUFFIX), b"")
        return _install_draft(file, draft)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def list_copies(file: Path) -> list[Path]:
    """The existing copies, oldest first."""
    return old_copies.list_rescued(file)


def list_unacknowledged(file: Path) -> tuple[Path, ...]:
    """All copies if nobody has acknowledged them yet, else none."""
    return tuple(list_copies(file)) if file.with_name(file.name + _UNACKNOWLEDGED_SUFFIX).exists() else ()


def delete_unacknowledged_marker(file: Path) -> None:
    """Delete the marker after a person has acknowledged the copies, which are kept.

    Raises:
        OSError: the marker could not be deleted.
    """
    file.with_name(file.name + _UNACKNOWLEDGED_SUFFIX).unlink(missing_ok=True)


def remove_redundant(file: Path) -> None:
    """Delete every acknowledged copy that holds nothing beyond this store.

    A copy keeps its old key slots, so a secret that was replaced since would still open it. A copy is
    redundant if its newest audit entry is in this store's audit log, that is, if this store continued from
    there. All other copies are kept.
    """
    if list_unacknowledged(file):
        return
    for copy in list_copies(file):
        try:
            with closing(connect_read_only(copy)) as copy_db, closing(connect_read_only(file)) as store_db:
                tip = copy_db.execute(_TIP_QUERY).fetchone()
                is_redundant = (
                    tip is not None and store_db.execute(_CONTAINS_LINE_QUERY, tip).fetchone() is not None
                )
            if is_redundant:
                copy.unlink(missing_ok=True)
        except (OSError, sqlite3.Error):
            log.exception("rescued.not_removed")


def _install_draft(file: Path, draft: Path) -> Path:
    copy = old_copies.name_next_rescued(file)
    # Created exclusively first, so that the rename cannot overwrite someone else's file.
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    os.replace(draft, copy)
    folder.sync_folder(file.parent)
    return copy
