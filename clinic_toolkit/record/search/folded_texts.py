"""The folded texts of each ring, kept in memory for as long as the keys are, so that typing on is quick.

They lie on the vault, are bounded, and are never written anywhere: they are words of clients. The texts of a
ring are folded again once the audit log names a newer version there.
"""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import audit_reader, integrity, record_sweep
from clinic_toolkit.journal.set_aside_record import SET_ASIDE
from clinic_toolkit.names.text_folding import fold_fields
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.search.searched_texts import SEARCHED_KINDS
from clinic_toolkit.vault.vault import Vault

# The most bytes of folded text that are kept: 300 clients of ten years have 30 MB. What is beyond is opened
# for each search anew.
MAX_KEPT_BYTES = 48 * 2**20
_CACHE_KEY = "folded texts"
# A mark that sets something aside changes what there is to search.
_TABLES = (*(searched.kind.name for searched in SEARCHED_KINDS), SET_ASIDE.name)


class FoldedRecord(msgspec.Struct, frozen=True, gc=False):
    """One record: its place in `SEARCHED_KINDS`, its id, its day as a number, and its folded texts."""

    searched_kind: int
    record: bytes
    day: int
    folded: bytes


class FoldedRing(msgspec.Struct, frozen=True):
    """The records of one ring that hold words, as of an audit entry; how many cannot be read; the size."""

    seq: int
    records: list[FoldedRecord]
    unreadable_count: int
    byte_count: int


def find_kept(db: Connection, vault: Vault, ring: UUID) -> FoldedRing | None:
    """The folded texts of a ring if they are kept and no newer version was saved there; else None."""
    kept: FoldedRing | None = _cache_of(vault).get(ring)
    inventory = integrity.refresh_inventory_once(db, vault)
    is_current = (
        kept is not None
        and not inventory.gaps
        and kept.seq == inventory.last_change(_TABLES, [ring.bytes]) <= audit_reader.last_entry_number(db)
    )
    return kept if is_current else None


def fold_ring(db: Connection, vault: Vault, ring: UUID) -> FoldedRing:
    """Open and fold every record of a ring; kept for the next search while there is room.

    In a write transaction nothing is kept, since it may be rolled back.
    """
    inventory = integrity.refresh_inventory_once(db, vault)
    seq = inventory.last_change(_TABLES, [ring.bytes])
    session_days: dict[UUID, date] = {}
    records, unreadable_count = [], 0
    for place, searched in enumerate(SEARCHED_KINDS):
        swept = record_sweep.sweep_ring(db, vault, searched.kind, ring)
        unreadable_count += swept.unreadable_count
        if searched.kind is THERAPY_SESSION:
            session_days = {version.id: version.payload.on for version in swept.versions}
        for version in swept.versions:
            found = searched.texts_of(version, session_days)
            if found.texts:
                folded = fold_fields(found.texts)
                records.append(FoldedRecord(place, version.id.bytes, found.on.toordinal(), folded))
    ring_texts = FoldedRing(seq, records, unreadable_count, sum(len(each.folded) for each in records))
    if not inventory.gaps and seq <= audit_reader.last_entry_number(db):
        _keep(vault, ring, ring_texts)
    return ring_texts


def _keep(vault: Vault, ring: UUID, folded: FoldedRing) -> None:
    cache = _cache_of(vault)
    cache.pop(ring, None)
    if sum(each.byte_count for each in list(cache.values())) + folded.byte_count <= MAX_KEPT_BYTES:
        cache[ring] = folded


def _cache_of(vault: Vault) -> dict[Any, Any]:
    return vault.record_cache.setdefault(_CACHE_KEY, {})
