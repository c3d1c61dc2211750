"""Replaying the audit trail: what its lines say is in the record, and which of them are not believed.

A chain needs no key to be made, so a line counts for what a clinician's signature covers. At an unlock
the lines after the last signature are checked; what did not fit then is never believed later.
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
    """An unlock found that `line` does not fit; `entry_numbers` are those that nobody's signature covers.

    `single_sealed`: only one of them is sealed, as when a single bit of it was turned.
    """

    entry_number: int
    entry_numbers: range
    single_sealed: bool


def replay_inventory(
    db: Connection, vault: Vault, start: Inventory | None, *, refused_entry: int = 0
) -> Inventory:
    """What the trail adds up to.

    Args:
        start: what is known of its beginning.
        refused_entry: a line after the last signature that does not fit, where no line says so yet.
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
    """What is known, with the lines that were added since; it is itself left as it is."""
    begun = inventory.copy()
    # What lies in a gap is told from the lines around it, so it is told from the beginning.
    whole = not begun.gaps and (begun.seq == 0 or audit_log.find_entry_hash(db, begun.seq) == begun.tip_hash)
    return replay_inventory(db, vault, begun if whole else None)


def list_named_versions(
    db: Connection, vault: Vault, record: UUID, logged: KnownVersion, gaps: list[int]
) -> dict[int, KnownVersion]:
    """Every version of a record that a line of this view names. Reads the trail: for the rare case only."""
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
    """The inventory; and the lines that an unlock found not to fit, each with the line that says so."""
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
            # Anyone can write such a line, so neither its time nor its word on the ways in counts.
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
    """What is not believed when the line `at` says that this one does not fit."""
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
