"""Bringing a client back: the jobs that look into a backup and bring somebody back, and what waits between.

What a look has found, names and keys of that day among it, is held in memory for some minutes only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.backup import opened_backup
from clinic_toolkit.backup.progress import Report
from clinic_toolkit.backup.verification import OpenVault
from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.journal import audit_log, audit_reader, header_recovery
from clinic_toolkit.journal.backup_events import BackupEvent
from clinic_toolkit.record.retention import absent_clients, client_return
from clinic_toolkit.record.retention.absent_clients import AbsentPerson, OpenRecord
from clinic_toolkit.record.retention.client_return import NotAbsent
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.user_keys import UnlockedKeys
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.access import short_lived_values
from clinic_toolkit.web.screen_parts import jobs
from clinic_toolkit.web.screen_parts.jobs import Progress

LOOK_JOB, RETURN_JOB = "look_into_backup", "bring_client_back"
_HELD = "looked into backup"
# Checking the backup, comparing it with the audit trail here, writing.
_FURTHER_STEPS = 3


class OtherKeys(ClinicError):
    """The backup is from before every key was replaced, so it needs the secret of its day."""

    def __init__(self) -> None:
        super().__init__(
            "Today’s keys do not open this backup. Type the passphrase of the day on which it was made, or "
            "use the recovery sheet of that day."
        )


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class LookedInto:
    """A backup that was looked into: its file, when it was made, what opens it, and who is in it alone."""

    file: Path
    made_at: datetime
    user_id: UUID
    keys: UnlockedKeys
    people: tuple[AbsentPerson, ...]

    def find_person(self, id: UUID) -> AbsentPerson | None:
        """The person with this entry, or None."""
        return next((person for person in self.people if person.id == id), None)


def open_with_present_keys(vault: Vault) -> OpenVault:
    """The way to open a backup without a secret: by the keys of the login, which a new passphrase keeps."""
    user_id, keys = vault.user_id, vault.unlocked_keys()

    def open_at(db: Connection) -> Vault:
        try:
            return header_recovery.open_vault(db, lambda at: key_slots.unlock_with_keys(at, user_id, keys))
        except DamagedFile:
            raise OtherKeys from None

    return open_at


def start_looking_with_passphrase(file: Path, typed: str) -> None:
    """Start to look into a backup with the passphrase of its day; with today’s keys if none was typed."""
    if typed:
        _start_looking(file, lambda at: key_slots.unlock_with_passphrase(at, typed))
    else:
        _start_looking(file, open_with_present_keys(context.vault()))


def start_looking_with_sheet(file: Path, groups: str) -> None:
    """Start to look into a backup with the eight groups of the recovery sheet of its day."""
    _start_looking(file, lambda at: key_slots.unlock_with_recovery_sheet(at, groups))


def _start_looking(file: Path, open_vault: OpenVault) -> None:
    folder, now = context.settings().data_folder, context.now()

    def look(db: Connection, vault: Vault, progress: Progress) -> LookedInto:
        with opened_backup.opened(
            file,
            vault.vault_id,
            folder,
            open_vault=lambda at: header_recovery.open_vault(at, open_vault),
            report=progress,
        ) as backup:
            past, here = OpenRecord(backup.view.db, backup.vault), OpenRecord(db, vault)
            found = LookedInto(
                file=file,
                made_at=from_microseconds(backup.manifest.made_at),
                user_id=backup.vault.user_id,
                keys=backup.vault.unlocked_keys(),
                people=absent_clients.list_absent_people(past, here),
            )
        with writing(db.engine) as writing_db:
            audit_log.append_entry(writing_db, vault, BackupEvent.LOOKED_INTO, now=now)
        return found

    forget_looked_into()
    # Its result holds names and keys, and is forgotten too if nobody comes for it.
    short_lived_values.hold(LOOK_JOB, jobs.start_job(LOOK_JOB, look))


def hold_looked_into() -> LookedInto | None:
    """What the last look has found, held for a quarter of an hour; None if it is not held any more."""
    job = jobs.find_job(LOOK_JOB)
    if job is not None and job.ended.is_set() and job.result is not None:
        short_lived_values.hold(_HELD, job.result)
        context.pop_from_login(LOOK_JOB)
    return cast("LookedInto | None", short_lived_values.find(_HELD))


def forget_looked_into() -> None:
    """Remove from memory what the last look has found."""
    short_lived_values.take(_HELD)


def start_bringing_back(found: LookedInto, person_id: UUID, couples: list[UUID], reason: str) -> None:
    """Start to bring a person back from a backup that was looked into."""
    folder, now = context.settings().data_folder, context.now()

    def open_again(at: Connection) -> Vault:
        return key_slots.unlock_with_keys(at, found.user_id, found.keys)

    def bring(db: Connection, vault: Vault, progress: Progress) -> UUID:
        with opened_backup.opened(
            found.file,
            vault.vault_id,
            folder,
            open_vault=lambda at: header_recovery.open_vault(at, open_again),
            report=progress,
            further_steps=_FURTHER_STEPS,
        ) as backup:
            past, here = OpenRecord(backup.view.db, backup.vault), OpenRecord(db, vault)
            people = absent_clients.list_absent_people(past, here)
            person = next((person for person in people if person.id == person_id), None)
            if person is None:
                raise NotAbsent
            opened_backup.check_rings(
                backup, client_return.list_rings(past.vault, person, couples), backup.begin_step()
            )
            lines = sum(audit_reader.last_entry_number(each.db) for each in (past, here))
            step = _counting(backup.begin_step(), lines + len(person.tables))
            prepared = client_return.prepare_return(past, here, person, couples, step)
            with writing(db.engine) as writing_db:
                return client_return.bring_back(
                    writing_db,
                    vault,
                    prepared,
                    reason=reason,
                    backup_name=backup.own_name,
                    backup_made_at=found.made_at,
                    now=now,
                    step=_counting(backup.begin_step(), len(prepared.past.versions)),
                )

    jobs.start_job(RETURN_JOB, bring)


def _counting(report: Report, expected: int) -> Callable[[], None]:
    """A step that is reported; more of them than expected do no harm."""
    done = 0

    def step() -> None:
        nonlocal done
        done = min(done + 1, expected)
        report(done, max(1, expected))

    return step
