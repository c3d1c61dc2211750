"""Replays the audit log into an inventory, leaving out the entries that cannot be trusted.

Anyone can extend a hash chain, so an entry counts only if a clinician's signature covers it. The entries
after the last signature are checked at the unlock; entries that were refused then are never trusted later.
"""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, func, select

from clinic_toolkit.journal import (
    audit_entries,
    audit_reader,
    checked_entries,
    key_slot_events,
    ring_references,
)
from clinic_toolkit.journal.audit_entries import AuditEntry, ReadResult
from clinic_toolkit.journal.audit_log import KEYLESS_PREFIX, audit_log_table
from clinic_toolkit.journal.incarnations import RESTORE_PREFIX
from clinic_toolkit.journal.reference_filter import ReferenceFilter
from clinic_toolkit.journal.unsigned_entries import UnsignedEntriesEvent
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.inventory import Inventory, UnreadableEntry
from clinic_toolkit.vault.known_versions import KnownVersion
from clinic_toolkit.vault.vault import Vault

# Called with (done, total) entries when a replay begins, and from time to time; raise an exception to stop.
ProgressCallback = Callable[[int, int], None]

_NO_LIMIT = 1 << 62
_ENTRIES_PER_REPORT = 500


def ignore_progress(done: int, total: int) -> None:
    """Do nothing: a progress callback for callers that do not wait."""


class RefusedRange(NamedTuple):
    """Entries that an unlock refused, because entry `entry_number` was not valid.

    `entry_numbers` are the entries that no earlier signature covers. `single_sealed`: exactly one of them is
    sealed, as after a single flipped bit.
    """

    entry_number: int
    entry_numbers: range
    single_sealed: bool


def replay_inventory(
    db: Connection,
    vault: Vault,
    load_start: Callable[[], Inventory | None],
    *,
    refused_entry: int = 0,
    report_progress: ProgressCallback = ignore_progress,
) -> Inventory:
    """Build the inventory from the audit log.

    Args:
        load_start: returns a new inventory up to some entry; None to replay from the beginning.
        refused_entry: the number of an invalid entry after the last signature that no entry reports yet;
            0 if there is none.
        report_progress: if something does not fit, the entries are read again, and counted again.
    """
    start = load_start()
    start_seq = start.seq if start else 0
    report_progress(0, audit_reader.last_entry_number(db) - start_seq)
    checked_seq = _find_checked_seq(db, vault, start_seq)
    inventory, reports = _replay(db, vault, start, [], report_progress, checked_seq)
    if checked_seq and inventory.gaps:
        # Somebody changed the log since it was checked; then every signature is verified.
        inventory, reports = _replay(db, vault, load_start(), [], report_progress)
    reports += [(refused_entry, inventory.seq + 1)] if refused_entry else []
    if not reports:
        return inventory
    refused_ranges = [
        _refused_range(db, vault, entry_number, refused_at) for entry_number, refused_at in reports
    ]
    is_start_refused = min(refused_range.entry_numbers.start for refused_range in refused_ranges) <= start_seq
    trusted_start = None if is_start_refused else load_start()
    return _replay(db, vault, trusted_start, refused_ranges, report_progress)[0]


