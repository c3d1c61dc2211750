"""Going through every record of a ring once, such as for a search: nothing that is opened is remembered.

What lists and pages open stays in memory for the next page. Whoever goes through everything would fill that
with what no page needs, and would hold a whole practice in memory at the end.
"""

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import integrity, records
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion, open_versions
from clinic_toolkit.store.rows import to_sealed_row
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)


class SweptRecords(msgspec.Struct, frozen=True):
    """The newest version of every readable record of a kind in a ring, and how many cannot be read."""

    versions: list[RecordVersion[Any]]
    unreadable_count: int


def sweep_ring(db: Connection, vault: Vault, kind: RecordKind[P], ring: UUID) -> SweptRecords:
    """Open the newest version of every record of this kind in one ring, each checked against the audit log.

    An unreadable one is listed in `vault.integrity_failures`, as when a page reads it.

    Returns:
        The readable ones that are not set aside, in no order; none if the ring is not open to this clinician.
    """
    if not vault.rings.is_open(ring):
        return SweptRecords([], 0)
    table, versions, unreadable_count, found_ids = kind.table, [], 0, set()
    integrity.refresh_inventory_once(db, vault)
    rows = [to_sealed_row(row) for row in transaction_of(db).iter_newest_rows(table, ring, prefix_bytes=None)]
    for row, opened in zip(rows, open_versions(vault, kind, rows), strict=True):
        found_ids.add(row.record.bytes)
        if isinstance(opened, IntegrityReason):
            integrity.record_unopened_row(vault, table, row, opened)
            unreadable_count += 1
        elif reason := integrity.check_against_audit_log(db, vault, table, opened):
            integrity.record_failed_version(vault, table, opened, reason)
            unreadable_count += 1
        else:
            integrity.clear_failure(vault, row.record.bytes)
            versions.append(opened)
    for missing_id, logged in integrity.find_missing_records(db, vault, table, [ring], found_ids):
        integrity.record_absence(db, vault, table, missing_id, logged)
        unreadable_count += 1
    versions = [version for version in versions if not records.is_set_aside(db, vault, kind, version.id)]
    return SweptRecords(versions, unreadable_count)
