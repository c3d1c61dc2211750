"""One whole run: a backup is made, trail and state say so, and what the rule does not keep is removed."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from clinic_toolkit.backup import backup_files, backup_state, creation, expiry, refusals
from clinic_toolkit.backup.backup_state import BackupState, LastBackup
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.manifest import Manifest
from clinic_toolkit.backup.progress import Report
from clinic_toolkit.journal import audit_entries, audit_log, audit_reader
from clinic_toolkit.journal.backup_events import BackupEvent, BackupKeylessEvent
from clinic_toolkit.store import folder
from clinic_toolkit.store.protocol import SqlStore
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.store.types import from_microseconds, to_microseconds
from clinic_toolkit.vault import identity
from clinic_toolkit.vault.vault import Vault

log = logging.getLogger("clinic")
_turn = threading.Lock()

# A backup is due after this.
BETWEEN_BACKUPS = timedelta(hours=20)
# Nobody asks for a place for so long after a person wanted none.
DECLINED_FOR = timedelta(days=7)


@contextmanager
def hold_turn() -> Iterator[None]:
    """Hold the one turn to make or prove a backup in this process.

    Raises:
        BackupUnderWay: another holds it.
    """
    if not _turn.acquire(blocking=False):
        raise refusals.BackupUnderWay
    try:
        yield
    finally:
        _turn.release()


def check_place(data_folder: Path, typed: str) -> Path:
    """The folder that was typed, if backups can go there.

    Raises:
        BackupRefused: it is no folder, lies in the data folder, or cannot be written.
    """
    # These of `os.path` raise nothing, whatever was typed.
    place = Path(os.path.expanduser(typed.strip()))
    if not typed.strip() or not place.is_absolute():
        raise refusals.BackupRefused("Type the whole path of a folder, from its beginning.")
    if not os.path.isdir(place):
        raise refusals.BackupRefused(f"There is no folder {place}. Make it first, or plug in the disk.")
    place = Path(os.path.realpath(place))
    if place.is_relative_to(os.path.realpath(data_folder)):
        raise refusals.BackupRefused(
            "This is the folder of the record itself. Choose one on another disk or stick."
        )
    try:
        # Under a new name that nobody can guess: a file or link that lies there may lead to the record.
        trial = folder.draw_name(place, backup_files.PREFIX, backup_files.DRAFT_SUFFIX)
        os.close(os.open(trial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        trial.unlink()
    except OSError as error:
        raise refusals.place_error(place, error) from error
    return place


def choose_place(data_folder: Path, place: Path | None, *, declined_until: int = 0) -> BackupState:
    """Set the place for backups, or that nobody asks for one until this time."""
    return backup_state.change_state(
        data_folder,
        lambda state: replace(
            state,
            place=str(place) if place else state.place,
            declined_until=declined_until,
            problem="",
            problem_at=0,
        ),
    )


def is_declined(state: BackupState, *, now: datetime) -> bool:
    """Whether nobody is to be asked for a place now, because a person wanted none for a week."""
    # Further away than that is a time that a wrong clock has set.
    return timedelta(0) < from_microseconds(state.declined_until) - now <= DECLINED_FOR


def is_due(state: BackupState, store: SqlStore, *, now: datetime) -> bool:
    """Whether a backup should be made now.

    That is if a place is set, `BETWEEN_BACKUPS` is over, and something was saved since or the last one is not
    in its place any more. A clock that went back counts as over; one backup too many harms nobody.
    """
    if not state.place:
        return False
    last = state.last_made
    if last is None or is_of_another_branch(last, store):
        return True
    if not (timedelta(0) <= now - from_microseconds(last.at) < BETWEEN_BACKUPS):
        with reading(store.engine) as db:
            line, line_hash = audit_log.last_position(db)
        # Not whether there are more: after a restore there are fewer.
        has_changed = (line, line_hash.hex()) != (last.line_after, last.hash_after)
        return has_changed or not os.path.exists(Path(state.place) / last.name)
    return False


def is_of_another_branch(last: LastBackup, store: SqlStore) -> bool:
    """Whether the trail does not lead from this backup to the record that is open.

    Every key was replaced since, or another record was put in its place: then it is none of this record.
    """
    if not last.line_after:
        return False
    with reading(store.engine) as db:
        found = audit_entries.find_entry_hash(db, last.line_after)
    return found is None or found.hex() != last.hash_after


def run_backup(
    store: SqlStore, data_folder: Path, place: Path, *, vault: Vault | None, now: datetime, report: Report
) -> MadeBackup:
    """Make a backup, note it, and remove the backups of this practice that the rule does not keep.

    Raises:
        BackupRefused, StorageError, DamagedFile: none was made, or it was made and cannot be noted.
    """
    with hold_turn():
        made = creation.create_backup(store, data_folder, place, vault=vault, now=now, report=report)
    last = _describe(made.file, made.manifest, now=now)
    try:
        # First without the line in the trail: where that cannot be written, the next is due in a day too.
        _note_made(data_folder, last, made.manifest.last_line, made.manifest.last_hash)
        _note_made(data_folder, last, *_note_in_trail(store, vault, now=now))
    finally:
        remove_expired(store, place, made, vault=vault)
    return made


def remove_interrupted_copies(data_folder: Path) -> bool:
    """Remove the copies of the store that an interrupted backup or proof left; False if one may be left.

    What is being made just now removes its own, and the next start does if it is killed.
    """
    try:
        with hold_turn():
            return folder.remove_interrupted_copies(data_folder)
    except refusals.BackupUnderWay:
        return False


def note_proof(data_folder: Path, file: Path, manifest: Manifest, *, now: datetime) -> BackupState:
    """Note that a restore of this backup was proved."""
    proved = _describe(file, manifest, now=now)
    return backup_state.change_state(data_folder, lambda state: replace(state, last_proved=proved))


def remove_expired(store: SqlStore, place: Path, made: MadeBackup, *, vault: Vault | None) -> list[Path]:
    """Remove the backups of this practice that the rule does not keep; returns those that were removed.

    Only those that can be believed count, and the one just made is never removed.
    """
    known = backup_files.list_backups(place, made.manifest.short_id)
    with reading(store.engine) as db:
        expired = expiry.list_expired_backups(db, vault, known)
    removed = []
    for file in (backup.file for backup in expired):
        if file == made.file:
            continue
        try:
            file.unlink()
            removed.append(file)
        except OSError:
            # It is tried again with the next one.
            log.exception("backup.not_removed")
    return removed


def _note_made(data_folder: Path, last: LastBackup, line: int, line_hash: bytes) -> None:
    last = replace(last, line_after=line, hash_after=line_hash.hex())
    backup_state.change_state(
        data_folder, lambda state: replace(state, last_made=last, problem="", problem_at=0)
    )


def _note_in_trail(store: SqlStore, vault: Vault | None, *, now: datetime) -> tuple[int, bytes]:
    """Say in the trail that a backup was made; returns its end after that, 0 if nothing can be written."""
    if store.is_read_only:
        return 0, b""
    with writing(store.engine) as db:
        incarnation = identity.load_vault_ids(db)[1]
        if vault is not None:
            audit_log.append_entry(db, vault, BackupEvent.MADE, now=now)
        elif audit_reader.matches_incarnation(db, incarnation):
            audit_log.append_keyless_entry(db, incarnation, BackupKeylessEvent.MADE, now=now)
        return audit_log.last_position(db)


def _describe(file: Path, manifest: Manifest, *, now: datetime) -> LastBackup:
    return LastBackup(at=to_microseconds(now), name=file.name, last_line=manifest.last_line)
