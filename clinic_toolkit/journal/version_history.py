"""The stored versions of one record: which of them are confirmed, and which are missing."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Table

from clinic_toolkit.journal import integrity, inventory_snapshot
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion, open_versions
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)


def list_versions(
    db: Connection, vault: Vault, kind: RecordKind[P], record_id: UUID
) -> list[RecordVersion[P]]:
    """Return every stored version of one record, oldest first.

    A version is confirmed if the audit log names it, or if the next version is confirmed and names its
    content. Others are left out and listed in `vault.integrity_failures`.
    """
    inventory_snapshot.refresh_inventory(db, vault)
    table = kind.table
    stored_rows = transaction_of(db).list_versions(table, record_id)
    rows = [row for row in stored_rows if not (vault.is_foreign(row.ring) or vault.is_closed(row.ring))]
    versions = []
    for row, version in zip(rows, open_versions(vault, kind, rows), strict=True):
        if isinstance(version, IntegrityReason):
            integrity.record_unopened_row(vault, table, row, version)
        else:
            versions.append(version)
    confirmed = _confirmed_versions(db, vault, table, versions)
    _report_missing_versions(db, vault, table, record_id, confirmed)
    return confirmed


def list_earlier_versions(
    db: Connection, vault: Vault, kind: RecordKind[P], current: RecordVersion[P]
) -> list[RecordVersion[P]]:
    """Return the versions of a record before this one, newest first."""
    versions = list_versions(db, vault, kind, current.id)
    return [version for version in reversed(versions) if version.version < current.version]


def find_version(versions: Iterable[RecordVersion[P]], number: int) -> RecordVersion[P] | None:
    """Return the version with this number, or None."""
    return next((version for version in versions if version.version == number), None)


def find_first_version(
    db: Connection, vault: Vault, kind: RecordKind[P], record_id: UUID
) -> RecordVersion[P] | None:
    """Return the oldest confirmed version of one record; None if none can be read."""
    return next(iter(list_versions(db, vault, kind, record_id)), None)


def _confirmed_versions(
    db: Connection, vault: Vault, table: Table, opened: list[RecordVersion[P]]
) -> list[RecordVersion[P]]:
    confirmed: list[RecordVersion[P]] = []
    for version in reversed(opened):
        next_version = confirmed[-1] if confirmed else None
        if (
            next_version
            and next_version.previous_content_id == version.content_id
            and next_version.version > version.version
        ):
            # A draft is replaced by its next version, so a draft beside its successor was put back.
            reason = None if version.final else IntegrityReason.BACK
        else:
            reason = integrity.check_against_audit_log(db, vault, table, version)
            if reason == IntegrityReason.OLDER:
                reason = integrity.check_earlier_version(db, vault, table, version)
        if reason:
            integrity.record_failed_version(vault, table, version, reason)
        else:
            confirmed.append(version)
    return confirmed[::-1]


def _report_missing_versions(
    db: Connection, vault: Vault, table: Table, id: UUID, confirmed: list[RecordVersion[Any]]
) -> None:
    # Each version names the content of the one before it. Only the drafts before the first final version are
    # not stored.
    is_complete = all(
        later.previous_content_id == earlier.content_id for earlier, later in pairwise(confirmed)
    )
    if id.bytes in vault.integrity_failures:
        return
    if confirmed and (not is_complete or confirmed[0].follows_final):
        integrity.record_integrity_failure(vault, table, id, confirmed[0].ring, IntegrityReason.MISSING)
    elif not confirmed and (logged := integrity.find_missing_record(db, vault, table, id)):
        integrity.record_absence(db, vault, table, id, logged)
