"""The mark in a folder that was restored from a backup, and what the first unlock after it does.

The mark names the incarnation of the backup, so it has done its work once the store has another one.
"""

import re
from datetime import datetime
from pathlib import Path
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import incarnations
from clinic_toolkit.store import folder
from clinic_toolkit.store.storage_errors import storage_error_of
from clinic_toolkit.store.transactions import is_writing
from clinic_toolkit.vault import header_backup, identity
from clinic_toolkit.vault.vault import Vault

MARK_FILE = "restored-from-backup"
_PATTERN = re.compile(rb"([0-9a-f]{32}) ([0-9]{1,19})\n")
_MAX_NUMBER = (1 << 63) - 1


class RestoredMark(Struct, frozen=True):
    """The incarnation of the backup, and when the backup was made, in microseconds since 1970."""

    incarnation: UUID
    backup_made_at: int


def write_mark(data_folder: Path, mark: RestoredMark) -> None:
    """Mark a folder as restored, durably.

    Raises:
        OSError: the mark could not be written.
    """
    text = f"{mark.incarnation.hex} {max(0, mark.backup_made_at)}\n"
    folder.write_durably(data_folder / MARK_FILE, text.encode("ascii"))


def find_mark(data_folder: Path) -> RestoredMark | None:
    """Read the mark; None if there is none, or one that this program did not write."""
    try:
        raw = (data_folder / MARK_FILE).read_bytes()
    except OSError:
        return None
    match = _PATTERN.fullmatch(raw)
    if match is None or int(match[2]) > _MAX_NUMBER:
        return None
    return RestoredMark(UUID(hex=match[1].decode()), int(match[2]))


def begin_if_restored(db: Connection, vault: Vault, *, now: datetime) -> bool:
    """Begin a new incarnation if this folder was restored and nobody has unlocked it since.

    The lines before must have been checked and signed. Returns whether it was begun.

    Raises:
        StorageReadOnly, StorageFull: the mark of an earlier unlock could not be removed.
    """
    data_folder = identity.data_folder_of(db)
    mark = find_mark(data_folder) if is_writing(db) else None
    if mark is None:
        return False
    if mark.incarnation != vault.incarnation:
        try:
            (data_folder / MARK_FILE).unlink(missing_ok=True)
        except OSError as error:
            raise storage_error_of(error) from error
        return False
    incarnations.begin_incarnation(db, vault, backup_made_at=mark.backup_made_at, now=now)
    header_backup.try_write_before_commit(db, vault)
    return True
