"""Making a backup: a snapshot, checked without a key, packed aside, flushed, read back, and then named.

Everything in it is sealed already, so that no key is needed and a locked process can make one. Until the
last step there is only a draft, which the next backup removes.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from clinic_toolkit import __version__
from clinic_toolkit.backup import archive, backup_files, manifest, refusals, verification
from clinic_toolkit.backup.manifest import Manifest, PartEntry
from clinic_toolkit.backup.progress import ByteCount, Report
from clinic_toolkit.journal import audit_log, deletion_list, restored_folder, tombstones
from clinic_toolkit.store import folder
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.opening import open_as_it_is, open_read_only
from clinic_toolkit.store.protocol import ReadOnlyView, SqlStore
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault import identity
from clinic_toolkit.vault.vault import Vault

# So much stays free on the disk of the practice, which must be able to save meanwhile.
_SPARE_BYTES = 64 << 20

README_TEXT = """\
This file is a backup of the records of a practice, encrypted. It was made by the program Clinic toolkit.

Only the passphrase or the printed recovery sheet of the day it was made opens it, or both sheets for an
executor of that day, even if they were replaced or withdrawn since. Nobody can reset them.
Keep this file as it is.
To use it, install the program and type:  clinic-toolkit restore FILE --data FOLDER
It is a plain tar file. What is in it is described in the program's page docs/format.md, so that another
program can be written to read it. Without the passphrase or the sheets it shows how many records there are,
their sizes and times, and no name or content.
"""


class MadeBackup(Struct, frozen=True, kw_only=True):
    """A finished backup; `faults` are the faults of the record itself that were found without a key."""

    file: Path
    manifest: Manifest
    faults: tuple[str, ...]


def create_backup(
    store: SqlStore,
    data_folder: Path,
    place: Path,
    *,
    vault: Vault | None,
    now: datetime,
    report: Report,
) -> MadeBackup:
    """Make a backup of this store in the folder `place`, while others read and write.

    Args:
        vault: signs the manifest; None while locked.
        report: called with (done, total) in bytes; raise in it to stop.

    Raises:
        BackupRefused: the place does not take it. Nothing half is left there.
        StorageError, DamagedFile: the store cannot be copied.
    """
    if not os.path.isdir(place):
        raise refusals.place_gone(place)
    with reading(store.engine) as db:
        short_id = _short_id(db)
    return _create(store, data_folder, place, short_id, vault=vault, now=now, report=report)


def create_backup_of_older(data_folder: Path, place: Path, *, now: datetime, report: Report) -> MadeBackup:
    """Make a backup of a store that an earlier release wrote, as it is; nobody may have it open.

    Raises:
        BackupRefused: the place does not take it. Nothing half is left there.
        StorageError, DamagedFile: the store cannot be copied.
    """
    with open_read_only(data_folder) as view:
        short_id = _short_id(view.db)
    store = open_as_it_is(data_folder)
    try:
        return _create(store, data_folder, place, short_id, vault=None, now=now, report=report)
    finally:
        store.close()


def _short_id(db: Connection) -> str:
    return identity.load_vault_ids(db)[0].hex[:8]


def _create(
    store: SqlStore,
    data_folder: Path,
    place: Path,
    short_id: str,
    *,
    vault: Vault | None,
    now: datetime,
    report: Report,
) -> MadeBackup:
    size = folder.database_path(data_folder).stat().st_size
    count = ByteCount(report, total=4 * size)
    backup_files.remove_drafts(place, short_id)
    snapshot = make_snapshot_folder(data_folder, place, size, short_id)
    try:
        try:
            store.write_snapshot(snapshot, report_progress=count.share(size))
        except OSError as error:
            raise refusals.place_error(snapshot.parent, error) from error
        # After the copy, so that it never opens for a secret that the copy does not open for any more.
        with suppress(FileNotFoundError):
            shutil.copyfile(data_folder / folder.HEADER_BACKUP_FILE, snapshot / folder.HEADER_BACKUP_FILE)
        with open_read_only(snapshot) as view:
            faults = verification.check_without_keys(view, count.share(size))
            draft = _describe_snapshot(view, data_folder, faults=len(faults), vault=vault, now=now)
        file, made = _pack_snapshot(snapshot, place, draft, vault=vault, now=now, count=count)
    finally:
        shutil.rmtree(snapshot, ignore_errors=True)
    return MadeBackup(file=file, manifest=made, faults=tuple(faults))


def make_snapshot_folder(data_folder: Path, place: Path, size: int, short_id: str) -> Path:
    """Make the folder for the snapshot: beside the store, which is quick, if its disk has the room.

    Raises:
        BackupRefused: it could not be made.
    """
    beside = data_folder / folder.SNAPSHOT_FOLDER
    try:
        with suppress(OSError):
            shutil.rmtree(beside, ignore_errors=True)
            if shutil.disk_usage(data_folder).free > size + _SPARE_BYTES:
                beside.mkdir(mode=0o700)
                return beside
        # Others may write there, so never into what is there already.
        prefix = f"{backup_files.PREFIX}snapshot-{short_id}-"
        snapshot = folder.draw_name(place, prefix, backup_files.DRAFT_SUFFIX)
        snapshot.mkdir(mode=0o700)
        return snapshot
    except OSError as error:
        raise refusals.place_error(place, error) from error


def _describe_snapshot(
    view: ReadOnlyView, data_folder: Path, *, faults: int, vault: Vault | None, now: datetime
) -> Manifest:
    vault_id, incarnation = identity.load_vault_ids(view.db)
    last_line, last_hash = audit_log.last_position(view.db)
    return Manifest(
        made_at=to_microseconds(now),
        program=__version__,
        store_format=view.format_number,
        vault=vault_id.bytes,
        incarnation=incarnation.bytes,
        last_line=last_line,
        last_hash=last_hash,
        counts=view.counts or _count_rows(view.db),
        parts=(),
        faults=faults,
        deletions=deletion_list.select_newest(_list_deletions(view, data_folder)),
        signer=vault.user_id.bytes if vault else None,
    )


def _count_rows(db: Connection) -> tuple[tuple[str, int], ...]:
    return tuple(
        (str(table.name), db.scalar(select(func.count()).select_from(table)) or 0)
        for table in sorted(metadata.tables.values(), key=lambda table: table.name)
    )


def _list_deletions(view: ReadOnlyView, data_folder: Path) -> list[bytes]:
    """The deletions in the store, oldest first, and those that it has still to carry out after a restore."""
    pending: list[bytes] = []
    with suppress(deletion_list.DamagedDeletions):
        incarnation = identity.load_vault_ids(view.db)[1]
        pending = restored_folder.load_pending_deletions(data_folder, incarnation)
    stored = [deletion_list.pack_row(row) for row in tombstones.list_tombstone_rows(view.db)]
    return [*stored, *(deletion for deletion in pending if deletion not in stored)]


def _pack_snapshot(
    snapshot: Path, place: Path, draft: Manifest, *, vault: Vault | None, now: datetime, count: ByteCount
) -> tuple[Path, Manifest]:
    """Write the file of the backup; returns its path and its manifest, both as they were read back."""
    file = backup_files.free_name(place, draft.short_id, now)
    aside = file.with_name(file.stem + backup_files.DRAFT_SUFFIX)
    try:
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(aside, flags, 0o600), "w+b") as target:
            _write_archive(target, snapshot, draft, vault, count.add)
            _flush(target)
        made = backup_files.read_signed_manifest(aside).manifest
        verification.check_contents(aside, made, count.add)
        os.replace(aside, file)
        # Not every file system of a stick can do this.
        with suppress(OSError):
            folder.sync_folder(place)
    except OSError as error:
        _remove_draft(aside)
        raise refusals.place_error(place, error) from error
    except BaseException as error:
        _remove_draft(aside)
        if isinstance(error, refusals.BackupRefused) and not os.path.isdir(place):
            raise refusals.place_gone(place) from error
        raise
    return file, made


def _write_archive(
    target: BinaryIO, snapshot: Path, draft: Manifest, vault: Vault | None, count: Callable[[int], None]
) -> None:
    seconds, entries = draft.made_at // 1_000_000, []
    sources: dict[str, Path | bytes] = {folder.README_FILE: README_TEXT.encode()}
    for name in archive.PART_NAMES[1:-1]:
        if (snapshot / name).exists():
            sources[name] = snapshot / name
    for name, source in sources.items():
        entries.append(_write_one(target, name, source, seconds, count))
    statement = replace(draft, parts=tuple(entries))
    _write_one(target, archive.MANIFEST, manifest.encode_manifest(statement, vault), seconds, count)
    archive.write_end(target)


def _write_one(
    target: BinaryIO, name: str, source: Path | bytes, seconds: int, count: Callable[[int], None]
) -> PartEntry:
    length = len(source) if isinstance(source, bytes) else source.stat().st_size
    if length > archive.MAX_PART_BYTES:
        raise refusals.BackupRefused(
            "The record is larger than 8 GB, which a backup of this kind cannot hold."
        )
    digest = hashlib.sha256()
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as content:
        for chunk in archive.write_part(target, name, content, length, seconds):
            digest.update(chunk)
            count(len(chunk))
    return PartEntry(name, length, digest.digest())


def _flush(target: BinaryIO) -> None:
    target.flush()
    try:
        folder.sync_handle(target.fileno())
    except OSError as error:
        # A file system that knows no flush; what matters there is that it can be read back.
        if error.errno not in refusals.NO_FLUSH:
            raise
    if hasattr(os, "posix_fadvise"):
        # So that it is read back from the disk and not from memory.
        with suppress(OSError):
            os.posix_fadvise(target.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _remove_draft(aside: Path) -> None:
    with suppress(OSError):
        aside.unlink(missing_ok=True)