def apply_new_entries(db: Connection, vault: Vault, inventory: Inventory) -> list[Callable[[], None]] | None:
    """Apply the entries that were added since to this inventory, such as those of a colleague.

    Returns:
        What undoes each of them, in the order in which they were applied; None if the inventory has to be
        rebuilt, because an entry cannot be trusted: the time bounds of a gap come from the entries around it.
    """
    start_seq, start_hash = inventory.seq, inventory.tip_hash
    if inventory.gaps or (start_seq and audit_entries.find_entry_hash(db, start_seq) != start_hash):
        return None
    results = list(audit_entries.iter_entries_after(db, vault, start_seq))
    entries = [result.entry for result in results if result.entry]
    if len(entries) < len(results) or any(_reports_refusal(vault, entry) for entry in entries):
        return None
    held_before = vault.rings.list_open_rings()
    if any(ring_references.select_granted_rings(entry.references, vault.user_id) for entry in entries):
        vault.rings.load_new_grants(db)
    reference_filter = ReferenceFilter(db, vault)
    selected = [reference_filter.select(entry) for entry in entries]
    vault.load_new_rings(db, {reference.ring for references in selected for reference in references})
    if not all(map(vault.rings.is_creator, vault.rings.list_open_rings() - held_before)):
        # A ring was granted since, and what colleagues wrote in it before was passed over.
        return None
    if any(
        reference.record in inventory.erased_records and inventory.find_newest(reference.record) is None
        for references in selected
        for reference in references
    ):
        # It was brought back, and which entry named it first was forgotten when it was erased.
        return None
    undo: list[Callable[[], None]] = []
    for result, references in zip(results, selected, strict=True):
        slot_generation = _apply_effects(vault, inventory, result)
        take_out = inventory.apply_next_entry(
            result.seq,
            result.hash,
            references,
            slot_generation,
            is_written_by_us=_is_written_by_us(vault, result.entry),
        )
        undo += [take_out] if take_out else []
    return undo


def _reports_refusal(vault: Vault, entry: AuditEntry) -> bool:
    """Whether it says that we refused another entry; what colleagues refused is checked again here."""
    code = entry.event.partition(" ")[0]
    return entry.actor_id == vault.user_id and code == UnsignedEntriesEvent.REFUSED


def _apply_effects(vault: Vault, inventory: Inventory, result: ReadResult) -> int:
    """Note which rings this clinician holds, as far as an entry says it.

    Returns:
        The slot generation that an entry of this clinician names; 0 if it names none.
    """
    entry = result.entry
    if entry is None or entry.actor_id is None:
        # Anyone can write a keyless entry.
        return 0
    if not _is_written_by_us(vault, entry):
        # Each clinician has key slots of their own. A grant of a colleague says that there is a ring.
        inventory.known_rings |= ring_references.select_granted_rings(entry.references, vault.user_id)
        return 0
    inventory.known_rings |= {reference.ring for reference in entry.references}
    if entry.event == UnsignedEntriesEvent.ALL_CHECKED:
        inventory.checked_seq = result.seq
    return key_slot_events.slot_generation_of(entry.event)


def list_named_versions(
    db: Connection, vault: Vault, record: UUID, logged: KnownVersion, gaps: list[int]
) -> dict[int, KnownVersion]:
    """Return every version of a record that the log names in this transaction, by version number.

    Slow, because it reads the log from the record's first entry; for rare cases only.

    Args:
        logged: the record's newest known version.
        gaps: the numbers of entries that are not trusted.
    """
    versions = {}
    reference_filter = ReferenceFilter(db, vault)
    for result in audit_entries.iter_entries_after(db, vault, logged.first_seq - 1):
        for reference in reference_filter.select(result.entry) if result.seq not in gaps else ():
            place = reference.record, reference.table, reference.ring
            if place == (record.bytes, logged.table, logged.ring):
                versions[reference.version] = KnownVersion(
                    reference.table,
                    reference.ring,
                    reference.version,
                    reference.content_id,
                    result.seq,
                    logged.first_seq,
                    is_written_by_us=_is_written_by_us(vault, result.entry),
                )
    return versions


def _is_written_by_us(vault: Vault, entry: AuditEntry | None) -> bool:
    return entry is not None and entry.actor_id == vault.user_id


def _find_checked_seq(db: Connection, vault: Vault, start_seq: int) -> int:
    # A short rest of the log is verified sooner than such an entry is found.
    if audit_reader.last_entry_number(db) - start_seq < 2 * checked_entries.CHECKED_INTERVAL:
        return 0
    return checked_entries.find_checked_seq(db, vault, after_seq=start_seq)


