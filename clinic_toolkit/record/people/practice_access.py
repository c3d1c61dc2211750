"""The way into a practice: making it, unlocking it, and changing its passphrase and its recovery sheet.

What is typed here never leaves the practice's ring.
"""

import logging
import time
from datetime import date, datetime

from sqlalchemy import Connection

from clinic_toolkit.crypto.passphrase_kdf import is_fast_derivation
from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.journal import (
    audit_log,
    audit_reader,
    header_recovery,
    inventory_snapshot,
    key_slot_events,
    records,
)
from clinic_toolkit.journal.keyless_events import KeylessEvent
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import practice
from clinic_toolkit.record.people.practice import PracticeSettings, practice_table
from clinic_toolkit.store.engine import is_writing
from clinic_toolkit.vault import header_backup, identity, key_slots, recovery_sheet, return_code
from clinic_toolkit.vault.vault import Vault

log = logging.getLogger("clinic")


def create_practice(
    db: Connection, settings: PracticeSettings, *, passphrase: str, now: datetime
) -> tuple[Vault, tuple[str, ...]]:
    """Make a new practice: its keys, its recovery sheet, its settings.

    Returns the unlocked vault and the eight groups of the sheet, which are kept nowhere.
    """
    vault, groups = key_slots.create_vault_with_slots(db, passphrase)
    audit_log.append_entry(
        db, vault, key_slot_events.with_slot_generation("practice.created", vault), now=now
    )
    header_backup.write_before_commit(db, vault)
    records.create_record(
        db,
        vault,
        practice_table,
        settings,
        ring=vault.practice_ring,
        state="active",
        event="practice.saved",
        now=now,
        final=True,
        record_id=vault.vault_id,
    )
    return vault, groups


def unlock_with_passphrase(db: Connection, passphrase: str, *, now: datetime) -> Vault:
    """Open the practice with the passphrase and vouch for what happened while it was locked.

    Raises:
        vault.slots.WrongSecret: it is not the passphrase.
    """
    started = time.perf_counter()
    vault = header_recovery.open_vault(db, lambda at: key_slots.unlock_with_passphrase(at, passphrase))
    took = time.perf_counter() - started
    _finish_unlock(db, vault, key_slot_events.with_slot_generation("practice.unlocked", vault), now=now)
    if (
        is_fast_derivation(took)
        and is_writing(db)
        and not vault.header_fault
        and key_slots.upgrade_kdf_cost(db, vault, passphrase)
    ):
        header_backup.write_before_commit(db, vault)
        audit_log.append_entry(
            db, vault, key_slot_events.with_slot_generation("practice.passphrase_cost_raised", vault), now=now
        )
        vault.kdf_cost_upgraded = True
    return vault


def unlock_with_recovery_sheet(db: Connection, sheet_groups: str, *, now: datetime) -> Vault:
    """Open the practice with the eight groups of the recovery sheet."""
    vault = header_recovery.open_vault(db, lambda at: key_slots.unlock_with_recovery_sheet(at, sheet_groups))
    return _finish_unlock(db, vault, "practice.unlocked_with_sheet", now=now)


def unlock_with_return_code(db: Connection, blob: bytes, code: str, *, now: datetime) -> Vault:
    """Come back with the short code while the keeper still holds the sealed blob."""
    vault = header_recovery.open_vault(db, lambda at: return_code.unlock_with_return_code(at, blob, code))
    return _finish_unlock(db, vault, "practice.returned", now=now)


def _finish_unlock(db: Connection, vault: Vault, event: str, *, now: datetime) -> Vault:
    # First: a line that nobody vouches for has no say in what the newest ways in are.
    inventory_snapshot.accept_unsigned_entries(db, vault, now=now)
    told = inventory_snapshot.load_inventory(db, vault)
    vault.compare_slot_generation(told.slot_generation, log_complete=not told.gaps)
    audit_log.append_entry(db, vault, event, now=now)
    header_recovery.reconcile_header_copies(db, vault, now=now)
    inventory_snapshot.save_snapshot(db, vault)
    return vault


def record_failed_unlock(db: Connection, *, now: datetime) -> None:
    """Leave a line in the trail that someone tried; there is no key to sign it with.

    Where the trail does not fit the ids of the practice, one of the two is hurt: then nothing is written.
    """
    try:
        incarnation = identity.load_vault_ids(db)[1]
    except (DamagedFile, identity.UnsupportedSuite):
        log.warning("unlock.failed_not_noted")
        return
    if audit_reader.matches_incarnation(db, incarnation):
        audit_log.append_keyless_entry(db, incarnation, KeylessEvent.UNLOCK_FAILED, now=now)
    else:
        log.warning("unlock.failed_not_noted")


def is_current_passphrase(db: Connection, typed_passphrase: str) -> bool:
    """Whether this is the present passphrase; takes about a second, as unlocking does."""
    return key_slots.is_passphrase(db, typed_passphrase)


def record_refused_passphrase(db: Connection, vault: Vault, *, now: datetime) -> None:
    """Leave a line in the trail that the present passphrase was asked for and not known."""
    audit_log.append_entry(db, vault, "practice.passphrase_refused", now=now)


def generate_recovery_sheet() -> tuple[str, ...]:
    """The groups of another recovery sheet, which opens nothing before `activate_recovery_sheet`."""
    return recovery_sheet.generate_groups()


def is_same_group(group: str, typed: str) -> bool:
    """Whether one group of the recovery sheet was typed back, in any spelling that reads alike."""
    return recovery_sheet.is_same_group(group, typed)


def change_passphrase(db: Connection, vault: Vault, passphrase: str, *, now: datetime) -> None:
    """Replace the passphrase; everything else stays as it is."""
    key_slots.replace_passphrase(db, vault, passphrase)
    header_backup.write_before_commit(db, vault)
    audit_log.append_entry(
        db, vault, key_slot_events.with_slot_generation("practice.passphrase_changed", vault), now=now
    )


def replace_recovery_sheet(db: Connection, vault: Vault, *, now: datetime) -> tuple[str, ...]:
    """Make a new recovery sheet; the old one opens nothing from now on."""
    groups = key_slots.replace_recovery_sheet(db, vault)
    header_backup.write_before_commit(db, vault)
    audit_log.append_entry(
        db, vault, key_slot_events.with_slot_generation("practice.sheet_replaced", vault), now=now
    )
    return groups


def activate_recovery_sheet(
    db: Connection,
    vault: Vault,
    current: RecordVersion[PracticeSettings],
    groups: tuple[str, ...],
    *,
    made_on: date,
    now: datetime,
) -> RecordVersion[PracticeSettings]:
    """Have a sheet that was drawn, printed and typed back open the practice instead of the old one.

    Until this is committed the old sheet opens and the new one does not; from then on it is the other
    way round. There is no moment at which neither does.
    """
    key_slots.replace_recovery_sheet(db, vault, groups)
    header_backup.write_before_commit(db, vault)
    # Tried before the old one is gone for good: a sheet that does not open must roll all of this back.
    key_slots.unlock_with_recovery_sheet(db, " ".join(groups))
    audit_log.append_entry(
        db, vault, key_slot_events.with_slot_generation("practice.sheet_replaced", vault), now=now
    )
    return practice.record_sheet_proved(db, vault, current, made_on=made_on, now=now)
