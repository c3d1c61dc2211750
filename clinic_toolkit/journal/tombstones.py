"""Which tombstones are believed: what they name was erased, and is neither damaged nor missing.

Whoever can write to the file can remove rows, and can put in a row of another copy of the folder. So a
tombstone counts only if this clinician signed it, if the audit log names it, and for rings of which no key
is left.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from clinic_toolkit.journal import lifted_rings
from clinic_toolkit.journal.record_versions import RecordVersion, open_versions
from clinic_toolkit.journal.tombstone_record import TOMBSTONE, Tombstone, TombstoneState
from clinic_toolkit.store.rows import SealedRow, to_sealed_row
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.inventory import Inventory
from clinic_toolkit.vault.known_versions import KnownVersion
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.vault import Vault

TombstoneVersion = RecordVersion[Tombstone]


def list_tombstone_rows(db: Connection) -> list[SealedRow]:
    """Return every tombstone as it is stored, newest last; needs no key.

    For the manifest of a backup: after a restore of an older one they are opened with `open_tombstones`, to
    erase again what was erased since. A row may be damaged or put in from outside; only opening it tells.
    """
    rows = transaction_of(db).iter_newest_rows(TOMBSTONE.table, None, prefix_bytes=None)
    return sorted((to_sealed_row(row) for row in rows), key=lambda row: row.id)


def open_tombstones(vault: Vault, rows: Sequence[SealedRow]) -> list[TombstoneVersion]:
    """Open those of these rows that this clinician signed, in the practice's ring of this vault."""
    versions = open_versions(vault, TOMBSTONE, rows)
    return [
        version for version in versions if isinstance(version, RecordVersion) and _is_signed(vault, version)
    ]


def list_believed(db: Connection, vault: Vault, inventory: Inventory) -> list[TombstoneVersion]:
    """Return the tombstones and lifts that are signed and that the audit log names, oldest first."""
    return [
        version
        for version in open_tombstones(vault, list_tombstone_rows(db))
        if _is_named(inventory, version)
    ]


def note_erasures(db: Connection, vault: Vault, inventory: Inventory) -> None:
    """Take what believed tombstones name out of the inventory."""
    believed = _select_erasures(list_believed(db, vault, inventory))
    kept_rings = _list_rings_with_keys(db, believed)
    for version in believed:
        tombstone = version.payload
        erased_rings = frozenset(tombstone.rings) - kept_rings
        # Records of a ring that still has a key are not erased, so they are missing if they are not there.
        is_whole = len(erased_rings) == len(tombstone.rings)
        records = {id for records in tombstone.records for id in records.ids} if is_whole else set()
        inventory.erase_rings(erased_rings, records, seq=_entry_number(inventory, version))
    inventory.noted_tombstones = len(inventory.record_ids(TOMBSTONE.name, None))


def has_new_tombstones(inventory: Inventory) -> bool:
    """Return whether the audit log names tombstones that `note_erasures` did not look at yet."""
    return len(inventory.record_ids(TOMBSTONE.name, None)) != inventory.noted_tombstones


def inspect_tombstones(db: Connection, vault: Vault, inventory: Inventory) -> Iterator[bytes]:
    """Yield each ring that a believed tombstone names although a key or a statement of it is there.

    One that was lifted is left out: it is that of a backup from before the erasure, which was restored.
    """
    believed = list_believed(db, vault, inventory)
    with_keys = _list_rings_with_keys(db, _select_erasures(believed))
    yield from sorted(with_keys - lifted_rings.select_lifted(believed))


def _select_erasures(believed: Sequence[TombstoneVersion]) -> list[TombstoneVersion]:
    return [version for version in believed if version.state == TombstoneState.ERASED]


def _list_rings_with_keys(db: Connection, believed: Sequence[TombstoneVersion]) -> frozenset[bytes]:
    ids = {id for version in believed for id in version.payload.ring_ids}
    tables = (ring_grant_table, ring_table) if ids else ()
    return frozenset(
        ring.bytes for table in tables for ring in db.scalars(select(table.c.ring).distinct()) if ring in ids
    )


def _is_signed(vault: Vault, version: TombstoneVersion) -> bool:
    # A colleague's tombstone could hide that a record was removed, so it concerns that colleague alone.
    return (
        version.author_id == vault.user_id
        and version.ring == vault.practice_ring
        and version.final
        and version.signature is not None
        and vault.is_signed(
            str(TOMBSTONE.signature_purpose),
            author_id=version.author_id,
            record=version.id,
            version=version.version,
            content_id=version.content_id,
            signature=version.signature,
        )
    )


def _is_named(inventory: Inventory, version: TombstoneVersion) -> bool:
    logged = inventory.find_newest(version.id.bytes)
    if logged is None:
        return inventory.may_be_in_unreadable_entry(
            to_microseconds(version.recorded_at), after_seq=0, unnamed_count=version.version
        )
    return _matches(logged, version)


def _matches(logged: KnownVersion, version: Any) -> bool:
    expected = (TOMBSTONE.name, version.ring.bytes, version.version, version.content_id, True)
    return (logged.table, logged.ring, logged.version, logged.content_id, logged.is_written_by_us) == expected


def _entry_number(inventory: Inventory, version: TombstoneVersion) -> int:
    logged = inventory.find_newest(version.id.bytes)
    return logged.seq if logged else inventory.seq
