"""Replays the audit log into an inventory, leaving out the entries that cannot be trusted.

Anyone can extend a hash chain, so an entry counts only if a clinician's signature covers it. The entries
after the last signature are checked at the unlock; entries that were refused then are never trusted later.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, func, select

from clinic_toolkit.journal import audit_log, key_slot_events
from clinic_toolkit.journal.audit_log import KEYLESS_MARK, ReadResult, audit_log_table
from clinic_toolkit.journal.unsigned_entries import EVENT_UNSIGNED_REFUSED
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.inventory import Inventory, KnownVersion, UnreadableEntry
from clinic_toolkit.vault.vault import Vault

_NO_LIMIT = 1 << 62


class RefusedRange(NamedTuple):
    """Entries that an unlock refused, because entry `entry_number` was not valid.

    `entry_numbers` are the entries that no earlier signature covers. `single_sealed`: exactly one of them is
    sealed, as after a single flipped bit.
    """

    entry_number: int
    entry_numbers: range
    single_sealed: bool


def replay_inventory(
    db: Connection, vault: Vault, start: Inventory | None, *, refused_entry: int = 0
) -> Inventory:
    """Build the inventory from the audit log.

    Args:
        start: the inventory up to some entry; None to replay from the beginning.
        refused_entry: the number of an invalid entry after the last signature that no entry reports yet;
            0 if there is none.
    """
    inventory, said = _replay(db, vault, start, [])
    said += [(refused_entry, inventory.seq + 1)] if refused_entry else []
    if not said:
        return inventory
    refused = [_refused_range(db, vault, line, at) for line, at in said]
    if start and min(each.entry_numbers.start for each in refused) <= start.seq:
        start = None
    return _replay(db, vault, start, refused)[0]


def extend_inventory(db: Connection, vault: Vault, inventory: Inventory) -> Inventory:
    """Return a copy of the inventory with the entries that were added since; `inventory` is not changed."""
    begun = inventory.copy()
    # The time bounds of a gap come from the entries around it, so an inventory with gaps is rebuilt in full.
    whole = not begun.gaps and (begun.seq == 0 or audit_log.find_entry_hash(db, begun.seq) == begun.tip_hash)
    return replay_inventory(db, vault, begun if whole else None)


def list_named_versions(
    db: Connection, vault: Vault, record: UUID, logged: KnownVersion, gaps: list[int]
) -> dict[int, KnownVersion]:
    """Return every version of a record that the log names in this transaction, by version number.

    Slow, because it reads the log from the record's first entry; for rare cases only.

    Args:
        logged: the record's newest known version.
        gaps: the numbers of entries that are not trusted.
    """
    found = {}
    for line in audit_log.iter_entries_after(db, vault, logged.first_seq - 1):
        for entry in _references(line) if line.seq not in gaps else ():
            if entry.record == record.bytes:
                found[entry.version] = KnownVersion(
                    entry.table, entry.ring, entry.version, entry.content_id, line.seq, logged.first_seq
                )
    return found


def _references(result: ReadResult) -> tuple[audit_log.VersionReference, ...]:
    return (
        ()
        if result.entry is None or audit_log.is_read_only_event(result.entry.event)
        else result.entry.references
    )


def _replay(
    db: Connection, vault: Vault, start: Inventory | None, refused: list[RefusedRange]
) -> tuple[Inventory, list[tuple[int, int]]]:
    """Return the inventory, and each entry that an unlock refused with the entry that reports it."""
    inventory = start.copy() if start else Inventory()
    unnamed, said = {each.entry_number for each in refused}, []
    waiting: list[int] = []
    since = -_NO_LIMIT
    for told in audit_log.iter_entries_after(db, vault, inventory.seq):
        doubt = next((each for each in refused if told.seq in each.entry_numbers), None)
        line = None if told.seq in unnamed else told.entry
        if line is None or (doubt and not line.is_keyless):
            inventory.gaps.append(told.seq)
            inventory.apply_entry(told.seq, told.hash, ())
            if doubt is None or doubt.single_sealed:
                waiting.append(told.seq)
        elif line.is_keyless:
            # Anyone can write a keyless entry, so its time and its slot generation are ignored.
            inventory.apply_entry(told.seq, told.hash, ())
        else:
            inventory.apply_entry(
                told.seq, told.hash, _references(told), key_slot_events.slot_generation_of(line.event)
            )
            at = to_microseconds(line.recorded_at)
            inventory.unreadable_entries += [UnreadableEntry(seq, since, at) for seq in waiting]
            waiting, since = [], at
            if line.event.startswith(EVENT_UNSIGNED_REFUSED):
                said.append((int(line.event.removeprefix(EVENT_UNSIGNED_REFUSED)), told.seq))
    inventory.unreadable_entries += [UnreadableEntry(seq, since, _NO_LIMIT) for seq in waiting]
    inventory.gaps += sorted(unnamed - set(inventory.gaps))
    return inventory, said


def _refused_range(db: Connection, vault: Vault, entry_number: int, refused_at: int) -> RefusedRange:
    """Return the entries not to trust, given that entry `refused_at` reports `entry_number` as invalid."""
    before = audit_log_table.c.seq < entry_number, audit_log_table.c.signature.is_not(None)
    first = 1
    for row in db.execute(select(audit_log_table).where(*before).order_by(audit_log_table.c.seq.desc())):
        if audit_log.has_valid_signature(vault, row):
            first = row.seq + 1
            break
    doubted = (
        audit_log_table.c.seq.between(first, refused_at - 1),
        func.substr(audit_log_table.c.body, 1, 1) != KEYLESS_MARK,
    )
    sealed = db.scalar(select(func.count()).where(*doubted)) or 0
    return RefusedRange(
        entry_number=entry_number, entry_numbers=range(first, refused_at), single_sealed=sealed == 1
    )
