"""The incarnations that a practice had before its keys were replaced, by which older copies are recognised.

Each change of keys says in its line which ones the old log had. Where keys were replaced again since, that
line lies inside the one that took its place, and opens with the practice's keys that the newer change kept.
"""

from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import audit_entries, audit_log, inventory_snapshot, past_log
from clinic_toolkit.journal.past_log import KeyChange
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.vault.vault import SealBroken, Vault


def list_replaced_incarnations(db: Connection, vault: Vault) -> tuple[UUID, ...]:
    """Every incarnation from before the newest change of keys, oldest first; none if there was no change.

    A change that cannot be read is left out.
    """
    changes: list[KeyChange] = []
    for seq in sorted(list_change_numbers(db, vault), reverse=True):
        change = _read_change(db, vault, seq, changes)
        if change is not None:
            changes.append(change)
    return tuple(UUID(bytes=one) for change in reversed(changes) for _, one in change.incarnations)


def list_change_numbers(db: Connection, vault: Vault) -> list[int]:
    """The lines by which keys were replaced: each names the record that keeps the old public key."""
    inventory = inventory_snapshot.load_inventory(db, vault)
    found = [inventory.find_newest(past.record_id.bytes) for past in vault.key_directory.past_keys]
    return sorted(known.first_seq for known in found if known is not None and known.is_written_by_us)


def _read_change(db: Connection, vault: Vault, seq: int, newer: list[KeyChange]) -> KeyChange | None:
    """The change in line `seq`.

    Args:
        newer: the changes since, newest first, whose keys open what the line was before each of them.
    """
    rows = list(transaction_of(db).iter_entries(audit_log.audit_log_table, seq, seq))
    try:
        raw = audit_entries.open_body(vault, seq, rows[0].body)
        for change in newer:
            raw = past_log.open_past_content(vault, change, seq, past_log.decode_past_line(raw).body)
        return past_log.decode_change(raw)
    except (SealBroken, msgspec.DecodeError, ValueError, OverflowError, LookupError):
        return None
