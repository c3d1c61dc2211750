"""Deletions that are newer than a restored backup: carried out at the first unlock after the restore.

The restore has no key, so it only copies what it found (`journal/deletion_list.py`). Here each tombstone is
opened and its signature checked; one that does not hold erases nothing.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal import (
    deletion_list,
    erasure,
    inventory_snapshot,
    lifted_rings,
    records,
    restored_folder,
    tombstones,
)
from clinic_toolkit.journal.deletion_list import DamagedDeletions
from clinic_toolkit.journal.restored_folder import RestoredMark, RestoreNotice
from clinic_toolkit.journal.tombstone_record import TombstoneState
from clinic_toolkit.journal.tombstones import TombstoneVersion
from clinic_toolkit.record.people import cases
from clinic_toolkit.record.people.case_record import CASE
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.vault import identity, ring_erasure
from clinic_toolkit.vault.ring_erasure import RingIsShared
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.vault import Vault


def carry_out_deletions(db: Connection, vault: Vault, mark: RestoredMark, *, now: datetime) -> RestoreNotice:
    """Erase what was erased after the restored backup was made, as far as the restore could see it.

    Returns:
        What the unlock has to say, also where nothing was to be erased.
    """
    made_at = from_microseconds(mark.backup_made_at)
    try:
        deletions = deletion_list.load_deletions(identity.data_folder_of(db))
    except DamagedDeletions:
        return RestoreNotice(backup_made_at=made_at, is_list_damaged=True)
    rows_here = tombstones.list_tombstone_rows(db)
    stored = {row.record for row in rows_here}
    signed, refused_count = select_signed(vault, deletions, stored)
    noted_here = tombstones.open_tombstones(vault, rows_here)
    lifted = lifted_rings.select_lifted([*noted_here, *(version for _, version in signed)])
    erased_at = []
    for row, version in signed:
        if version.state == TombstoneState.LIFTED:
            erasure.keep_lift(db, vault, row, version, now=now)
            continue
        try:
            if erasure.repeat_erasure(db, vault, row, version, lifted=lifted, now=now):
                erased_at.append(version.recorded_at)
        except (RingIsShared, UnknownRing):
            refused_count += 1
        else:
            _leave_couples(db, vault, _list_gone_clients(vault, version), now=now)
    return RestoreNotice(backup_made_at=made_at, erased_at=tuple(erased_at), refused_count=refused_count)


def hide_deletions(db: Connection, vault: Vault) -> None:
    """Forget the keys of what is still to be erased, where nothing can be written.

    So whoever reads a restored folder first, an executor or from a disk that takes no save, is not shown a
    client who was erased. The files keep the client until the first unlock that can write. What that would
    refuse to erase is not hidden.
    """
    if restored_folder.find_fresh_mark(db, vault) is None:
        return
    try:
        deletions = deletion_list.load_deletions(identity.data_folder_of(db))
    except DamagedDeletions:
        return
    inventory = inventory_snapshot.load_inventory(db, vault)
    signed = [version for _, version in select_signed(vault, deletions, ())[0]]
    lifted = lifted_rings.select_lifted(signed)
    for version in signed:
        if version.state == TombstoneState.LIFTED:
            continue
        rings = {ring for ring in version.payload.ring_ids if ring.bytes not in lifted}
        if not erasure.may_repeat_erasure(vault, rings):
            continue
        ring_erasure.forget_rings(vault, rings)
        erased_records = [id for records in version.payload.records for id in records.ids]
        inventory.erase_rings({ring.bytes for ring in rings}, erased_records, seq=inventory.seq)


def select_signed(
    vault: Vault, deletions: Collection[bytes], stored: Collection[UUID]
) -> tuple[list[tuple[SealedRow, TombstoneVersion]], int]:
    """Select the deletions that this clinician signed and that are not in the store, oldest first.

    Returns:
        Each with its row, and how many others are not signed.
    """
    rows = [deletion_list.unpack_row(deletion) for deletion in deletions]
    signed: dict[UUID, tuple[SealedRow, TombstoneVersion]] = {}
    unsigned = [row for row in rows if row is None]
    refused_ids = set()
    for row in rows:
        if row is None or row.record in stored or row.record in signed:
            continue
        opened = tombstones.open_tombstones(vault, [row])
        if opened:
            signed[row.record] = row, opened[0]
        else:
            refused_ids.add(row.record)
    # Another copy of the same tombstone may be whole.
    refused_count = len(unsigned) + len(refused_ids - signed.keys())
    return sorted(signed.values(), key=lambda pair: pair[1].recorded_at), refused_count


def _list_gone_clients(vault: Vault, version: TombstoneVersion) -> frozenset[UUID]:
    """The clients whom a tombstone names, without those who were brought back since."""
    ids = [
        UUID(bytes=id)
        for records in version.payload.records
        if records.table == CLIENT.name
        for id in records.ids
    ]
    return frozenset(id for id in ids if not ring_erasure.list_owner_rings(vault, id))


def _leave_couples(db: Connection, vault: Vault, gone_ids: Collection[UUID], *, now: datetime) -> None:
    """Take clients who are gone out of the couples whose joint records stay for the other partner."""
    for case in records.list_all_records(db, vault, CASE):
        if case.payload.is_couple and not case.is_substitute and set(case.payload.client_ids) & set(gone_ids):
            cases.leave_couple(db, vault, case, gone_ids, now=now)
