"""The mark in a folder that was restored from a backup, and what the first unlock after it does.

The mark names the incarnation of the backup, so it has done its work once the store has another one. Then it
stays until somebody has said that they read of the restore.
"""

import re
from datetime import datetime
from pathlib import Path
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, select

from clinic_toolkit.journal import audit_entries, audit_log, deletion_list, incarnations
from clinic_toolkit.store import folder
from clinic_toolkit.store.storage_errors import storage_error_of
from clinic_toolkit.store.transactions import is_writing
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.vault import header_backup, identity
from clinic_toolkit.vault.vault import Vault

MARK_FILE = "restored-from-backup"
_PATTERN = re.compile(rb"([0-9a-f]{32}) ([0-9]{1,19})\n")


class UnreadableMark(ValueError):
    """There is a mark, and it does not say of which incarnation."""


class RestoredMark(Struct, frozen=True):
    """The incarnation of the backup, and when the backup was made, in microseconds since 1970."""

    incarnation: UUID
    backup_made_at: int


class RestoreNotice(Struct, frozen=True, kw_only=True):
    """What the first unlock of a restored folder says.

    `erased_at` are the moments at which was erased what this unlock erased again. `refused_count` is how many
    deletions were found that were not carried out, because their signature does not hold or somebody else has
    a key. `is_list_damaged`: the list of deletions cannot be read, so nothing of it was carried out.
    """

    backup_made_at: datetime
    erased_at: tuple[datetime, ...] = ()
    refused_count: int = 0
    is_list_damaged: bool = False


class UnreadRestore(Struct, frozen=True, kw_only=True):
    """A restore of which nobody has said yet that they read of it.

    `opened_at` is when the restored folder was first unlocked, `backup_made_at` when the backup was made.
    Both are in local time, and None if they cannot be read.
    """

    opened_at: datetime | None
    backup_made_at: datetime | None


def write_mark(data_folder: Path, mark: RestoredMark) -> None:
    """Mark a folder as restored, durably.

    Raises:
        OSError: the mark could not be written.
    """
    text = f"{mark.incarnation.hex} {max(0, mark.backup_made_at)}\n"
    folder.write_durably(data_folder / MARK_FILE, text.encode("ascii"))


def find_mark(data_folder: Path) -> RestoredMark | None:
    """Read the mark; None if there is none.

    Raises:
        UnreadableMark: there is one that this program did not write.
    """
    try:
        raw = (data_folder / MARK_FILE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableMark from error
    match = _PATTERN.fullmatch(raw)
    if match is None:
        raise UnreadableMark
    try:
        from_microseconds(int(match[2]))
    except ValueError:
        raise UnreadableMark from None
    return RestoredMark(UUID(hex=match[1].decode()), int(match[2]))


def load_pending_deletions(data_folder: Path, incarnation: UUID) -> list[bytes]:
    """Return the deletions that the first unlock of a restored folder has still to carry out.

    Args:
        incarnation: that of the store in the folder.

    Raises:
        DamagedDeletions: there is a list, and it cannot be read.
    """
    return deletion_list.load_deletions(data_folder) if _find_mark_of(data_folder, incarnation) else []


def find_fresh_mark(db: Connection, vault: Vault) -> RestoredMark | None:
    """Return the mark of the folder if it was restored and nobody has unlocked it to write since."""
    return _find_mark_of(identity.data_folder_of(db), vault.incarnation)


def _find_mark_of(data_folder: Path, incarnation: UUID) -> RestoredMark | None:
    """Return the mark of a folder if it names this incarnation; one that cannot be read counts as that."""
    try:
        mark = find_mark(data_folder)
    except UnreadableMark:
        return RestoredMark(incarnation, 0)
    return mark if mark and mark.incarnation == incarnation else None


def begin_if_restored(db: Connection, vault: Vault, *, now: datetime) -> RestoredMark | None:
    """Begin a new incarnation if this folder was restored and nobody has unlocked it since.

    A mark that cannot be read counts as one of this store: a record that went two ways under one id could
    not be told apart any more. The lines before must have been checked, and nothing signed yet. Returns the
    mark if it was begun; the caller then carries out the deletions that are newer than the backup.

    Raises:
        StorageReadOnly, StorageFull: the mark of an earlier unlock could not be removed or mended.
    """
    data_folder = identity.data_folder_of(db)
    try:
        mark = find_mark(data_folder) if is_writing(db) else None
    except UnreadableMark:
        mark = _mend_mark(data_folder, vault)
    if mark is None:
        return None
    if mark.incarnation != vault.incarnation:
        is_unread = find_unread_restore(db, vault) is not None
        _remove_files(data_folder, folder.DELETIONS_FILE, *([] if is_unread else [MARK_FILE]))
        return None
    # No backup is older than what lies in it. The mark holds no signature, so nothing else of it is signed.
    made_at = mark.backup_made_at if mark.backup_made_at >= _find_last_signed_time(db, vault) else 0
    incarnations.begin_incarnation(db, vault, backup_made_at=made_at, now=now)
    header_backup.try_write_before_commit(db, vault)
    return mark


def find_unread_restore(db: Connection, vault: Vault) -> UnreadRestore | None:
    """Return the last restore, until `note_restore_read`; None if there is none to be read of."""
    try:
        mark = find_mark(identity.data_folder_of(db))
    except UnreadableMark:
        return None
    line = incarnations.find_last_restore(db, vault) if mark else None
    if mark is None or line is None or mark.incarnation.bytes != line.before:
        return None
    return UnreadRestore(
        opened_at=_read_moment(line.recorded_at), backup_made_at=_read_moment(line.backup_made_at)
    )


def note_restore_read(db: Connection, vault: Vault) -> None:
    """Remove the mark once somebody has read of the restore; one that has work to do stays.

    Raises:
        StorageReadOnly, StorageFull: it could not be removed.
    """
    if find_unread_restore(db, vault):
        _remove_files(identity.data_folder_of(db), folder.DELETIONS_FILE, MARK_FILE)


def _remove_files(data_folder: Path, *names: str) -> None:
    try:
        for name in names:
            (data_folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise storage_error_of(error) from error


def _read_moment(microseconds: int) -> datetime | None:
    """Return the local time of a moment as a line holds it; None for 0 and for what is no moment."""
    try:
        return from_microseconds(microseconds).astimezone() if microseconds else None
    except ValueError:
        return None


def _find_last_signed_time(db: Connection, vault: Vault) -> int:
    """When the last entry that was signed was written, in microseconds; 0 if that cannot be read."""
    incarnations.load_past_incarnations(db, vault)
    table = audit_log.audit_log_table
    query = select(table).where(table.c.signature.is_not(None)).order_by(table.c.seq.desc())
    row = db.execute(query.limit(1)).first()
    try:
        return audit_entries.open_payload(vault, row.seq, row.body).recorded_at if row else 0
    except audit_entries.UNREADABLE_ERRORS:
        return 0


def _mend_mark(data_folder: Path, vault: Vault) -> RestoredMark:
    mark = RestoredMark(vault.incarnation, 0)
    try:
        write_mark(data_folder, mark)
    except OSError as error:
        raise storage_error_of(error) from error
    return mark
