"""Opens the practice with the store's header or, if that is damaged, with its backup if that is current."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.journal import audit_log, audit_reader, inventory_snapshot, key_slot_events
from clinic_toolkit.store.transactions import is_writing
from clinic_toolkit.vault import header_backup
from clinic_toolkit.vault.header_fault import HeaderFault
from clinic_toolkit.vault.identity import UnsupportedSuite
from clinic_toolkit.vault.key_slot_contents import SlotKeys, SlotPartDamaged
from clinic_toolkit.vault.key_slots import SlotCostRefused, WrongSecret
from clinic_toolkit.vault.vault import Vault

_BACKUP_TRIED = (
    "The keys in the data file are damaged, so their second copy was tried. If you are sure of what you "
    "typed, copy the whole data folder to another disk first; then restore a backup."
)
_REFUSALS = (WrongSecret, SlotCostRefused, SlotPartDamaged, UnsupportedSuite, DamagedFile)


class HeaderEvent(StrEnum):
    """What the audit log says was done to the header."""

    RESTORED = "practice.head_put_back"


def open_vault(db: Connection, open_with: Callable[[Connection], Vault]) -> Vault:
    """Open the practice with one secret.

    Args:
        open_with: opens a vault with that secret, using the header in the database it is given.

    Raises:
        WrongSecret: the secret opens neither the store's header nor, if that is damaged, the backup.
        SlotCostRefused, SlotPartDamaged, UnsupportedSuite, DamagedFile: the store's header was refused for
            this reason, and the backup did not help.
    """
    try:
        vault = open_with(db)
    except _REFUSALS as store_error:
        try:
            backup_vault = header_backup.unlock_from_backup(db, open_with)
        except WrongSecret as backup_error:
            # The intact backup refuses the secret too, so the secret is wrong, whatever is damaged.
            if not isinstance(store_error, WrongSecret):
                raise WrongSecret(f"{backup_error.sentence} {_BACKUP_TRIED}") from None
            backup_vault = None
        if backup_vault is None or not _has_newest_slots(db, backup_vault):
            raise
        return backup_vault
    if vault.own_ring and audit_reader.is_signed_by_member(db, vault):
        return vault
    # Every signature covers the incarnation. If the newest does not verify, the stored incarnation may be the
    # damaged part, so try the backup. Also try it if the clinician's own ring does not open.
    try:
        backup_vault = header_backup.unlock_from_backup(db, open_with)
    except WrongSecret:
        return vault
    return backup_vault if backup_vault is not None and _has_newest_slots(db, backup_vault) else vault


def replace_damaged_key(
    db: Connection, keys: SlotKeys, open_at: Callable[[Connection], tuple[Vault, SlotKeys]]
) -> SlotKeys:
    """Return these keys of a slot, with the key for psychotherapy notes of the backup if theirs is damaged.

    The same secret opens the slot in the backup, so whoever does not know it can have put nothing there.

    Args:
        open_at: opens the vault and the slot with that secret, using the header in the database it is given.
    """
    if not keys.is_psychotherapy_key_damaged:
        return keys
    found = [keys]

    def open_with(at: Connection) -> Vault:
        vault, keys_of_backup = open_at(at)
        found.append(keys_of_backup)
        return vault

    with suppress(WrongSecret):
        header_backup.unlock_from_backup(db, open_with)
    return found[-1]


def reconcile_header_copies(
    db: Connection, vault: Vault, *, now: datetime, ended_incarnation: UUID | None = None
) -> None:
    """Make the header and its backup identical again; the fault is shown on the condition page.

    If the store or the folder cannot be written, the fault is only reported; the unlock still succeeds.

    Args:
        ended_incarnation: that of the restored backup if this transaction began another, which the header
            backup does not have before the commit.
    """
    if vault.header_fault == HeaderFault.USED:
        if is_writing(db):
            header_backup.restore_header(db)
            audit_log.append_entry(db, vault, HeaderEvent.RESTORED, now=now)
        return
    if not vault.slots_intact:
        # The key slots are in doubt, so neither copy can be called the correct one.
        return
    vault.header_fault, is_outdated = header_backup.compare_backup(
        db, vault, ended_incarnation=ended_incarnation
    )
    if vault.practice_ring in vault.outdated_rings:
        # The newest statement of the practice's ring was taken out of the store; the backup may hold it.
        return
    if header_backup.backup_has_other_ids(db) and not audit_reader.is_signed_by_member(db, vault, first=True):
        # The first signature does not fit the ids in the store, so the backup may hold the correct ones.
        return
    if is_outdated and is_writing(db):
        header_backup.try_write_before_commit(db, vault)


def _has_newest_slots(db: Connection, vault: Vault) -> bool:
    """Return whether the audit log, which only this clinician can sign, names these key slots as the newest.

    An unreadable entry may have named newer slots, unless a later entry names these again, as every unlock
    with the passphrase does.
    """
    if not audit_reader.is_signed_by_member(db, vault):
        return False
    inventory = inventory_snapshot.load_inventory(db, vault)

    def names_them(line: audit_reader.CheckedEntry) -> bool:
        is_trusted = line.has_signature and not line.fault and line.seq not in inventory.gaps
        is_written_by_us = line.actor_id == vault.user_id
        return is_trusted and is_written_by_us and key_slot_events.slot_generation_of(line.event) > 0

    for newest_entry in audit_reader.read_audit_page(db, vault, matches=names_them, size=1).entries:
        slot_generation = key_slot_events.slot_generation_of(newest_entry.event)
        has_later_gap = any(seq > newest_entry.seq for seq in inventory.gaps)
        return not has_later_gap and slot_generation == inventory.slot_generation == vault.slot_generation
    return False
