"""`clinic-toolkit verify`: checks the whole store without changing it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click
from sqlalchemy import Connection

# Imports every module that defines a table, so that the store can be compared with all of them.
import clinic_toolkit.web.app  # noqa: F401
from clinic_toolkit.cli import progress_lines, typed_secret
from clinic_toolkit.cli.process_limits import protect_memory
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import inspection
from clinic_toolkit.journal.inspection import Report
from clinic_toolkit.store import folder
from clinic_toolkit.store.folder_lock import AlreadyOpen, acquire_folder_lock
from clinic_toolkit.store.opening import open_read_only
from clinic_toolkit.store.storage_errors import StorageReadOnly
from clinic_toolkit.store.verdict import Verdict
from clinic_toolkit.vault import identity, secret_attempt
from clinic_toolkit.vault.vault import Vault

EXIT_INTACT, EXIT_DAMAGED, EXIT_UNREADABLE = 0, 1, 2

IN_USE_MESSAGE = (
    "The program is using this practice now, so it cannot be checked from here. Quit the program and try "
    "again, or use “Check everything now” on its page “Audit trail”."
)
KEYLESS_MESSAGE = (
    "Without the passphrase, only the outside was checked: the chain of the audit trail and the frame of "
    "every seal. Not checked: whether the seals open, whether the signatures are valid, and whether "
    "anything is missing."
)


def verify_store(data_folder: Path, *, keyless: bool, sheet: bool = False) -> int:
    """Check the practice in this folder and print the findings, one sentence per line.

    Args:
        data_folder: the data folder.
        keyless: check only what can be checked without the passphrase.
        sheet: open it with the recovery sheet.

    Returns:
        The exit code: 0 if intact, 1 if something was found, 2 if the store could not be read.
    """
    protect_memory()
    try:
        if not folder.database_path(data_folder).exists():
            raise folder.FolderRefused(f"There is no practice in {data_folder}.")
        with _lock_if_writable(data_folder) as is_writable:
            return _check_store(data_folder, keyless=keyless, sheet=sheet, is_writable=is_writable)
    except AlreadyOpen:
        click.echo(IN_USE_MESSAGE, err=True)
    except ClinicError as error:
        click.echo(error.sentence, err=True)
    return EXIT_UNREADABLE


@contextmanager
def _lock_if_writable(data_folder: Path) -> Iterator[bool]:
    # On a read-only disk no lock can be taken, and none is needed: nobody else can write there either.
    with ExitStack() as exit_stack:
        is_writable = False
        with suppress(StorageReadOnly):
            exit_stack.callback(acquire_folder_lock(data_folder).release)
            is_writable = True
        yield is_writable


def _check_store(data_folder: Path, *, keyless: bool, sheet: bool, is_writable: bool) -> int:
    with open_read_only(data_folder) as view:
        if not identity.has_practice(view.db):
            raise folder.FolderRefused(
                f"No practice was set up in {data_folder} yet; there is nothing to check."
            )
        if keyless:
            vault = None
        elif sheet:
            vault = _unlock_with_sheet(view.db, data_folder)
        else:
            vault = _unlock_vault(view.db, data_folder, is_writable=is_writable)
        progress = progress_lines.progress_printer(lambda done, total: f"Checked {done} of {total}")
        report = inspection.inspect_all(view.db, vault, progress)
        sentences = [
            *view.problems,
            *_verdict_sentences(view.verdict),
            *(finding.sentence for finding in report.findings),
        ]
    return _report_findings(sentences, report, keyless=keyless)


def _unlock_with_sheet(db: Connection, data_folder: Path) -> Vault:
    opening = typed_secret.ask_for_opening(sheet=True)
    attempt = secret_attempt.begin_sheet_attempt(data_folder)
    vault = opening(db)
    attempt.clear(vault)
    return vault


def _unlock_vault(db: Connection, data_folder: Path, *, is_writable: bool) -> Vault:
    opening = typed_secret.ask_for_opening(sheet=False)
    served_since = time.monotonic()
    delay = round(secret_attempt.seconds_until_attempt(data_folder, None, served_since=served_since))
    if delay:
        click.echo(f"After a wrong passphrase, the next one is checked after {delay} seconds.", err=True)

    if not is_writable:
        return secret_attempt.attempt_secret_uncounted(
            data_folder, lambda: opening(db), served_since=served_since
        )
    return secret_attempt.attempt_secret(
        data_folder, lambda: opening(db), user_id=None, served_since=served_since
    )


def _verdict_sentences(verdict: Verdict) -> Iterator[str]:
    for gap in verdict.missing_entries:
        yield (
            f"Saves that were confirmed are missing: lines {gap.first_seq} to {gap.last_seq} of the "
            f"audit trail are not in the file.{_log_copy_sentence(gap.log_copy)}"
        )
    for absence in verdict.anchor_absences:
        yield (
            f"The file {folder.ANCHOR_FILE} is missing or cannot be read. So nobody can say whether all "
            f"saves after line {absence.tip} are there.{_log_copy_sentence(absence.log_copy)}"
        )
    if verdict.chain_mismatch:
        yield (
            f"The file {folder.DATABASE_FILE} is not the one this program wrote last: at line "
            f"{verdict.chain_mismatch.anchor_seq}, its audit trail does not match {folder.ANCHOR_FILE}."
            f"{_log_copy_sentence(verdict.chain_mismatch.log_copy)}"
        )

    if verdict.file_replaced:
        names = ", ".join(copy.name for copy in verdict.file_replaced.rescue_copies)
        yield (
            f"The file {folder.DATABASE_FILE} was replaced while the program was using it. What had been "
            f"saved before that is in {names}."
        )


def _log_copy_sentence(log_copy: Path | None) -> str:
    return f" The log beside it was copied to {log_copy.name}." if log_copy else ""


def _report_findings(sentences: list[str], report: Report, *, keyless: bool) -> int:
    for sentence in sentences:
        click.echo(sentence)
    if keyless:
        click.echo(KEYLESS_MESSAGE)
    amount = (
        f"{report.entries_checked} lines of the audit trail and {report.rows_checked} sealed entries "
        "were checked."
    )
    if not sentences:
        click.echo(f"Everything that was checked is unchanged. {amount}")
        return EXIT_INTACT
    findings = "One thing was" if len(sentences) == 1 else f"{len(sentences)} things were"
    click.echo(
        f"{findings} found damaged or changed. This check repaired nothing. {amount} Copy the whole data "
        "folder to another disk before you go on."
    )
    return EXIT_DAMAGED
