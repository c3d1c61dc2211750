"""A checkpoint entry in the audit log: "everything before this was verified".

A replay without a snapshot would verify the signature of every entry: ten seconds after many years.
The chain binds all entries before a signed one, so a clinician's own entry "checked" vouches for what they
had verified before they signed it: their own entries before it are not verified one by one any more. Only an
unlock that trusts every entry writes one. What colleagues wrote is always verified, because their keys may
be refused later.
"""

from datetime import datetime

from sqlalchemy import Connection

from clinic_toolkit.journal import audit_entries, audit_log, audit_reader
from clinic_toolkit.journal.unsigned_entries import UnsignedEntriesEvent
from clinic_toolkit.store.chain import ChainRow
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.vault.inventory import Inventory
from clinic_toolkit.vault.vault import Vault

# Verifying as many signatures takes a tenth of a second.
CHECKED_INTERVAL = 1_000
_BATCH_SIZE = 1_000
# Search at most this many entries: reading these takes half a second.
_MAX_SEARCHED = 20_000


def note_checked(db: Connection, vault: Vault, inventory: Inventory, *, now: datetime) -> None:
    """Append the entry if every entry is trusted, and the last one is `CHECKED_INTERVAL` entries behind.

    Args:
        inventory: up to date, and made from entries that were verified.
    """
    if inventory.gaps or inventory.seq - inventory.checked_seq < CHECKED_INTERVAL:
        return
    if seq := audit_log.append_entry(db, vault, UnsignedEntriesEvent.ALL_CHECKED, now=now):
        inventory.checked_seq = seq


def find_checked_seq(db: Connection, vault: Vault, *, after_seq: int) -> int:
    """Return the number of the clinician's newest such entry that is signed; 0 if there is none.

    Args:
        after_seq: only entries with a higher number.
    """
    signatures, upper = audit_entries.SignatureCheck(db, vault), audit_reader.last_entry_number(db)
    oldest = max(after_seq + 1, upper - _MAX_SEARCHED)
    while upper >= oldest:
        lower = max(oldest, upper - _BATCH_SIZE + 1)
        rows = list(transaction_of(db).iter_entries(audit_log.audit_log_table, lower, upper))
        for row in reversed(rows):
            if _is_checked_entry(vault, row) and signatures.is_signed_by(row, vault.user_id):
                return row.seq
        upper = lower - 1
    return 0


def _is_checked_entry(vault: Vault, row: ChainRow) -> bool:
    try:
        entry = audit_entries.open_entry(vault, row)
    except audit_entries.UNREADABLE_ERRORS:
        return False
    is_written_by_us = entry.has_signature and entry.actor_id == vault.user_id
    return is_written_by_us and entry.event == UnsignedEntriesEvent.ALL_CHECKED
