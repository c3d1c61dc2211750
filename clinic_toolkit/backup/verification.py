"""Checking a backup: its bytes and its trail without a key, and with one every seal and signature.

What is found is returned as plain sentences; only a file that cannot be used at all is an error.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.backup import archive, backup_files, refusals
from clinic_toolkit.backup.archive import Part
from clinic_toolkit.backup.manifest import Manifest, PartEntry, SignedManifest
from clinic_toolkit.backup.progress import ByteCount, Report
from clinic_toolkit.backup.side_hash import SideHash
from clinic_toolkit.backup.side_task import CountDone, SideTask
from clinic_toolkit.journal import audit_log, frame_check, inspection
from clinic_toolkit.journal.frame_check import CountChecked, FindInChain
from clinic_toolkit.journal.inspection_keys import Finding
from clinic_toolkit.store import folder, format_number
from clinic_toolkit.store.folder import prepare_folder
from clinic_toolkit.store.opening import can_migrate, open_read_only, open_unchecked
from clinic_toolkit.store.protocol import ReadOnlyView
from clinic_toolkit.vault import identity
from clinic_toolkit.vault.vault import Vault

# Opens the practice in this store with a secret that the caller has.
OpenVault = Callable[[Connection], Vault]

SIGNATURE_SENTENCE = "The signature under the list of its parts is not valid."
_SPARE_BYTES = 16 << 20


class BackupReport(Struct, frozen=True, kw_only=True):
    """What a check of a whole backup found: one sentence for each fault, none if it is whole."""

    manifest: Manifest
    with_keys: bool
    entries_checked: int
    rows_checked: int
    faults: tuple[str, ...]


def verify_backup(
    file: Path, workspace: Path, *, open_vault: OpenVault | None, report: Report
) -> BackupReport:
    """Check a whole backup.

    Args:
        workspace: an existing folder; the store is unpacked into a new folder in it, and removed at the end.
        open_vault: opens the practice; None to check what can be seen without a key.
        report: called with (done, total) in bytes; raise in it to stop.

    Raises:
        NotABackup: it is none, not whole, or of a newer version.
        BackupRefused: it cannot be read, or there is no room to unpack it.
    """
    signed = backup_files.read_signed_manifest(file)
    count = ByteCount(report, total=2 * signed.manifest.size)
    with unpacked(file, signed.manifest, workspace, count.add) as place:
        if open_vault:
            with open_read_only(place) as view:
                vault = open_vault(view.db)
                result = inspection.inspect_all(view.db, vault, count.share(signed.manifest.size))
                return _judge_unpacked(view, signed, vault, result)
        with open_copy(place) as (view, find_in_chain):
            result = frame_check.check_frames(
                view.db, count.share(signed.manifest.size), find_in_chain=find_in_chain
            )
            return _judge_unpacked(view, signed, None, result)


def _judge_unpacked(
    view: ReadOnlyView, signed: SignedManifest, vault: Vault | None, result: inspection.Report
) -> BackupReport:
    """Put together what was found in the store of a backup, and what its manifest says otherwise."""
    faults = [*view.problems, *(finding.sentence for finding in result.findings)]
    faults += list_contradictions(view.db, signed.manifest)
    if vault and signed.manifest.signer and not signed.is_signed_by_member(vault):
        faults.append(SIGNATURE_SENTENCE)
    return BackupReport(
        manifest=signed.manifest,
        with_keys=vault is not None,
        entries_checked=result.entries_checked,
        rows_checked=result.rows_checked,
        faults=tuple(faults),
    )


@contextmanager
def open_copy(place: Path) -> Iterator[tuple[ReadOnlyView, FindInChain]]:
    """Open an unpacked store for inspection; its chain is checked while its structure is.

    Yields:
        What `open_read_only` does, and what gives the findings in the chain.

    Raises:
        DamagedFile: as `open_read_only`.
    """

    def check_chain(count_done: CountDone) -> list[Finding]:
        with open_unchecked(place) as db:
            return frame_check.check_chain(db, count_done)

    with SideTask(check_chain) as task, open_read_only(place) as view:

        def find_in_chain(count_checked: CountChecked) -> list[Finding]:
            found = task.wait(lambda: count_checked(0))
            # What counts is what the view reads: a damaged file by our own list of tables, and of one that an
            # earlier release wrote a migrated copy.
            is_same = not view.problems and view.format_number == format_number.FORMAT_VERSION
            return found if is_same and found is not None else frame_check.check_chain(view.db, count_checked)

        yield view, find_in_chain


def check_without_keys(
    view: ReadOnlyView, report: Report, find_in_chain: FindInChain | None = None
) -> list[str]:
    """Check the frame of every seal and the chain of a snapshot; returns one sentence for each fault."""
    # Not whether there is a second copy of the head: the next unlock writes it anew.
    result = frame_check.check_frames(view.db, report, find_in_chain=find_in_chain)
    return [*view.problems, *(finding.sentence for finding in result.findings)]


def check_store_format(file: Path, manifest: Manifest) -> None:
    """Refuse a backup of a store that this version cannot read.

    Raises:
        NotABackup: another version of the program is needed.
    """
    present = format_number.FORMAT_VERSION
    if manifest.store_format > present:
        raise refusals.from_newer_program(file, manifest.program)
    if manifest.store_format < present and not can_migrate(manifest.store_format):
        raise refusals.NotABackup(
            f"{file.name} was made by an earlier draft of this program, in format {manifest.store_format}; "
            f"this version reads format {present}. Use the version that made it."
        )


@contextmanager
def unpacked(file: Path, manifest: Manifest, workspace: Path, count: Callable[[int], None]) -> Iterator[Path]:
    """Unpack the store of a backup into a new private folder, which is removed at the end.

    Raises:
        NotABackup, BackupRefused: as `unpack`.
    """
    place = workspace / folder.UNPACKED_FOLDER
    shutil.rmtree(place, ignore_errors=True)
    try:
        unpack(file, manifest, place, count)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def unpack(file: Path, manifest: Manifest, place: Path, count: Callable[[int], None]) -> None:
    """Unpack the store of a backup into a new folder, comparing every part with the manifest.

    It is not flushed: a copy that is thrown away needs that as little as one that turns out to be damaged.

    Raises:
        NotABackup: a part differs, or another version of the program is needed.
        BackupRefused: the backup cannot be read, the folder not be written, or there is too little room.
    """
    check_store_format(file, manifest)
    try:
        free = shutil.disk_usage(place.parent).free
        if free < manifest.size + _SPARE_BYTES:
            raise refusals.BackupRefused(
                f"There is not enough room in {place.parent}: {file.name} needs "
                f"{_megabytes(manifest.size + _SPARE_BYTES)}, and {_megabytes(free)} are free."
            )
        # A new one: what is there already may lead elsewhere.
        place.mkdir(mode=0o700)
        prepare_folder(place)
        with _open_parts(file) as (source, parts):
            for part, entry in zip(parts, manifest.parts, strict=False):
                name = part.name
                # Every folder of a practice has a readme of its own.
                target_file = place / name if name != folder.README_FILE else Path(os.devnull)
                with target_file.open("wb") as target:
                    for chunk in _read_or_refuse(file, read_part(file, source, part, entry)):
                        target.write(chunk)
                        count(len(chunk))
    except OSError as error:
        raise refusals.folder_error(place.parent, error) from error


@contextmanager
def _open_parts(file: Path) -> Iterator[tuple[BinaryIO, list[Part]]]:
    """Open a backup and list its parts.

    Raises:
        BackupRefused: it cannot be read.
    """
    with ExitStack() as stack:
        try:
            source = stack.enter_context(archive.open_archive(file))
            parts, _ = archive.list_parts(file, source)
        except OSError as error:
            raise refusals.unreadable(file) from error
        yield source, parts


def _read_or_refuse(file: Path, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces; whatever the disk of the backup does not give is not the fault of another one."""
    try:
        yield from chunks
    except OSError as error:
        raise refusals.unreadable(file) from error


