"""Changing what opens a practice: its passphrase, its recovery sheet, and the key for psychotherapy notes.

Every change takes along all keys of the slot that it replaces, and is one transaction. Never stores a
passphrase or the groups of a recovery sheet.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from clinic_toolkit.journal import audit_log, header_recovery, key_slot_events
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.record.people.clinician_record import Clinician
from clinic_toolkit.record.people.practice_record import AccessEvent
from clinic_toolkit.vault import header_backup, key_slot_changes, key_slots, recovery_sheet
from clinic_toolkit.vault.key_slot_contents import NewSlot
from clinic_toolkit.vault.key_slot_contents import SlotKeys as SlotKeys
from clinic_toolkit.vault.vault import Vault


def open_keys_with_passphrase(db: Connection, vault: Vault, typed_passphrase: str) -> SlotKeys | None:
    """Open every key of the passphrase's slot, for a change of secrets; takes about a second, as unlocking.

    Returns:
        The keys, that for psychotherapy notes among them; None if it is not the clinician's passphrase.

    Raises:
        SlotPartDamaged: it is the passphrase, but a key in its slot was changed or taken out.
    """
    try:
        return key_slots.open_keys_with_passphrase(db, vault.user_id, typed_passphrase)
    except key_slots.WrongSecret:
        return None


def open_keys_with_recovery_sheet(db: Connection, vault: Vault, sheet_groups: str) -> SlotKeys:
    """Open every key of the recovery sheet's slot, for choosing a new passphrase.

    Where the key for psychotherapy notes is damaged, the slot in the header backup is tried for it.

    Raises:
        recovery_sheet.InvalidRecoverySheet, key_slots.WrongSecret: as `unlock_with_recovery_sheet`.
    """

    def open_at(at: Connection) -> tuple[Vault, SlotKeys]:
        keys = key_slots.open_keys_with_recovery_sheet(at, vault.user_id, sheet_groups)
        return key_slots.unlock_with_keys(at, vault.user_id, keys.unlocked_keys), keys

    keys = key_slots.open_keys_with_recovery_sheet(db, vault.user_id, sheet_groups)
    return header_recovery.replace_damaged_key(db, keys, open_at)


@dataclass(frozen=True, slots=True, repr=False)
class NewRecoverySheet:
    """A recovery sheet that opens nothing yet: its eight groups, and its slot, which is sealed already."""

    groups: tuple[str, ...]
    slot: NewSlot


def generate_recovery_sheet(vault: Vault, *, psychotherapy_key: bytes | None = None) -> NewRecoverySheet:
    """Return a new recovery sheet, which opens nothing until `activate_recovery_sheet`.

    Args:
        psychotherapy_key: as the passphrase opened it.
    """
    groups = recovery_sheet.generate_groups()
    slot = key_slot_changes.prepare_recovery_sheet(vault, groups, psychotherapy_key=psychotherapy_key)
    return NewRecoverySheet(groups, slot)


def is_same_group(group: str, typed: str) -> bool:
    """Return whether a group of the recovery sheet was typed back, in any spelling that reads the same."""
    return recovery_sheet.is_same_group(group, typed)


def change_passphrase(
    db: Connection, vault: Vault, passphrase: str, *, psychotherapy_key: bytes | None = None, now: datetime
) -> None:
    """Replace the passphrase; nothing else changes.

    Args:
        psychotherapy_key: as the present passphrase or the recovery sheet opened it.

    Raises:
        key_slot_changes.PsychotherapyKeyMissing: the key for psychotherapy notes would be lost.
    """
    key_slot_changes.replace_passphrase(db, vault, passphrase, psychotherapy_key=psychotherapy_key)
    note_slot_change(db, vault, AccessEvent.PHRASE_CHANGED, now=now)


def replace_recovery_sheet(
    db: Connection, vault: Vault, *, psychotherapy_key: bytes | None = None, now: datetime
) -> tuple[str, ...]:
    """Replace the recovery sheet at once and return the groups of the new one; the old one stops working.

    Raises:
        key_slot_changes.PsychotherapyKeyMissing: the key for psychotherapy notes would be lost.
    """
    groups = key_slot_changes.replace_recovery_sheet(db, vault, psychotherapy_key=psychotherapy_key)
    note_slot_change(db, vault, AccessEvent.SHEET_REPLACED, now=now)
    return groups


def activate_recovery_sheet(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Clinician],
    sheet: NewRecoverySheet,
    *,
    made_on: date,
    now: datetime,
) -> RecordVersion[Clinician]:
    """Replace the old recovery sheet by one that was generated, printed and typed back.

    The old sheet works until this is committed, and the new one from then on; at no moment does neither work.
    """
    key_slot_changes.store_slot(db, vault, sheet.slot)
    # Try the new sheet before the commit, so that everything is rolled back if it does not unlock.
    key_slots.unlock_with_recovery_sheet(db, " ".join(sheet.groups), user_id=vault.user_id)
    note_slot_change(db, vault, AccessEvent.SHEET_REPLACED, now=now)
    return clinicians.record_sheet_proved(db, vault, current, made_on=made_on, now=now)


def add_psychotherapy_key(
    db: Connection, vault: Vault, passphrase: str, sheet_groups: str, *, now: datetime
) -> None:
    """Make the key for psychotherapy notes in a practice that has none; needs both secrets at once.

    Raises:
        key_slot_changes.PsychotherapyKeyExists: there is one already, or notes that one closes.
        key_slot_changes.KeysInDoubt: it cannot be told whether there is one.
        key_slots.WrongSecret, recovery_sheet.InvalidRecoverySheet: one of the two is not right.
    """
    key_slot_changes.add_psychotherapy_key(db, vault, passphrase, sheet_groups)
    note_slot_change(db, vault, AccessEvent.PSYCHOTHERAPY_KEY_MADE, now=now)


def has_psychotherapy_key(db: Connection, vault: Vault) -> bool:
    """Whether the clinician's secrets hold a key for psychotherapy notes."""
    return key_slot_changes.holds_psychotherapy_key(db, vault)


def note_slot_change(db: Connection, vault: Vault, event: str, *, now: datetime) -> None:
    """Write the second copy of the header with this transaction, and the audit entry that names the slots."""
    header_backup.write_before_commit(db, vault)
    audit_log.append_entry(db, vault, key_slot_events.with_slot_generation(event, vault), now=now)
