"""The executor of a clinician: two printed halves, made, replaced and withdrawn; and reading with both.

An executor reads and never writes: the vault has no signing key, so no entry of the audit log and no version
of a record can be made. The one thing that is written is a keyless entry that says that the practice was
opened. The clinician is told of it at the next unlock.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from clinic_toolkit.journal import (
    audit_log,
    audit_reader,
    header_recovery,
    inventory_snapshot,
)
from clinic_toolkit.journal.inventory_replay import ProgressCallback
from clinic_toolkit.record.people import (
    newer_deletions,
    practice_access,
    secret_changes,
)
from clinic_toolkit.record.people.practice_record import AccessEvent, UnlockEvent
from clinic_toolkit.vault import executor_halves, key_slot_changes, key_slots
from clinic_toolkit.vault.key_slot_contents import NewSlot, SlotKeys
from clinic_toolkit.vault.vault import Vault

log = logging.getLogger("clinic")


@dataclass(frozen=True, slots=True, repr=False)
class NewHalves:
    """Two halves that open nothing yet: the eight groups of each, and their slot, which is sealed already."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    slot: NewSlot

    @property
    def opens_psychotherapy_notes(self) -> bool:
        """Whether psychotherapy notes will be open to the executor."""
        return self.slot.sealed_psychotherapy is not None


def generate_halves(vault: Vault, *, psychotherapy_key: bytes | None) -> NewHalves:
    """Return two new halves, which open nothing until `activate_halves`.

    Args:
        psychotherapy_key: as the passphrase opened it; None leaves these notes closed to the executor.
    """
    first, second = executor_halves.generate_halves()
    slot = key_slot_changes.prepare_executor_halves(vault, first, second, psychotherapy_key=psychotherapy_key)
    return NewHalves(first, second, slot)


def activate_halves(db: Connection, vault: Vault, halves: NewHalves, *, now: datetime) -> None:
    """Let these halves open the practice from now on, in the place of any others."""
    key_slot_changes.store_slot(db, vault, halves.slot)
    # Tried before the commit, so that everything is rolled back if they do not open it.
    key_slots.unlock_with_executor_halves(db, " ".join(halves.first), " ".join(halves.second))
    secret_changes.note_slot_change(db, vault, AccessEvent.EXECUTOR_SHEETS_MADE, now=now)


def withdraw_halves(db: Connection, vault: Vault, *, now: datetime) -> None:
    """Let the executor's halves open nothing here any more; earlier copies of the data still open."""
    key_slot_changes.remove_executor_slot(db, vault)
    secret_changes.note_slot_change(db, vault, AccessEvent.EXECUTOR_SHEETS_WITHDRAWN, now=now)


def find_halves(db: Connection, vault: Vault) -> tuple[bool, bool]:
    """Return whether there are halves of an executor, and whether they open psychotherapy notes."""
    return key_slot_changes.find_executor_slot(db, vault)


def is_psychotherapy_key_damaged(db: Connection, vault: Vault) -> bool:
    """Whether this executor's halves were to open psychotherapy notes, and do not, because it is damaged."""
    return not vault.can_sign and find_halves(db, vault)[1] and bool(vault.rings.closed)


def unlock_with_halves(
    db: Connection, first: str, second: str, *, now: datetime, max_entries: int | None = None
) -> Vault:
    """Open the practice with both halves, to read; the keyless entry that says so is written first.

    Args:
        max_entries: how many entries of the audit log may be replayed; None if there is no limit.

    Raises:
        recovery_sheet.InvalidRecoverySheet: a group was mistyped; the error names it.
        key_slots.WrongSecret: the halves do not belong together, or open another practice, or were replaced.
        practice_access.LongReplay: they open it, and more entries must be replayed.
    """
    opened: list[SlotKeys] = []

    def open_at(at: Connection) -> tuple[Vault, SlotKeys]:
        return key_slots.unlock_with_executor_halves(at, first, second)

    def open_with(at: Connection) -> Vault:
        vault, keys = open_at(at)
        opened.append(keys)
        return vault

    vault = header_recovery.open_vault(db, open_with)
    psychotherapy_key = header_recovery.replace_damaged_key(db, opened[-1], open_at).psychotherapy_key

    def finish(db: Connection, now: datetime, report_progress: ProgressCallback) -> Vault:
        return _finish_unlock(db, vault, psychotherapy_key, now, report_progress)

    return practice_access.finish_or_postpone(db, finish, now, max_entries)


def _finish_unlock(
    db: Connection,
    vault: Vault,
    psychotherapy_key: bytes | None,
    now: datetime,
    report_progress: ProgressCallback,
) -> Vault:
    if audit_reader.matches_incarnation(db, vault.incarnation):
        audit_log.append_keyless_entry(db, vault.incarnation, UnlockEvent.EXECUTOR, now=now)
    else:
        log.warning("unlock.executor_not_noted")
    # Unsigned entries that are not in order count for nothing; nobody can sign here that they are refused.
    inventory_snapshot.rebuild_after_check(db, vault, report_progress=report_progress)
    practice_access.compare_with_log(db, vault)
    if psychotherapy_key is not None:
        vault.open_psychotherapy_notes(db, psychotherapy_key)
    newer_deletions.hide_deletions(db, vault)
    return vault
