"""Backups in the program: what is said of them, the jobs that make and prove one, and the places found."""

import os
import sys
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit import dates
from clinic_toolkit.backup import backup_files, backup_run, backup_state, branches, drill, synced_folders
from clinic_toolkit.backup.backup_files import KnownBackup
from clinic_toolkit.backup.backup_state import BackupState, LastBackup
from clinic_toolkit.backup.branches import Branch, Lineage
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.drill import DrillResult
from clinic_toolkit.backup.manifest import SignedManifest
from clinic_toolkit.backup.refusals import BackupRefused
from clinic_toolkit.backup.verification import OpenVault
from clinic_toolkit.journal import audit_log, header_recovery, key_changes
from clinic_toolkit.journal.backup_events import BackupEvent
from clinic_toolkit.store.transactions import store_of, writing
from clinic_toolkit.store.types import from_microseconds, to_microseconds
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import jobs
from clinic_toolkit.web.screen_parts.jobs import Progress

MAKE_JOB, PROVE_JOB = "make_backup", "prove_restore"
# Older than this, *Today* says so in a notice and not only in its last lines.
OLD_AFTER = timedelta(days=3)
_MEGABYTE, _LONGEST_PATH = 1_000_000, 1000
OPENS_WITH_OLD = "opens only with the old passphrase or sheet"
# What is said of a backup that does not lead to the record that is open.
_BRANCH_TEXTS = {
    Branch.BEFORE_RESTORE: "of an earlier branch, which a restore ended",
    Branch.BEFORE_NEW_KEYS: f"from before the new keys: {OPENS_WITH_OLD}",
    Branch.ELSEWHERE: "from a copy that went its own way",
}


class NoticeKind(StrEnum):
    """What *Today* has to say of backups."""

    NO_PLACE = "no_place"
    PROBLEM = "problem"
    NEEDED = "needed"
    OLD = "old"


class BackupNotice(Struct, frozen=True, kw_only=True):
    """What *Today* says: a notice if something is to be done, and the sentence about the last ones."""

    kind: NoticeKind | None
    sentence: str
    last: str

    @property
    def says_last(self) -> bool:
        """Whether the notice itself says what `last` says."""
        return self.kind in (NoticeKind.OLD, NoticeKind.NEEDED)


class BackupLine(Struct, frozen=True, kw_only=True):
    """One backup in the list: its file, what is known of it, and why it cannot be used, or ""."""

    file: Path
    text: str
    fault: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.file.name


def load_state() -> BackupState:
    """The state of this practice's backups."""
    return backup_state.load_state(context.settings().data_folder)


def build_notice(now: datetime) -> BackupNotice:
    """What *Today* says of backups; nothing in the invented practice."""
    if context.settings().demo:
        return BackupNotice(kind=None, sentence="", last="")
    state = load_state()
    changed_at = _line_of_new_keys()
    last = _last_sentence(state, changed_at)
    is_needed = state.last_made is not None and _is_past(state.last_made, changed_at)
    kind, sentence = None, ""
    if not state.place:
        if not backup_run.is_declined(state, now=now):
            kind, sentence = NoticeKind.NO_PLACE, "No backup is made from this computer yet."
    elif state.problem and not is_needed:
        since = dates.format_date(from_microseconds(state.problem_at).astimezone())
        kind = NoticeKind.PROBLEM
        sentence = f"No backup could be made since {since}. {state.problem}"
    elif is_needed:
        kind = NoticeKind.NEEDED
        sentence = f"{last} A new backup is needed. {state.problem or 'It is made within a few minutes.'}"
    elif state.last_made and now - from_microseconds(state.last_made.at) > OLD_AFTER:
        kind, sentence = NoticeKind.OLD, last
    return BackupNotice(kind=kind, sentence=sentence, last=last if state.place else "")


def _last_sentence(state: BackupState, changed_at: int) -> str:
    made = "No backup yet."
    if state.last_made:
        before = _before_new_keys(state.last_made, changed_at)
        made = f"The last backup was made on {_moment(state.last_made.at)}{before}."
    proved = "No restore was proved yet."
    if state.last_proved:
        before = _before_new_keys(state.last_proved, changed_at)
        proved = f"A restore was last proved on {_moment(state.last_proved.at)}{before}."
    return f"{made} {proved}"


def _before_new_keys(last: LastBackup, changed_at: int) -> str:
    return f", before the new keys: it {OPENS_WITH_OLD}" if _is_past(last, changed_at) else ""


def _line_of_new_keys() -> int:
    """The line of the trail by which every key was last replaced; 0 if none was."""
    return max(key_changes.list_change_numbers(context.db(), context.vault()), default=0)


def _is_past(last: LastBackup, changed_at: int) -> bool:
    """Whether this backup was made before every key was replaced, in line `changed_at`."""
    return last.last_line < changed_at


def _moment(microseconds: int) -> str:
    return dates.format_date_and_time(from_microseconds(microseconds).astimezone())


