"""Restoring a backup into a data folder: unpacked aside, checked, and only then put in place.

What was in the folder before is moved into a folder of its own and never deleted. A plan that lies beside
the unpacked files makes the moving safe against a kill: the next start or restore finishes it.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from clinic_toolkit import start_commands
from clinic_toolkit.backup import backup_files, backup_state, newer_deletions, refusals, verification
from clinic_toolkit.backup.manifest import Manifest
from clinic_toolkit.backup.newer_deletions import FoundDeletions
from clinic_toolkit.backup.progress import ByteCount, Report
from clinic_toolkit.backup.side_task import SideTask
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_reader, deletion_list, restored_folder, tombstones
from clinic_toolkit.settings import SETTINGS_FILE
from clinic_toolkit.store import folder, folder_lock, launch_file, old_copies
from clinic_toolkit.store.opening import open_read_only
from clinic_toolkit.vault import identity

STAGING_FOLDER, PLAN_FILE = folder.RESTORE_PLAN.split("/")
# They belong to the program on this machine and not to the record.
_STAYING = (
    folder_lock.LOCK_FILE,
    SETTINGS_FILE,
    backup_state.STATE_FILE,
    launch_file.LAUNCH_FOLDER,
    STAGING_FOLDER,
)
_OURS = ("clinic.", "unlock-attempts", restored_folder.MARK_FILE)
# What a first start makes. Any other file of ours can be of a practice whose database was lost.
_FILES_WITHOUT_PRACTICE = {
    folder.DATABASE_FILE,
    f"{folder.DATABASE_FILE}-wal",
    f"{folder.DATABASE_FILE}-shm",
    folder.ANCHOR_FILE,
}


class RestoredFolder(msgspec.Struct, frozen=True, kw_only=True):
    """A finished restore.

    `aside` is where the earlier files are, None if there were none; `earlier_last_line` is the last line of
    their audit trail, 0 if it could not be read. `faults` are those of the record in the backup itself.
    `newer` are the deletions that the first unlock carries out.
    """

    manifest: Manifest
    aside: Path | None
    earlier_last_line: int
    faults: tuple[str, ...]
    newer: FoundDeletions


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is still to be moved: the earlier files by name, and the folder they go into."""

    aside: str
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse names that lead out of the folder."""
        if not old_copies.is_put_aside_name(self.aside):
            raise ValueError("not a folder for what was there before")
        if any(not name.startswith(_OURS) or Path(name).name != name for name in self.names):
            raise ValueError("not files of a practice")


def restore_backup(
    file: Path, data_folder: Path, *, replace: bool, report: Report, beside: Iterable[Path] = ()
) -> RestoredFolder:
    """Restore a backup into an empty or new folder, or with `replace` in the place of the same practice.

    Args:
        beside: other folders in which a practice of this machine may lie, to look for newer deletions.
        report: called with (done, total) in bytes; raise in it to stop. Then nothing is changed.

    Raises:
        NotABackup, BackupRefused: nothing was changed, or, if the plan was written already, the next start
            finishes the restore.
    """
    signed = backup_files.read_signed_manifest(file)
    verification.check_store_format(file, signed.manifest)
    is_new = not data_folder.exists()
    if not is_new:
        _refuse_other_things(data_folder)
    try:
        lock = folder_lock.acquire_folder_lock(data_folder)
    except folder_lock.AlreadyOpen:
        raise refusals.BackupRefused(
            f"The program is running with the folder {data_folder}, or a backup is being restored there now. "
            "Quit the program first."
        ) from None
    try:
        finish_restore(data_folder)
        _refuse_other_things(data_folder)
        is_unused = _was_never_set_up(data_folder)
        if not replace and not is_unused:
            _refuse_practice(file, data_folder)
        earlier_last_line = _compare_practices(file, data_folder, signed.manifest)
        faults, newer = _stage(file, data_folder, signed.manifest, report, beside)
        aside = _plan_moves(data_folder)
        finish_restore(data_folder)
        if aside and is_unused:
            # Kept, it would be named as a copy that an old passphrase opens.
            shutil.rmtree(aside, ignore_errors=True)
            aside = None
    except BaseException:
        if not (data_folder / STAGING_FOLDER / PLAN_FILE).exists():
            shutil.rmtree(data_folder / STAGING_FOLDER, ignore_errors=True)
        lock.release()
        if is_new and not _holds_practice(data_folder):
            shutil.rmtree(data_folder, ignore_errors=True)
        raise
    lock.release()
    return RestoredFolder(
        manifest=signed.manifest,
        aside=aside,
        earlier_last_line=earlier_last_line,
        faults=tuple(faults),
        newer=newer,
    )


def finish_restore(data_folder: Path) -> bool:
    """Finish a restore whose files were all checked; the caller holds the lock on the folder.

    Every step may be interrupted and done again. Returns whether there was one to finish.

    Raises:
        BackupRefused: a file could not be moved.
    """
    staging = data_folder / STAGING_FOLDER
    try:
        plan = msgspec.json.decode((staging / PLAN_FILE).read_bytes(), type=_Plan)
    except FileNotFoundError:
        return False
    except (OSError, msgspec.DecodeError, RecursionError):
        raise refusals.BackupRefused(
            f"A restore was interrupted, and its file {STAGING_FOLDER}/{PLAN_FILE} in {data_folder} cannot "
            "be read. Copy the whole folder to another disk before you go on."
        ) from None
    aside = data_folder / plan.aside
    try:
        if plan.names:
            aside.mkdir(mode=0o700, exist_ok=True)
            # It must be on the disk before what is moved into it, and that before it is gone from here.
            folder.sync_folder(data_folder)
        for name in plan.names:
            # What is in the other folder already was moved before an interruption.
            if not (aside / name).exists() and (data_folder / name).exists():
                os.rename(data_folder / name, aside / name)
        if plan.names:
            folder.sync_folder(aside)
        folder.sync_folder(data_folder)
        for path in sorted(staging.iterdir()):
            if path.name != PLAN_FILE:
                os.replace(path, data_folder / path.name)
        folder.write_readme(data_folder)
        _forget_last_backup(data_folder)
        folder.sync_folder(data_folder)
        (staging / PLAN_FILE).unlink()
        staging.rmdir()
        folder.sync_folder(data_folder)
    except OSError as error:
        raise refusals.folder_error(data_folder, error) from error
    return True


def _forget_last_backup(data_folder: Path) -> None:
    """Let a backup of the restored record be due; the last one was made of the record before."""
    if backup_state.load_state(data_folder).last_made is not None:
        # Without it the trail says so too, which is not that of the last backup any more.
        with suppress(ClinicError):
            backup_state.change_state(
                data_folder, lambda state: msgspec.structs.replace(state, last_made=None)
            )


def _refuse_other_things(data_folder: Path) -> None:
    if not data_folder.is_dir():
        raise refusals.BackupRefused(f"{data_folder} is not a folder. Choose another place for the data.")
    names = [name for name in os.listdir(data_folder) if name not in _STAYING]
    if names and not _holds_practice(data_folder):
        raise refusals.BackupRefused(
            f"The folder {data_folder} holds other things. Choose an empty folder, or one that is not there "
            "yet."
        )


def _refuse_practice(file: Path, data_folder: Path) -> None:
    if any(name not in _STAYING for name in os.listdir(data_folder)):
        command = start_commands.write_command("restore", file.absolute(), "--data", data_folder, "--replace")
        raise refusals.BackupRefused(
            f"There is a practice in {data_folder} already. Nothing was changed. Choose an empty folder with "
            f"--data. Or restore it in place of that one, which is moved into a folder in there and not "
            f"deleted:  {command}"
        )


def _was_never_set_up(data_folder: Path) -> bool:
    """Whether the program was only started here; False where anything could be what is left of a practice.

    The caller holds the lock on the folder.
    """
    names = {name for name in os.listdir(data_folder) if name.startswith(_OURS)}
    if folder.DATABASE_FILE not in names or not names <= _FILES_WITHOUT_PRACTICE:
        return False
    try:
        with open_read_only(data_folder) as view:
            return not identity.has_practice(view.db)
    except ClinicError:
        return False


def _holds_practice(data_folder: Path) -> bool:
    return (data_folder / folder.README_FILE).exists() or folder.database_path(data_folder).exists()


def _compare_practices(file: Path, data_folder: Path, manifest: Manifest) -> int:
    """Refuse a backup of another practice; returns the last line of the audit trail that is there."""
    if not folder.database_path(data_folder).exists():
        return 0
    try:
        with open_read_only(data_folder) as view:
            if not identity.has_practice(view.db):
                return 0
            vault_id, last_line = identity.load_vault_ids(view.db)[0], audit_reader.last_entry_number(view.db)
    except ClinicError:
        # A damaged store is what backups are for; it is moved aside like any other.
        return 0
    if vault_id.bytes != manifest.vault:
        raise refusals.BackupRefused(
            f"{file.name} is a backup of another practice than the one in {data_folder}. Nothing was "
            "changed. Restore it into an empty folder."
        )
    return last_line


def _stage(
    file: Path, data_folder: Path, manifest: Manifest, report: Report, beside: Iterable[Path]
) -> tuple[list[str], FoundDeletions]:
    """Unpack and check everything in a folder that the next restore removes, with newer deletions beside it.

    Returns:
        The faults of the record, and those deletions.
    """
    staging = data_folder / STAGING_FOLDER
    shutil.rmtree(staging, ignore_errors=True)
    count = ByteCount(report, total=2 * manifest.size)
    verification.unpack(file, manifest, staging, count.add)
    with (
        SideTask(lambda _: verification.flush_unpacked(staging)) as flushing,
        verification.open_copy(staging) as (view, find_in_chain),
    ):
        # A manifest can be forged, and needs no key: what is restored is what the store itself says.
        for sentence in verification.list_contradictions(view.db, manifest):
            raise refusals.contradicted(file, sentence)
        incarnation = identity.load_vault_ids(view.db)[1]
        faults = verification.check_without_keys(view, count.share(manifest.size), find_in_chain)
        stored = {row.record for row in tombstones.list_tombstone_rows(view.db)}
        if not flushing.wait(lambda: count.add(0)):
            error = flushing.error if isinstance(flushing.error, OSError) else OSError()
            raise refusals.folder_error(data_folder, error) from flushing.error
    newer = newer_deletions.find_newer_deletions(file, manifest, data_folder, stored=stored, beside=beside)
    try:
        if newer.deletions:
            deletion_list.write_deletions(staging, newer.deletions)
        mark = restored_folder.RestoredMark(incarnation, manifest.made_at)
        restored_folder.write_mark(staging, mark)
    except OSError as error:
        raise refusals.folder_error(data_folder, error) from error
    return faults, newer


def _plan_moves(data_folder: Path) -> Path | None:
    """Write the plan, which makes the restore final; returns where the earlier files go."""
    names = sorted(
        name for name in os.listdir(data_folder) if name not in _STAYING and name.startswith(_OURS)
    )
    number = 1
    while (data_folder / f"{old_copies.PUT_ASIDE_PREFIX}{number}").exists():
        number += 1
    plan = _Plan(aside=f"{old_copies.PUT_ASIDE_PREFIX}{number}", names=tuple(names))
    try:
        folder.write_durably(data_folder / STAGING_FOLDER / PLAN_FILE, msgspec.json.encode(plan))
    except OSError as error:
        raise refusals.folder_error(data_folder, error) from error
    return data_folder / plan.aside if names else None
