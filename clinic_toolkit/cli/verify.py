"""`clinic-toolkit verify`: check everything that is kept, without changing any of it."""

import getpass
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click
from sqlalchemy import Connection

# Every table must be known before a store can be compared with them.
import clinic_toolkit.web.app  # noqa: F401
from clinic_toolkit.cli.memory import guard_memory
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import head_recovery, inspection
from clinic_toolkit.record.inspection import Report
from clinic_toolkit.store import folder
from clinic_toolkit.store.claim import AlreadyOpen, claim
from clinic_toolkit.store.looking import looked_at
from clinic_toolkit.store.trouble import StorageReadOnly
from clinic_toolkit.store.verdict import Verdict
from clinic_toolkit.vault import attempts, identity, slots
from clinic_toolkit.vault.vault import Vault

WHOLE, HURT, UNREAD = 0, 1, 2
_LONGEST = 1000
_STEP = 5

OPEN = (
    "The program is using this practice now, so it cannot be checked from here. Quit the program and try "
    "again, or use “Check everything now” on its page “Audit trail”."
)
WITHOUT = (
    "Without the passphrase, only the outside was checked: the chain of the audit trail and the frame of "
    "every seal. Not checked: whether the seals open, whether the signatures are valid, and whether "
    "anything is missing."
)


def run(place: Path, *, keyless: bool) -> int:
    """Check the practice in this folder; findings go to the terminal, one sentence a line.

    Returns 0 if everything is as it was written, 1 if something was found, 2 if it could not be read.
    """
    guard_memory()
    try:
        if not folder.database(place).exists():
            raise folder.FolderRefused(f"There is no practice in {place}.")
        with _held(place):
            return _check(place, keyless=keyless)
    except AlreadyOpen:
        click.echo(OPEN, err=True)
    except ClinicError as error:
        click.echo(error.sentence, err=True)
    return UNREAD


@contextmanager
def _held(place: Path) -> Iterator[None]:
    # A copy on a disk that cannot be written is nobody else's to write either.
    with ExitStack() as until_checked:
        with suppress(StorageReadOnly):
            until_checked.callback(claim(place).release)
        yield


def _check(place: Path, *, keyless: bool) -> int:
    with looked_at(place) as look:
        if not identity.exists(look.db):
            raise folder.FolderRefused(f"No practice was set up in {place} yet; there is nothing to check.")
        vault = None if keyless else _unlocked(look.db, place)
        report = inspection.everything(look.db, vault, _progress())
        found = [*look.problems, *_losses(look.verdict), *(each.sentence for each in report.findings)]
    return _told(found, report, keyless=keyless)


def _unlocked(db: Connection, place: Path) -> Vault:
    typed = _typed()
    wait = attempts.delay_seconds(attempts.count(place))
    if wait:
        click.echo(f"After a wrong passphrase, the next one is checked after {wait} seconds.", err=True)
        time.sleep(wait)
    # Counted as at the lock, or this command would be the quicker way to guess.
    with suppress(OSError):
        attempts.note_failure(place)
    vault = head_recovery.opened(db, lambda at: slots.open_with_passphrase(at, typed))
    with suppress(OSError):
        attempts.clear(place)
    return vault


def _typed() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Passphrase: ")[:_LONGEST]
    return sys.stdin.readline(_LONGEST).rstrip("\r\n")


def _progress() -> Callable[[int, int], None]:
    said = [-1]
    end, step = ("\r", 1) if sys.stderr.isatty() else ("\n", _STEP)

    def progress(done: int, total: int) -> None:
        percent = 100 * done // total
        if percent // step != said[0]:
            said[0] = percent // step
            sys.stderr.write(f"Checked {done} of {total}{end if done < total else chr(10)}")
            sys.stderr.flush()

    return progress


def _losses(verdict: Verdict) -> Iterator[str]:
    for missing in verdict.missing:
        yield (
            f"Saves that were confirmed are missing: lines {missing.first} to {missing.last} of the audit "
            f"trail are not in the file.{_copy(missing.aside)}"
        )
    for absent in verdict.absent:
        yield (
            f"The file {folder.ANCHOR} is missing or cannot be read. So nobody can say whether all saves "
            f"after line {absent.tip} are there.{_copy(absent.aside)}"
        )
    if verdict.other:
        yield (
            f"The file {folder.DATABASE} is not the one this program wrote last: at line "
            f"{verdict.other.seq}, its audit trail does not match {folder.ANCHOR}."
            f"{_copy(verdict.other.aside)}"
        )

    if verdict.exchanged:
        names = ", ".join(copy.name for copy in verdict.exchanged.copies)
        yield (
            f"The file {folder.DATABASE} was replaced while the program was using it. What had been saved "
            f"before that is in {names}."
        )


def _copy(aside: Path | None) -> str:
    return f" The log beside it was copied to {aside.name}." if aside else ""


def _told(found: list[str], report: Report, *, keyless: bool) -> int:
    for sentence in found:
        click.echo(sentence)
    if keyless:
        click.echo(WITHOUT)
    amount = f"{report.lines} lines of the audit trail and {report.rows} sealed entries were checked."
    if not found:
        click.echo(f"Everything that was checked is unchanged. {amount}")
        return WHOLE
    things = "One thing was" if len(found) == 1 else f"{len(found)} things were"
    click.echo(
        f"{things} found damaged or changed. This check repaired nothing. {amount} Copy the whole data "
        "folder to another disk before you go on."
    )
    return HURT