def _replay(
    db: Connection,
    vault: Vault,
    start: Inventory | None,
    refused_ranges: list[RefusedRange],
    report_progress: ProgressCallback,
    checked_seq: int = 0,
) -> tuple[Inventory, list[tuple[int, int]]]:
    """Return the inventory and the refusals: each refused entry with the entry that reports it."""
    inventory = start or Inventory()
    refused_numbers, reports = {refusal.entry_number for refusal in refused_ranges}, []
    pending_gaps: list[int] = []
    not_before = -_NO_LIMIT
    reference_filter = ReferenceFilter(db, vault)
    start_seq, total = inventory.seq, audit_reader.last_entry_number(db) - inventory.seq
    report_progress(0, total)
    for result in audit_entries.iter_entries_after(db, vault, start_seq, checked_seq=checked_seq):
        if result.seq % _ENTRIES_PER_REPORT == 0:
            report_progress(result.seq - start_seq, total)
        refused_range = next(
            (candidate for candidate in refused_ranges if result.seq in candidate.entry_numbers), None
        )
        entry = None if result.seq in refused_numbers else result.entry
        if entry is None or (refused_range and not entry.is_keyless):
            inventory.gaps.append(result.seq)
            inventory.apply_entry(result.seq, result.hash, ())
            if refused_range is None or refused_range.single_sealed:
                pending_gaps.append(result.seq)
        elif entry.is_keyless:
            # Anyone can write a keyless entry, so its time and its slot generation are ignored.
            inventory.apply_entry(result.seq, result.hash, ())
        else:
            slot_generation = _apply_effects(vault, inventory, result)
            inventory.apply_entry(
                result.seq,
                result.hash,
                reference_filter.select(entry),
                slot_generation,
                is_written_by_us=_is_written_by_us(vault, entry),
            )
            recorded_at = to_microseconds(entry.recorded_at)
            inventory.unreadable_entries += [
                UnreadableEntry(seq, not_before, recorded_at) for seq in pending_gaps
            ]
            pending_gaps, not_before = [], recorded_at
            if _reports_refusal(vault, entry):
                reports.append((int(entry.event.partition(" ")[2]), result.seq))
    inventory.unreadable_entries += [UnreadableEntry(seq, not_before, _NO_LIMIT) for seq in pending_gaps]
    inventory.gaps += sorted(refused_numbers - set(inventory.gaps))
    return inventory, reports


def _refused_range(db: Connection, vault: Vault, entry_number: int, refused_at: int) -> RefusedRange:
    """Return the entries not to trust, given that entry `refused_at` reports `entry_number` as invalid."""
    conditions = audit_log_table.c.seq < entry_number, audit_log_table.c.signature.is_not(None)
    first_unsigned, signatures = 1, audit_entries.SignatureCheck(db, vault)
    for row in db.execute(select(audit_log_table).where(*conditions).order_by(audit_log_table.c.seq.desc())):
        if signatures.is_signed_by_author(row):
            first_unsigned = row.seq + 1
            break
    # After a restore the entry that begins an incarnation lies between; it says nothing of what was refused.
    end = refused_at - 1 if _begins_incarnation(db, signatures, refused_at - 1) else refused_at
    sealed_conditions = (
        audit_log_table.c.seq.between(first_unsigned, end - 1),
        func.substr(audit_log_table.c.body, 1, 1) != KEYLESS_PREFIX,
    )
    sealed_count = db.scalar(select(func.count()).where(*sealed_conditions)) or 0
    return RefusedRange(
        entry_number=entry_number,
        entry_numbers=range(first_unsigned, end),
        single_sealed=sealed_count == 1,
    )


def _begins_incarnation(db: Connection, signatures: audit_entries.SignatureCheck, seq: int) -> bool:
    row = db.execute(select(audit_log_table).where(audit_log_table.c.seq == seq)).first()
    return bool(row and row.body[:1] == RESTORE_PREFIX and signatures.is_signed_by_author(row))