def flush_unpacked(place: Path) -> bool:
    """Flush what `unpack` wrote to the disk; returns True.

    Raises:
        OSError: it failed. A second try might succeed without the bytes that the first one lost.
    """
    for name in sorted(os.listdir(place)):
        handle = os.open(place / name, os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            folder.sync_handle(handle)
        finally:
            os.close(handle)
    folder.sync_folder(place)
    return True


def read_part(file: Path, source: BinaryIO, part: Part, entry: PartEntry) -> Iterator[bytes]:
    """Yield the content of a part, piece by piece.

    Raises:
        BackupDamaged: after the last piece, it is not what the manifest says.
    """
    with SideHash() as pieces:
        for chunk in archive.read_content(source, part):
            pieces.add(chunk)
            yield chunk
        if pieces.digest() != entry.sha256:
            raise refusals.changed(file, f"the part {part.name}")


def list_contradictions(db: Connection, manifest: Manifest) -> Iterator[str]:
    """Yield one sentence for each thing that a manifest says otherwise than the store beside it."""
    vault_id, incarnation = identity.load_vault_ids(db)
    if (vault_id.bytes, incarnation.bytes) != (manifest.vault, manifest.incarnation):
        yield "The list of its parts names another practice than the one in it."
    if audit_log.last_position(db) != (manifest.last_line, manifest.last_hash):
        yield "The list of its parts names another end of the audit trail than the one in it."


def _megabytes(size: int) -> str:
    return f"{max(1, size // 1_000_000)} MB"
