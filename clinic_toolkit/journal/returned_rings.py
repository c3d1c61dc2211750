"""Bringing back what a backup holds of some rings: sealed again in new rings, and named in the audit log.

Content, content ids and signatures stay as they were; only the ring and its key are new. The old rings stay
erased, because their tombstone stands. The log has to name every version in its new ring: what no entry names
is not part of the record.
"""

from collections.abc import Mapping, Set
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection, Table

from clinic_toolkit.journal import audit_log, inventory_snapshot, lifted_rings, records, tombstones
from clinic_toolkit.journal.past_records import CannotReturn, PastRecords, StepCallback
from clinic_toolkit.journal.sealed_rows import list_sealed_tables
from clinic_toolkit.journal.tombstone_record import (
    RING_TABLE,
    TOMBSTONE,
    ErasedRecords,
    ErasureReason,
    Tombstone,
    TombstoneEvent,
    TombstoneState,
)
from clinic_toolkit.store.rows import RowTaken
from clinic_toolkit.store.transactions import on_rollback, transaction_of
from clinic_toolkit.vault.resealing import reseal
from clinic_toolkit.vault.vault import Vault

# As many as the anchor notes of the last saves, so that it has all of one entry.
REFERENCES_PER_ENTRY = 48


class ReturnEvent(StrEnum):
    """What the audit log says of what was brought back; the name of the backup follows."""

    BROUGHT_BACK = "records.brought_back"


def insert_past_records(
    db: Connection,
    vault: Vault,
    past: PastRecords,
    new_rings: Mapping[UUID, UUID],
    *,
    backup_name: str,
    now: datetime,
    step: StepCallback,
) -> None:
    """Seal every version in its new ring, and name it; drafts that were replaced are named alone.

    Args:
        new_rings: the new ring for each that the records lay in.
        backup_name: what the program called the backup, never words of a person.

    Raises:
        CannotReturn: one of these versions is here already.
    """
    table_by_name: dict[str, Table] = {str(table.name): table for table in list_sealed_tables()}
    for version in past.versions:
        moved = version.row._replace(ring=new_rings[version.row.ring])
        try:
            values = reseal(vault, version.table, moved, version.plain)
            transaction_of(db).insert_row(table_by_name[version.table], values)
        except RowTaken:
            raise CannotReturn("A part of this record is still here, so nothing was brought back.") from None
        step()
    event = f"{ReturnEvent.BROUGHT_BACK} {backup_name}"
    named = [replace(one, ring=new_rings[UUID(bytes=one.ring)].bytes) for one in past.references]
    for first in range(0, len(named), REFERENCES_PER_ENTRY):
        audit_log.append_entry(db, vault, event, named[first : first + REFERENCES_PER_ENTRY], now=now)
        step()


def create_lift(
    db: Connection, vault: Vault, past_rings: Set[UUID], new_rings: Set[UUID], *, now: datetime
) -> None:
    """Note that what lay in these rings came back in others, so that no restore erases it again."""
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    noted = tombstones.list_believed(db, vault, inventory)
    kin = lifted_rings.list_kin({ring.bytes for ring in past_rings}, noted)
    came_back = ErasedRecords(table=RING_TABLE, ids=tuple(sorted(ring.bytes for ring in new_rings)))
    records.create_record(
        db,
        vault,
        TOMBSTONE,
        Tombstone(rings=tuple(sorted(kin)), records=(came_back,), reason=ErasureReason.OTHER),
        ring=vault.practice_ring,
        state=TombstoneState.LIFTED,
        event=TombstoneEvent.LIFTED,
        now=now,
        final=True,
    )


def restore_ages(db: Connection, vault: Vault, first_entries: Mapping[bytes, int]) -> None:
    """Let each record be as old as it is: which entry named it first was forgotten when it was erased.

    Args:
        first_entries: the number of the first entry for each record (`past_records.check_against_log`).
    """
    snapshots = inventory_snapshot.inventory_snapshot_table
    # The snapshot does not know it either; without one the next unlock reads the whole log.
    db.execute(snapshots.delete().where(snapshots.c.user == vault.user_id))
    on_rollback(db, lambda: setattr(vault, "inventory", None))
    inventory_snapshot.refresh_inventory(db, vault).note_first_entries(first_entries)


def check_signatures(vault: Vault, past: PastRecords) -> None:
    """Verify the signature of every version that has one, by the keys that count here.

    Raises:
        CannotReturn: one does not hold.
    """
    for version in past.versions:
        plain = version.plain
        if plain.signature_label is None or plain.signature is None:
            continue
        if not vault.is_signed(
            plain.signature_label,
            author_id=UUID(bytes=version.header.author_id),
            record=version.row.record,
            version=version.row.version,
            content_id=plain.content_id,
            signature=plain.signature,
        ):
            raise CannotReturn(
                "The signature under a note in this backup does not hold here, so nothing was brought back."
            )
