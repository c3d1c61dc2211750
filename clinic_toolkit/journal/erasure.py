"""Erasing rings for good: their keys, every row that was sealed with them, and what was derived from it."""

from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from clinic_toolkit.journal import (
    audit_log,
    inventory_snapshot,
    lifted_rings,
    records,
    sealed_rows,
    tombstones,
)
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import (
    TOMBSTONE,
    ErasedRecords,
    ErasureReason,
    Tombstone,
    TombstoneEvent,
    TombstoneState,
)
from clinic_toolkit.store.base import metadata, record_column_of
from clinic_toolkit.store.rows import COLUMNS, SealedRow
from clinic_toolkit.store.transactions import on_rollback, transaction_of
from clinic_toolkit.vault import ring_erasure
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.vault import Vault


def erase_rings(
    db: Connection, vault: Vault, rings: Set[UUID], *, reason: ErasureReason, now: datetime
) -> RecordVersion[Tombstone]:
    """Destroy the keys of these rings and remove every record in them; a tombstone says so.

    The lines of the audit log stay: they hold ids only. Until the log of the store is folded into its file
    and its copies are removed (`purge_copies`), older pages of the files may still hold the sealed bytes.

    Raises:
        UnknownRing: this clinician has no key of one of them, or it may not be erased.
        RingIsShared: a colleague holds a key of one of them.
    """
    ring_erasure.check_may_destroy(vault, rings)
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    # Also the rings that these came in the place of: a restored backup may still hold those.
    noted = tombstones.list_believed(db, vault, inventory)
    kin = lifted_rings.list_kin({ring.bytes for ring in rings}, noted)
    tombstone = Tombstone(
        rings=tuple(sorted(kin)),
        records=tuple(_list_records(db, vault, rings)),
        reason=reason,
    )
    version = records.create_record(
        db,
        vault,
        TOMBSTONE,
        tombstone,
        ring=vault.practice_ring,
        state=TombstoneState.ERASED,
        event=TombstoneEvent.ERASED,
        now=now,
        final=True,
    )
    _destroy_rings(db, vault, rings, tombstone.records)
    return version


def repeat_erasure(
    db: Connection,
    vault: Vault,
    row: SealedRow,
    version: RecordVersion[Tombstone],
    *,
    lifted: Set[bytes] = frozenset(),
    now: datetime,
) -> bool:
    """Erase what a tombstone of another store or backup names, and keep that tombstone as it was signed.

    Args:
        row: the row of the tombstone, which this store does not have yet.
        version: the same, opened, with its signature checked.
        lifted: the rings that were brought back since, which stay.

    Returns:
        Whether anything of it was here to be erased.

    Raises:
        RingIsShared: a colleague holds a key of one of the rings. Nothing was changed.
        UnknownRing: one of the rings may not be erased. Nothing was changed.
    """
    rings = _select_held(vault, (id for id in version.payload.ring_ids if id.bytes not in lifted))
    ring_erasure.check_may_destroy(vault, rings)
    inventory_snapshot.refresh_inventory(db, vault)
    # Also what was saved here after the backup, on a way of its own.
    found = _list_records(db, vault, rings)
    _keep_as_signed(db, vault, row, version, TombstoneEvent.ERASED_AGAIN, now=now)
    _destroy_rings(db, vault, rings, found)
    return bool(rings)


def may_repeat_erasure(vault: Vault, ring_ids: Iterable[UUID]) -> bool:
    """Whether `repeat_erasure` would erase these rings of a tombstone, as far as they are here."""
    try:
        ring_erasure.check_may_destroy(vault, _select_held(vault, ring_ids))
    except (ring_erasure.RingIsShared, UnknownRing):
        return False
    return True


def _select_held(vault: Vault, ring_ids: Iterable[UUID]) -> frozenset[UUID]:
    return frozenset(ring for ring in ring_ids if vault.rings.holds(ring))


def keep_lift(
    db: Connection, vault: Vault, row: SealedRow, version: RecordVersion[Tombstone], *, now: datetime
) -> None:
    """Keep a lift of another store or backup as it was signed; its row is not in this store yet."""
    inventory_snapshot.refresh_inventory(db, vault)
    _keep_as_signed(db, vault, row, version, TombstoneEvent.LIFTED_AGAIN, now=now)


def _keep_as_signed(
    db: Connection,
    vault: Vault,
    row: SealedRow,
    version: RecordVersion[Tombstone],
    event: TombstoneEvent,
    *,
    now: datetime,
) -> None:
    values = {name: getattr(row, name) for name in COLUMNS}
    transaction_of(db).insert_row(TOMBSTONE.table, values)
    audit_log.append_entry(db, vault, event, [records.version_reference(TOMBSTONE, version)], now=now)


def _destroy_rings(db: Connection, vault: Vault, rings: Set[UUID], erased: Sequence[ErasedRecords]) -> None:
    for table in sealed_rows.list_sealed_tables():
        for ring in rings:
            transaction_of(db).erase_rows(table, ring)
    _erase_rows_of(db, {UUID(bytes=id) for records in erased for id in records.ids})
    ring_erasure.destroy_rings(db, vault, rings)
    _forget_derived(db, vault, rings)


def _erase_rows_of(db: Connection, records: Set[UUID]) -> None:
    """Erase the rows that belong to these records and lie in no ring, such as those of a hand-over."""
    for table in metadata.sorted_tables:
        if name := record_column_of(table):
            column = table.c[name]
            for record in records & set(db.scalars(select(column).distinct())):
                db.execute(table.delete().where(column == record))


def _list_records(db: Connection, vault: Vault, rings: Set[UUID]) -> list[ErasedRecords]:
    """List the records of these rings, also those that the audit log names and that are not there."""
    inventory = inventory_snapshot.load_inventory(db, vault)
    ring_ids = [ring.bytes for ring in rings]
    found = []
    for table in sealed_rows.list_sealed_tables():
        rows = db.scalars(select(table.c.record).where(table.c.ring.in_(rings)).distinct())
        ids = {record.bytes for record in rows} | inventory.record_ids(str(table.name), ring_ids)
        found += [ErasedRecords(table=str(table.name), ids=tuple(sorted(ids)))] if ids else []
    return found


def _forget_derived(db: Connection, vault: Vault, rings: Set[UUID]) -> None:
    """Remove what was derived from the erased records: the snapshot with its list facts, the inventory."""
    snapshots = inventory_snapshot.inventory_snapshot_table
    db.execute(snapshots.delete().where(snapshots.c.user == vault.user_id))
    on_rollback(db, lambda: setattr(vault, "inventory", None))
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    if tombstones.has_new_tombstones(inventory):
        tombstones.note_erasures(db, vault, inventory)
    for failures in (vault.integrity_failures, vault.unnamed_records):
        for record in [record for record, failure in list(failures.items()) if failure.ring in rings]:
            failures.pop(record, None)