def list_lines(state: BackupState) -> list[BackupLine]:
    """The backups of this practice in its place, those of this record first, the newest of each first."""
    if not state.place:
        return []
    short_id = context.vault().vault_id.hex[:8]
    known = branches.sort_live_first(context.db(), backup_files.list_backups(Path(state.place), short_id))
    lineage = branches.load_lineage(context.db(), context.vault())
    return [_describe(backup, state, lineage) for backup in known]


def _describe(backup: KnownBackup, state: BackupState, lineage: Lineage) -> BackupLine:
    if backup.signed is None:
        return BackupLine(file=backup.file, text="", fault=backup.fault)
    manifest = backup.signed.manifest
    parts = [
        _moment(manifest.made_at),
        f"{max(1, manifest.size // _MEGABYTE)} MB",
    ]
    branch = branches.find_branch(context.db(), lineage, manifest)
    # What a key signed that was replaced says nothing any more.
    if branch != Branch.BEFORE_NEW_KEYS:
        parts.append(_describe_signature(backup.signed))
    if branch != Branch.OPEN:
        parts.append(_BRANCH_TEXTS[branch])
    if manifest.faults:
        parts.append(f"{manifest.faults} faults of the record are in it too")
    if state.last_proved and state.last_proved.name == backup.file.name:
        parts.append("restore proved")
    return BackupLine(file=backup.file, text=", ".join(parts), fault="")


def _describe_signature(signed: SignedManifest) -> str:
    if signed.manifest.signer is None:
        return "made while locked, not signed"
    if signed.is_signed_by_member(context.vault()):
        return "signed"
    return "it names a signer, and the signature is not valid"


def list_usable_lines() -> list[BackupLine]:
    """The backups in the list that can be used; reads the manifest of each, maybe from a slow stick."""
    return [line for line in list_lines(load_state()) if not line.fault]


def start_making(state: BackupState) -> None:
    """Start to make a backup now."""
    place, folder = Path(state.place or ""), context.settings().data_folder
    now = context.now()

    def make(db: Connection, vault: Vault, progress: Progress) -> MadeBackup:
        return backup_run.run_backup(
            store_of(db.engine), folder, place, vault=vault, now=now, report=progress
        )

    jobs.start_job(MAKE_JOB, make)


def start_proving_with_passphrase(file: Path, passphrase: str) -> None:
    """Start to prove that this backup can be restored, with a passphrase that was just confirmed."""
    _start_proving(file, lambda at: key_slots.unlock_with_passphrase(at, passphrase))


def start_proving_with_sheet(file: Path, groups: str) -> None:
    """Start to prove that this backup can be restored, with the eight groups of the recovery sheet alone."""
    _start_proving(file, lambda at: key_slots.unlock_with_recovery_sheet(at, groups))


def _start_proving(file: Path, open_vault: OpenVault) -> None:
    folder, now = context.settings().data_folder, context.now()

    def prove(db: Connection, vault: Vault, progress: Progress) -> DrillResult:
        with backup_run.hold_turn():
            result = drill.prove_restore(
                file,
                folder,
                open_vault=lambda place: header_recovery.open_vault(place, open_vault),
                live_db=db,
                report=progress,
            )
        if not result.faults:
            with writing(db.engine) as writing_db:
                audit_log.append_entry(writing_db, vault, BackupEvent.PROVED, now=now)
            backup_run.note_proof(folder, file, result.report.manifest, now=now)
        return result

    jobs.start_job(PROVE_JOB, prove)


def typed_place(form: Mapping[str, str]) -> str:
    """The folder that was typed, or else the one that was chosen, in the form for the place."""
    return form.get("other", "").strip() or form.get("place", "")


def choose_place(typed: str) -> None:
    """Set the place for backups.

    Raises:
        BackupRefused: backups cannot go there.
    """
    if len(typed) > _LONGEST_PATH:
        raise BackupRefused("This path is too long.")
    folder = context.settings().data_folder
    backup_run.choose_place(folder, backup_run.check_place(folder, typed))


def decline_place() -> None:
    """Ask for no place for a week."""
    until = to_microseconds(context.now() + backup_run.DECLINED_FOR)
    backup_run.choose_place(context.settings().data_folder, None, declined_until=until)


def decline_place_until_tomorrow() -> None:
    """Ask for no place before tomorrow."""
    tomorrow = datetime.combine(context.today() + timedelta(days=1), time.min).astimezone()
    folder = context.settings().data_folder
    backup_run.choose_place(folder, None, declined_until=to_microseconds(tomorrow))


def find_places() -> list[Path]:
    """Disks and sticks that are plugged in, and folders that are kept in step with another computer."""
    roots = [Path("/Volumes")] if sys.platform == "darwin" else []
    if sys.platform == "linux":
        user = Path.home().name
        roots = [Path("/media") / user, Path("/run/media") / user]
    found = []
    for root in roots:
        try:
            found += [path for path in sorted(root.iterdir()) if os.path.isdir(path)]
        except OSError:
            continue
    return [*found, *synced_folders.list_usual_folders(Path.home())]
