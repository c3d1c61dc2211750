"""`clinic-toolkit backup`, `restore`, `check` and `verify FILE`: backups from the terminal.

A stop with Ctrl+C leaves nothing half: what is unfinished is removed on the way out, and a restore that was
already final is finished by the next start.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import click

# Imports every module that defines a table, so that the store can be compared with all of them.
import clinic_toolkit.web.app  # noqa: F401
from clinic_toolkit import start_commands
from clinic_toolkit.backup import (
    backup_files,
    backup_run,
    backup_state,
    branches,
    drill,
    refusals,
    restoration,
    verification,
)
from clinic_toolkit.backup.manifest import Manifest
from clinic_toolkit.backup.refusals import BackupCancelled, BackupRefused
from clinic_toolkit.backup.restoration import RestoredFolder
from clinic_toolkit.cli import check_folder, progress_lines, typed_secret
from clinic_toolkit.cli.process_limits import protect_memory
from clinic_toolkit.dates import format_date_and_time
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store import folder
from clinic_toolkit.store.folder_lock import AlreadyOpen, acquire_folder_lock
from clinic_toolkit.store.opening import open_read_only, open_store
from clinic_toolkit.store.transactions import reading, store_of
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.vault import identity

EXIT_WHOLE, EXIT_FAULTS, EXIT_REFUSED = 0, 1, 2

IN_USE_MESSAGE = (
    "The program is using this practice now. Use its page “Backups”, or quit the program and try again."
)
UNSIGNED_MESSAGE = (
    "It is not signed, since no passphrase was typed. What is in it is sealed and signed as always."
)
SECRETS_MESSAGE = (
    "The passphrase or the recovery sheet of the day of the backup opens it, even if it was replaced since, "
    "and so do both executor sheets of that day, even if they were withdrawn. Replace or withdraw them again "
    "if somebody else may have them."
)
KEYLESS_MESSAGE = (
    "Without the passphrase, only the outside was checked: every byte against its list, the chain of the "
    "audit trail and the frame of every seal. “clinic-toolkit check” opens everything, "
    "with the passphrase or, with --sheet, the recovery sheet."
)


def make_backup(data_folder: Path, to: Path | None) -> int:
    """Make a backup of the practice in this folder; returns the exit code."""
    protect_memory()
    with _explained():
        if not folder.database_path(data_folder).exists():
            raise BackupRefused(f"There is no practice in {data_folder}.")
        typed = (
            str(Path(os.path.expanduser(to)).absolute()) if to else backup_state.load_state(data_folder).place
        )
        if not typed:
            raise BackupRefused("No place for backups was chosen yet. Name a folder with --to.")
        place = backup_run.check_place(data_folder, typed)
        lock = acquire_folder_lock(data_folder)
        try:
            restoration.finish_restore(data_folder)
            engine = open_store(data_folder)
            with reading(engine) as db:
                if not identity.has_practice(db):
                    raise BackupRefused(f"No practice was set up in {data_folder} yet.")
            made = backup_run.run_backup(
                store_of(engine), data_folder, place, vault=None, now=datetime.now(UTC),
                report=progress_lines.percent_printer(),
            )  # fmt: skip
            engine.dispose()
        finally:
            lock.release()
        click.echo(f"Backup made and read back: {made.file}")
        click.echo(UNSIGNED_MESSAGE)
        return _report_faults(made.faults, "The record itself has faults, which are in the backup too:")
    return EXIT_REFUSED


def restore(
    file: Path, data_folder: Path, *, replace: bool, beside: Sequence[Path] = (), starting: bool = False
) -> int:
    """Restore a backup into this folder; returns the exit code.

    Args:
        starting: the program is started afterwards, so that no command for it is to be named.
        beside: other folders in which a practice of this machine may lie, to look for newer deletions.
    """
    protect_memory()
    with _explained():
        done = restoration.restore_backup(
            file, data_folder, replace=replace, report=progress_lines.percent_printer(), beside=beside
        )
        moment = _moment(done.manifest)
        click.echo(f"The backup is restored into {data_folder}. It holds everything up to {moment}.")
        if done.aside:
            click.echo(f"What was there before is in {done.aside}. Nothing was deleted.")
        if done.earlier_last_line > done.manifest.last_line:
            click.echo(f"That was newer. What was saved after {moment} is only there.")
        for sentence in _describe_deletions(done):
            click.echo(sentence)
        click.echo(SECRETS_MESSAGE)
        if not starting:
            click.echo(f"Start the program with:  {start_commands.write_start_command(data_folder)}")
        return _report_faults(done.faults, "The record in the backup has faults of its own:")
    return EXIT_REFUSED


def verify_file(file: Path, data_folder: Path, *, sheet: bool = False) -> int:
    """Check the bytes, the chain and the frames of a backup without a key; returns the exit code.

    Args:
        data_folder: the store in the backup is unpacked beside it, and removed.
        sheet: open it with the recovery sheet, and check all of it.
    """
    protect_memory()
    with _explained(), _workspace(data_folder) as workspace:
        if sheet:
            # What is no backup is said before anything has to be typed.
            backup_files.read_signed_manifest(file)
        found = verification.verify_backup(
            file,
            workspace,
            open_vault=typed_secret.ask_for_opening(sheet=True) if sheet else None,
            report=progress_lines.percent_printer(),
        )
        is_checked = sheet and verification.SIGNATURE_SENTENCE not in found.faults
        click.echo(f"{file.name}: {_describe(found.manifest, is_checked=is_checked)}")
        if not sheet:
            click.echo(KEYLESS_MESSAGE)
        return _report_faults(found.faults, "The record in it has faults:", found=found)
    return EXIT_REFUSED


def check_file(file: Path | None, data_folder: Path, *, sheet: bool) -> int:
    """Prove that a backup can be restored: restore it aside, open it, check it, throw it away."""
    protect_memory()
    with _explained(), _workspace(data_folder) as workspace:
        chosen = file or _newest_backup(data_folder)
        backup_files.read_signed_manifest(chosen)
        opening = typed_secret.ask_for_opening(sheet=sheet)
        result = drill.prove_restore(
            chosen, workspace, open_vault=opening, live_db=None,
            report=progress_lines.percent_printer(),
        )  # fmt: skip
        is_checked = verification.SIGNATURE_SENTENCE not in result.faults
        click.echo(f"{chosen.name}: {_describe(result.report.manifest, is_checked=is_checked)}")
        if not result.faults:
            click.echo(
                "It was restored, opened and read as a whole, and removed again. The restore is proved."
            )
            _note_proof(data_folder, chosen, result.report.manifest)
        return _report_faults(result.faults, "It opens, but not all is as it should be:", found=result.report)
    return EXIT_REFUSED


def _newest_backup(data_folder: Path) -> Path:
    state = backup_state.load_state(data_folder)
    if not state.place or state.last_made is None:
        raise BackupRefused("No backup is known here. Name the file.")
    return Path(state.place) / state.last_made.name


def _note_proof(data_folder: Path, file: Path, manifest: Manifest) -> None:
    # Only where it can be written.
    if not backup_state.load_state(data_folder).place or not os.access(data_folder, os.W_OK):
        return
    if _is_of_this_record(data_folder, manifest):
        backup_run.note_proof(data_folder, file, manifest, now=datetime.now(UTC))
    else:
        click.echo(f"It does not lead to the record in {data_folder}, so its proof is not noted there.")


def _is_of_this_record(data_folder: Path, manifest: Manifest) -> bool:
    try:
        with open_read_only(data_folder) as view:
            is_here = identity.load_vault_ids(view.db)[0].bytes == manifest.vault
            return is_here and branches.leads_to(view.db, manifest)
    except ClinicError:
        return False


def _describe(manifest: Manifest, *, is_checked: bool = False) -> str:
    """When it was made and up to where; `is_checked` if a vault has found the signature valid."""
    if manifest.signer is None:
        signed = "not signed"
    else:
        # Anybody can write that it was signed.
        signed = "signed" if is_checked else "it names a signer (not checked without the passphrase)"
    return f"made on {_moment(manifest)}, {signed}, up to line {manifest.last_line} of the audit trail."


def _describe_deletions(done: RestoredFolder) -> Iterator[str]:
    """What is to be said of newer deletions: how many were found and where, and what to do if none was."""
    moment, newer = _moment(done.manifest), done.newer
    if newer.count:
        counted = "1 deletion is" if newer.count == 1 else f"{newer.count} deletions are"
        yield (
            f"{counted} newer than this backup, found in {', '.join(newer.sources)}. The first unlock "
            "carries out what you signed of it, before anything is shown; whom you brought back since stays."
        )
    else:
        yield (
            f"No deletion newer than this backup was found. A client whom you erased after {moment} may be "
            "here again. If there is a newer backup, put it into the same folder and restore again; or erase "
            "the client again, on the page of the client."
        )
    for name in newer.unread:
        yield f"{name} could not be read. Deletions in it are not known."


def _moment(manifest: Manifest) -> str:
    return format_date_and_time(from_microseconds(manifest.made_at).astimezone())


def _report_faults(
    faults: tuple[str, ...], heading: str, *, found: verification.BackupReport | None = None
) -> int:
    if faults:
        click.echo(heading)
        for sentence in faults:
            click.echo(sentence)
        return EXIT_FAULTS
    if found:
        click.echo(
            f"Everything that was checked is unchanged: {found.entries_checked} lines of the audit trail and "
            f"{found.rows_checked} sealed entries."
        )
    return EXIT_WHOLE


@contextmanager
def _workspace(data_folder: Path) -> Iterator[Path]:
    """A folder of this process alone, on the disk of the record where that can be written."""
    parent = data_folder.parent
    try:
        with suppress(OSError):
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if parent.exists() and not folder.is_writable(parent):
            # What is unpacked there is sealed as it is in the backup.
            parent = Path.home()
        with check_folder.hold_check_folder(parent) as place:
            yield place
    except OSError as error:
        raise refusals.folder_error(parent, error) from error


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except AlreadyOpen:
        click.echo(IN_USE_MESSAGE, err=True)
    except KeyboardInterrupt:
        click.echo(BackupCancelled().sentence, err=True)
    except ClinicError as error:
        click.echo(error.sentence, err=True)
