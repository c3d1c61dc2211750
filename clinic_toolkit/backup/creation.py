"""Making a backup: all of one moment, checked without a key, packed aside, flushed, read back, then named.

Everything in it is sealed already, so that no key is needed and a locked process can make one. Until the
last step there is only a draft, which the next backup removes. The files of the store are packed as they lie,
held still, and checked meanwhile; where that cannot be, a copy of them is.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from clinic_toolkit import __version__
from clinic_toolkit.backup import archive, backup_files, draft, refusals, verification
from clinic_toolkit.backup.draft import BackupDraft
from clinic_toolkit.backup.manifest import Manifest
from clinic_toolkit.backup.progress import ByteCount, Report
from clinic_toolkit.backup.side_task import CountDone, SideTask
from clinic_toolkit.journal import audit_log, deletion_list, frame_check, restored_folder, tombstones
from clinic_toolkit.journal.inspection_keys import Finding
from clinic_toolkit.store import folder, format_number
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.opening import open_as_it_is, open_read_only
from clinic_toolkit.store.protocol import SqlStore
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
To use it, get the program and type in its folder:  python3 deploy/start.py --restore FILE
(on Windows:  py deploy\\start.py --restore FILE)
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
    making = _Making(store, data_folder, place, short_id, vault, now, report)
    making.clear_up()
    return _pack_held(making) or _pack_copy(making)


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
        making = _Making(store, data_folder, place, short_id, None, now, report)
        making.clear_up()
        return _pack_copy(making)
    finally:
        store.close()


def _short_id(db: Connection) -> str:
    return identity.load_vault_ids(db)[0].hex[:8]


class _Making(NamedTuple):
    """A backup that is to be made; see `create_backup`."""

    store: SqlStore
    data_folder: Path
    place: Path
    short_id: str
    vault: Vault | None
    now: datetime
    report: Report

    def clear_up(self) -> None:
        """Remove what an interrupted backup left."""
        backup_files.remove_drafts(self.place, self.short_id)
        shutil.rmtree(self.data_folder / folder.SNAPSHOT_FOLDER, ignore_errors=True)

    def read_header(self) -> bytes | None:
        """The second copy of the head.

        Read after the moment of the backup, so that it never opens for a secret that the store in it does not
        open for any more.
        """
        with suppress(FileNotFoundError):
            return (self.data_folder / folder.HEADER_BACKUP_FILE).read_bytes()
        return None


def _pack_held(making: _Making) -> MadeBackup | None:
    """Pack the files of the store as they lie, and check them meanwhile.

    None if they cannot be held still, or if something is wrong with their structure.
    """
    with making.store.holding_still() as held:
        if held is None:
            return None
        count = ByteCount(making.report, total=2 * held.database_bytes)
        chain_db, seals_db = held.dbs[:2]

        def check_seals(_: CountDone) -> _Checked:
            problems = held.find_problems(seals_db, metadata)
            findings = [] if problems else frame_check.check_seals(seals_db)
            statement = _describe(seals_db, making, format_number.FORMAT_VERSION, _count_rows(seals_db))
            return _Checked(problems, findings, statement)

        with (
            SideTask(
                lambda report: frame_check.check_chain(chain_db, report), interrupt=held.interrupt
            ) as chain,
            SideTask(check_seals, interrupt=held.interrupt) as seals,
            draft.open_draft(making.place, making.short_id, making.now, count.add) as target,
        ):
            _add_text(target, folder.README_FILE, README_TEXT.encode())
            target.add_part(
                folder.DATABASE_FILE, lambda: held.iter_database(archive.CHUNK_BYTES), held.database_bytes
            )
            is_unchanged = held.is_unchanged()
            target.read_back()
            chain_findings, checked = chain.wait(lambda: count.add(0)), seals.wait(lambda: count.add(0))
            if chain_findings is None or checked is None or checked.problems or not is_unchanged:
                # What is wrong is found again in a copy, and told as it is told of any damaged file.
                return None
            header = making.read_header()
            files = held.files if header is None else {**held.files, folder.HEADER_BACKUP_FILE: header}
            for name in archive.PART_NAMES:
                if name in files:
                    _add_text(target, name, files[name])
            faults = tuple(finding.sentence for finding in (*chain_findings, *checked.findings))
            statement = replace(checked.statement, faults=len(faults))
            made = target.finish(statement, making.vault)
    return MadeBackup(file=target.file, manifest=made, faults=faults)


class _Checked(NamedTuple):
    """What was found beside the packing: in the structure, in the seals, and what the manifest says."""

    problems: tuple[str, ...]
    findings: list[Finding]
    statement: Manifest


def _add_text(target: BackupDraft, name: str, raw: bytes) -> None:
    target.add_part(name, lambda: [raw], len(raw))


def _pack_copy(making: _Making) -> MadeBackup:
    """Copy the store into a folder first, check the copy and pack it: whatever state the store is in."""
    size = folder.database_path(making.data_folder).stat().st_size
    count = ByteCount(making.report, total=4 * size)
    snapshot = make_snapshot_folder(making.data_folder, making.place, size, making.short_id)
    try:
        try:
            making.store.write_snapshot(snapshot, report_progress=count.share(size))
        except OSError as error:
            raise refusals.place_error(snapshot.parent, error) from error
        if (header := making.read_header()) is not None:
            (snapshot / folder.HEADER_BACKUP_FILE).write_bytes(header)
        with open_read_only(snapshot) as view:
            faults = verification.check_without_keys(view, count.share(size))
            statement = _describe(view.db, making, view.format_number, view.counts or _count_rows(view.db))
            statement = replace(statement, faults=len(faults))
        with draft.open_draft(making.place, making.short_id, making.now, count.add) as target:
            _add_text(target, folder.README_FILE, README_TEXT.encode())
            for name in archive.PART_NAMES[1:-1]:
                if (snapshot / name).exists():
                    target.add_part(
                        name, partial(_iter_file, snapshot / name), (snapshot / name).stat().st_size
                    )
            made = target.finish(statement, making.vault)
    finally:
        shutil.rmtree(snapshot, ignore_errors=True)
    return MadeBackup(file=target.file, manifest=made, faults=tuple(faults))


def _iter_file(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while chunk := source.read(archive.CHUNK_BYTES):
            yield chunk


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


def _describe(
    db: Connection, making: _Making, store_format: int, counts: tuple[tuple[str, int], ...]
) -> Manifest:
    """What the manifest says of the store of this connection, without the parts and the number of faults."""
    vault_id, incarnation = identity.load_vault_ids(db)
    last_line, last_hash = audit_log.last_position(db)
    return Manifest(
        made_at=to_microseconds(making.now),
        program=__version__,
        store_format=store_format,
        vault=vault_id.bytes,
        incarnation=incarnation.bytes,
        last_line=last_line,
        last_hash=last_hash,
        counts=counts,
        parts=(),
        faults=0,
        deletions=deletion_list.select_newest(_list_deletions(db, making.data_folder)),
        signer=making.vault.user_id.bytes if making.vault else None,
    )


def _count_rows(db: Connection) -> tuple[tuple[str, int], ...]:
    return tuple(
        (str(table.name), db.scalar(select(func.count()).select_from(table)) or 0)
        for table in sorted(metadata.tables.values(), key=lambda table: table.name)
    )


def _list_deletions(db: Connection, data_folder: Path) -> list[bytes]:
    """The deletions in the store, oldest first, and those that it has still to carry out after a restore."""
    pending: list[bytes] = []
    with suppress(deletion_list.DamagedDeletions):
        incarnation = identity.load_vault_ids(db)[1]
        pending = restored_folder.load_pending_deletions(data_folder, incarnation)
    stored = [deletion_list.pack_row(row) for row in tombstones.list_tombstone_rows(db)]
    return [*stored, *(deletion for deletion in pending if deletion not in stored)]
