"""The way in: the store's own head, and where that is hurt its second copy, if it is the newest."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.journal import audit_log, audit_reader, inventory_snapshot, key_slot_events
from clinic_toolkit.store.engine import is_writing
from clinic_toolkit.vault import header_backup
from clinic_toolkit.vault.identity import UnsupportedSuite
from clinic_toolkit.vault.key_slots import SlotCostRefused, WrongSecret
from clinic_toolkit.vault.vault import Vault

_BACKUP_TRIED = (
    "The keys in the data file are damaged, so their second copy was tried. If you are sure of what you "
    "typed, copy the whole data folder to another disk first; then restore a backup."
)
_REFUSALS = (WrongSecret, SlotCostRefused, UnsupportedSuite, DamagedFile)


def open_vault(db: Connection, open_with: Callable[[Connection], Vault]) -> Vault:
    """Open the practice.

    Args:
        open_with: opens it with one secret, by what the connection that it is given holds.

    Raises:
        WrongSecret: this secret opens neither the store's own head nor, where that is hurt, its copy.
        SlotCostRefused, UnsupportedSuite, DamagedFile: as the store's own head says it.
    """
    try:
        vault = open_with(db)
    except _REFUSALS as refused:
        try:
            other = header_backup.unlock_from_backup(db, open_with)
        except WrongSecret as wrong:
            # The store may be hurt, but the copy is not: what is in the way is what was typed.
            if not isinstance(refused, WrongSecret):
                raise WrongSecret(f"{wrong.sentence} {_BACKUP_TRIED}") from None
            other = None
        if other is None or not _has_newest_slots(db, other):
            raise
        return other
    if audit_reader.is_signed_by_vault(db, vault):
        return vault
    # Every signature covers the incarnation; where the newest does not fit, that may be the hurt part.
    try:
        other = header_backup.unlock_from_backup(db, open_with)
    except WrongSecret:
        return vault
    return other if other is not None and _has_newest_slots(db, other) else vault


def reconcile_header_copies(db: Connection, vault: Vault, *, now: datetime) -> None:
    """Have head and second copy be alike again; what was wrong stands on the condition page.

    Where the store or the folder cannot be written it is only named: nobody is kept out for that.
    """
    if vault.header_fault == header_backup.USED:
        if is_writing(db):
            header_backup.restore_header(db)
            audit_log.append_entry(db, vault, "practice.head_put_back", now=now)
        return
    if not vault.slots_intact:
        # Which ways in are genuine is not known then.
        return
    vault.header_fault = header_backup.find_fault(db, vault)
    if header_backup.backup_has_other_ids(db) and not audit_reader.is_signed_by_vault(db, vault, first=True):
        # The trail was not begun under the ids of the store, so the copy may hold the right ones.
        return
    if vault.header_fault and is_writing(db):
        header_backup.try_write_before_commit(db, vault)


def _has_newest_slots(db: Connection, vault: Vault) -> bool:
    """Whether the trail, which only this clinician can sign, names these ways in as the newest.

    A line that cannot be read may have named newer ones, unless a later one names these again, as each
    unlock with the passphrase does.
    """
    if not audit_reader.is_signed_by_vault(db, vault):
        return False
    inventory = inventory_snapshot.load_inventory(db, vault)

    def names_them(line: audit_reader.CheckedEntry) -> bool:
        sound = line.is_signed and not line.fault and line.seq not in inventory.gaps
        return sound and key_slot_events.slot_generation_of(line.event) > 0

    for last in audit_reader.read_audit_page(db, vault, matches=names_them, size=1).entries:
        number = key_slot_events.slot_generation_of(last.event)
        unread = any(gap > last.seq for gap in inventory.gaps)
        return not unread and number == inventory.slot_generation == vault.slot_generation
    return False
