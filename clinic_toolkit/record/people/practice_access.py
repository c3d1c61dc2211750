"""Access to a practice: creating it and unlocking it. `secret_changes` replaces its secrets.

Never stores a passphrase or the groups of a recovery sheet.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from clinic_toolkit.crypto.passphrase_kdf import is_fast_derivation
from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.journal import (
    audit_log,
    audit_reader,
    checked_entries,
    header_recovery,
    inventory_snapshot,
    key_slot_events,
    records,
    restored_folder,
    ring_references,
    unsigned_entries,
)
from clinic_toolkit.journal.inventory_replay import ProgressCallback, ignore_progress
from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.record.people import confirmed_colleagues, newer_deletions, secret_changes
from clinic_toolkit.record.people.clinician_record import Clinician
from clinic_toolkit.record.people.practice_record import (
    PRACTICE,
    AccessEvent,
    PracticeEvent,
    PracticeSettings,
    PracticeState,
    UnlockEvent,
)
from clinic_toolkit.store.transactions import is_writing
from clinic_toolkit.vault import (
    identity,
    key_slot_changes,
    key_slots,
    return_code,
)
from clinic_toolkit.vault.inventory import Inventory
from clinic_toolkit.vault.vault import Vault

log = logging.getLogger("clinic")

_UNLOCKS = frozenset({AccessEvent.UNLOCKED, AccessEvent.UNLOCKED_WITH_SHEET, AccessEvent.RETURNED})

# Does in one write transaction what follows after the secret was accepted.
FinishUnlock = Callable[[Connection, datetime, ProgressCallback], Vault]


class LongReplay(Exception):
    """The secret is right, but more entries of the audit log must be replayed than the caller waits for.

    The transaction must be rolled back. `finish` unlocks in another one, with nothing left out: it reports
    its progress, and what the callback raises stops it. `total` is how many entries it replays.
    """

    def __init__(self, finish: FinishUnlock, total: int) -> None:
        super().__init__()
        self.finish, self.total = finish, total


def create_practice(
    db: Connection, settings: PracticeSettings, clinician: Clinician, *, passphrase: str, now: datetime
) -> tuple[Vault, tuple[str, ...]]:
    """Create a new practice: its keys, its recovery sheet, its settings, its first clinician.

    Returns:
        The unlocked vault, and the eight groups of the recovery sheet, which are stored nowhere.
    """
    vault, groups = key_slot_changes.create_vault_with_slots(db, passphrase)
    secret_changes.note_slot_change(db, vault, AccessEvent.CREATED, now=now)
    records.create_record(
        db,
        vault,
        PRACTICE,
        settings,
        ring=vault.practice_ring,
        state=PracticeState.ACTIVE,
        event=PracticeEvent.SAVED,
        now=now,
        final=True,
        record_id=vault.vault_id,
    )
    clinicians.create_clinician(db, vault, clinician, now=now)
    return vault, groups


def unlock_with_passphrase(
    db: Connection, passphrase: str, *, now: datetime, max_entries: int | None = None
) -> Vault:
    """Unlock with the passphrase, and check and sign the entries that were added while locked.

    Args:
        max_entries: how many entries of the audit log may be replayed; None if there is no limit.

    Raises:
        key_slots.WrongSecret: it is not the passphrase.
        LongReplay: it is, and more entries must be replayed.
    """
    started = time.perf_counter()
    vault = header_recovery.open_vault(db, lambda at: key_slots.unlock_with_passphrase(at, passphrase))
    elapsed = time.perf_counter() - started

    def finish(db: Connection, now: datetime, report_progress: ProgressCallback) -> Vault:
        event = key_slot_events.with_slot_generation(AccessEvent.UNLOCKED, vault)
        _finish_unlock(db, vault, event, now, report_progress)
        if (
            is_fast_derivation(elapsed)
            and is_writing(db)
            and not vault.header_fault
            and key_slot_changes.upgrade_kdf_cost(db, vault, passphrase)
        ):
            secret_changes.note_slot_change(db, vault, AccessEvent.GUESSING_SLOWED, now=now)
            vault.kdf_cost_upgraded = True
        return vault

    return finish_or_postpone(db, finish, now, max_entries)


def unlock_with_recovery_sheet(
    db: Connection, sheet_groups: str, *, now: datetime, max_entries: int | None = None
) -> Vault:
    """Unlock with the eight groups of the recovery sheet; `max_entries` as in `unlock_with_passphrase`.

    Raises:
        recovery_sheet.InvalidRecoverySheet: a group was mistyped; the error names it.
        key_slots.WrongSecret: the sheet belongs to another practice or was replaced.
        LongReplay: it opens the practice, and more entries must be replayed.
    """
    vault = header_recovery.open_vault(db, lambda at: key_slots.unlock_with_recovery_sheet(at, sheet_groups))

    def finish(db: Connection, now: datetime, report_progress: ProgressCallback) -> Vault:
        return _finish_unlock(db, vault, AccessEvent.UNLOCKED_WITH_SHEET, now, report_progress)

    return finish_or_postpone(db, finish, now, max_entries)


def unlock_with_return_code(
    db: Connection, blob: bytes, code: str, *, now: datetime, max_entries: int | None = None
) -> Vault:
    """Unlock with the return code while the keeper still holds the sealed keys.

    Args:
        blob: what `return_code.wrap_unlocked_keys` returned.
        max_entries: as in `unlock_with_passphrase`.

    Raises:
        key_slots.WrongSecret: it is not the code, or the blob belongs to another practice.
        LongReplay: it is, and more entries must be replayed.
    """
    vault = header_recovery.open_vault(db, lambda at: return_code.unlock_with_return_code(at, blob, code))

    def finish(db: Connection, now: datetime, report_progress: ProgressCallback) -> Vault:
        return _finish_unlock(db, vault, AccessEvent.RETURNED, now, report_progress)

    return finish_or_postpone(db, finish, now, max_entries)


def finish_or_postpone(db: Connection, finish: FinishUnlock, now: datetime, max_entries: int | None) -> Vault:
    """Finish an unlock whose secret was right.

    Raises:
        LongReplay: more entries than `max_entries` must be replayed; nothing may be committed then.
    """

    def postpone_if_long(done: int, total: int) -> None:
        if max_entries is not None and total > max_entries:
            raise LongReplay(finish, total)

    return finish(db, now, postpone_if_long)


def _finish_unlock(
    db: Connection,
    vault: Vault,
    event: str,
    now: datetime,
    report_progress: ProgressCallback = ignore_progress,
) -> Vault:
    vault.executor_uses = unsigned_entries.list_keyless_times(db, vault, UnlockEvent.EXECUTOR, since=_UNLOCKS)
    # The check comes first, so that unsigned entries cannot say which key slots are the newest. Nothing is
    # signed before the incarnation has begun: the practice that the backup was made of may go on elsewhere
    # under the old one, and a signature of this copy could be put there as its own.
    examined = unsigned_entries.examine_unsigned_entries(db, vault)
    restored = restored_folder.begin_if_restored(db, vault, now=now)
    if unsigned_entries.sign_unsigned_entries(db, vault, now=now, examined=examined) is None:
        inventory_snapshot.rebuild_after_check(db, vault, report_progress)
    # Also comes before anything that asks for the inventory, so that its progress is reported.
    inventory_snapshot.load_inventory(db, vault, report_progress)
    inventory = compare_with_log(db, vault)
    ring_references.note_statements(db, vault, inventory, now=now)
    checked_entries.note_checked(db, vault, inventory, now=now)
    if restored:
        vault.restore_notice = newer_deletions.carry_out_deletions(db, vault, restored, now=now)
    elif not is_writing(db):
        newer_deletions.hide_deletions(db, vault)
    audit_log.append_entry(db, vault, event, now=now)
    ended_incarnation = restored.incarnation if restored else None
    header_recovery.reconcile_header_copies(db, vault, now=now, ended_incarnation=ended_incarnation)
    inventory_snapshot.save_snapshot(db, vault)
    return vault


def compare_with_log(db: Connection, vault: Vault) -> Inventory:
    """Compare the confirmed keys and the key slots with the audit log; returns what the log adds up to."""
    confirmed_colleagues.recheck_confirmed_keys(db, vault)
    inventory = inventory_snapshot.load_inventory(db, vault)
    vault.key_slots = vault.key_slots.compare_generation(
        inventory.slot_generation, log_complete=not inventory.gaps
    )
    return inventory


def record_failed_unlock(db: Connection, *, now: datetime) -> None:
    """Append a keyless audit entry for a failed attempt to unlock.

    If the audit log does not match the practice's ids, one of the two is damaged, so nothing is written.
    """
    try:
        incarnation = identity.load_vault_ids(db)[1]
    except (DamagedFile, identity.UnsupportedSuite):
        log.warning("unlock.failed_not_noted")
        return
    if audit_reader.matches_incarnation(db, incarnation):
        audit_log.append_keyless_entry(db, incarnation, UnlockEvent.FAILED, now=now)
    else:
        log.warning("unlock.failed_not_noted")


def is_current_passphrase(db: Connection, vault: Vault, typed_passphrase: str) -> bool:
    """Return whether this is the clinician's passphrase; takes about a second, as unlocking does."""
    return key_slots.is_passphrase(db, vault.user_id, typed_passphrase)


def record_refused_passphrase(db: Connection, vault: Vault, *, now: datetime) -> None:
    """Append an audit entry saying that a wrong passphrase was typed where the current one was required."""
    audit_log.append_entry(db, vault, AccessEvent.PHRASE_REFUSED, now=now)
