"""The only three ways to write a record of any kind, and the ways to read one.

`create_record` writes the first version, `replace_draft` replaces a draft, and `append_version` adds a
version after a final one. Each write names the version its author saw, so that two writers never overwrite
each other (`UNIQUE(record, version)` decides), and each appends its audit entry. Never commits.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_log, integrity, inventory_snapshot, version_cache
from clinic_toolkit.journal.record_versions import (
    Fallback,
    PendingVersion,
    RecordVersion,
    fallback_version,
    no_fallback,
    open_versions,
    seal_version,
)
from clinic_toolkit.store import statements
from clinic_toolkit.store.anchor_slot import MAX_NUMBER
from clinic_toolkit.store.statements import SealedRow
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)


class RecordNotFound(ClinicError):
    """No such record, or none that this clinician may see; the error never reveals which."""

    def __init__(self) -> None:
        super().__init__("There is nothing here that you can open.")


class StaleVersion(ClinicError):
    """A newer version was saved meanwhile, perhaps by the same person in another tab."""

    def __init__(self) -> None:
        super().__init__("This was changed in another window after you opened it here.")


def create_record(
    db: Connection,
    vault: Vault,
    table: Table,
    payload: P,
    *,
    ring: UUID,
    state: str,
    event: str,
    now: datetime,
    final: bool = False,
    record_id: UUID | None = None,
) -> RecordVersion[P]:
    """Write the first version of a new record.

    Args:
        record_id: the id to use, such as the idempotency key of a form; None for a random one.

    Raises:
        StaleVersion: there is already a record with this id.
    """
    pending = PendingVersion(
        id=record_id or uuid4(), version=1, ring=ring, state=state, final=final, previous_content_id=None
    )
    return _insert_version(db, vault, table, payload, pending, event=event, now=now)


def append_version(
    db: Connection,
    vault: Vault,
    table: Table,
    expected: RecordVersion[P],
    payload: P,
    *,
    state: str,
    event: str,
    now: datetime,
) -> RecordVersion[P]:
    """Append a version after a final one, which is not changed.

    Raises:
        StaleVersion: a newer version exists than the one the author saw.
    """
    return _insert_version(
        db, vault, table, payload, _following_version(expected, state, final=True), event=event, now=now
    )


def replace_draft(
    db: Connection,
    vault: Vault,
    table: Table,
    expected: RecordVersion[P],
    payload: P,
    *,
    state: str,
    event: str,
    now: datetime,
    final: bool = False,
    signature_label: str | None = None,
) -> RecordVersion[P]:
    """Replace a draft by its next version; with `final`, for the last time.

    Args:
        signature_label: a signature label such as "sig/note"; the signature is stored inside the seal.

    Raises:
        StaleVersion: the draft was replaced or became final since the author saw it.
    """
    version, values = seal_version(
        vault,
        table,
        payload,
        _following_version(expected, state, final=final),
        now=now,
        signature_label=signature_label,
    )
    if not statements.replace_row(db, table, values, record=expected.id, expected_version=expected.version):
        raise StaleVersion
    audit_log.append_entry(db, vault, event, [version_reference(table, version)], now=now)
    return version


def _following_version(expected: RecordVersion[Any], state: str, *, final: bool) -> PendingVersion:
    return PendingVersion(
        id=expected.id,
        version=expected.version + 1,
        ring=expected.ring,
        state=state,
        final=final,
        previous_content_id=expected.content_id,
        follows_final=expected.final,
    )


def _insert_version(
    db: Connection,
    vault: Vault,
    table: Table,
    payload: P,
    pending: PendingVersion,
    *,
    event: str,
    now: datetime,
) -> RecordVersion[P]:
    version, values = seal_version(vault, table, payload, pending, now=now)
    try:
        db.execute(statements.insert_statement(table), values)
    except IntegrityError as error:
        raise StaleVersion from error
    audit_log.append_entry(db, vault, event, [version_reference(table, version)], now=now)
    return version


def load_record(
    db: Connection,
    vault: Vault,
    table: Table,
    record_id: UUID,
    payload_type: type[P],
    fallback: Fallback[P] = no_fallback,
) -> RecordVersion[P]:
    """Return the newest version of one record.

    Args:
        fallback: returns a payload to use if the record is unreadable but others depend on it.

    Raises:
        RecordNotFound: there is none, or this clinician has no grant for its ring.
        UnreadableRecord: it failed its integrity check, and `fallback` returned None.
    """
    inventory_snapshot.refresh_inventory(db, vault)
    row = statements.find_newest_row(db, table, record_id)
    if row is None or not vault.has_grant(row.ring):
        logged = integrity.find_missing_record(db, vault, table, record_id)
        if not logged:
            raise RecordNotFound
        error = integrity.record_failure(
            vault, table, record_id, UUID(bytes=logged.ring), "moved" if row else "missing"
        )
        return _fallback_or_raise(db, vault, table, error, fallback)
    (version,) = open_versions(vault, table, [row], payload_type)
    if version is None:
        return _fallback_or_raise(db, vault, table, integrity.record_damaged_row(vault, table, row), fallback)
    if reason := integrity.check_against_audit_log(db, vault, table, version):
        return _fallback_or_raise(
            db, vault, table, integrity.record_failed_version(vault, table, version, reason), fallback
        )
    integrity.clear_failure(vault, record_id.bytes)
    return version


def list_records_in_rings(
    db: Connection,
    vault: Vault,
    table: Table,
    rings: Iterable[UUID],
    payload_type: type[P],
    fallback: Fallback[P] = no_fallback,
) -> list[RecordVersion[P]]:
    """Return the newest version of every record in these rings, in the order of creation.

    An unreadable record is listed in `vault.integrity_failures`, and left out if it has no fallback.
    """
    return _list_newest_versions(db, vault, table, payload_type, list(rings), fallback)


def list_all_records(
    db: Connection, vault: Vault, table: Table, payload_type: type[P], fallback: Fallback[P] = no_fallback
) -> list[RecordVersion[P]]:
    """Return the newest version of every record of this table that this clinician may open.

    An unreadable record is listed in `vault.integrity_failures`, and left out if it has no fallback.
    """
    return _list_newest_versions(db, vault, table, payload_type, None, fallback)


def _list_newest_versions(
    db: Connection,
    vault: Vault,
    table: Table,
    payload_type: type[P],
    rings: list[UUID] | None,
    fallback: Fallback[P],
) -> list[RecordVersion[P]]:
    errors: list[integrity.UnreadableRecord] = []

    def open_rows(rows: list[SealedRow]) -> list[RecordVersion[P] | None]:
        versions = open_versions(vault, table, rows, payload_type)
        for row, version in zip(rows, versions, strict=True):
            if version is None:
                errors.append(integrity.record_damaged_row(vault, table, row))
        return versions

    inventory = inventory_snapshot.refresh_inventory(db, vault)
    found_ids = set()
    ordered: list[tuple[int, RecordVersion[P]]] = []
    for record_id, version in version_cache.iter_newest_versions(db, vault, table, rings, open_rows):
        found_ids.add(record_id)
        reason = integrity.check_against_audit_log(db, vault, table, version) if version else ""
        if reason and version:
            errors.append(integrity.record_failed_version(vault, table, version, reason))
        elif version:
            integrity.clear_failure(vault, record_id)
            ordered.append((inventory.first_seq(record_id), version))
    for missing_id, logged in integrity.find_missing_records(db, vault, table, rings, found_ids):
        errors.append(integrity.record_failure(vault, table, missing_id, UUID(bytes=logged.ring), "missing"))
    for error in errors:
        with suppress(integrity.UnreadableRecord):
            ordered.append(
                (
                    inventory.first_seq(error.failure.record.bytes),
                    _fallback_or_raise(db, vault, table, error, fallback),
                )
            )
    # Row numbers are not authenticated, so the order comes from the audit log.
    ordered.sort(key=itemgetter(0))
    return [version for _, version in ordered]


def _fallback_or_raise(
    db: Connection, vault: Vault, table: Table, error: integrity.UnreadableRecord, fallback: Fallback[P]
) -> RecordVersion[P]:
    """Return the fallback for an unreadable record, or raise `error` if there is none.

    A new version saved on top of the fallback replaces the unreadable record. Its number must follow the row
    that is in the table, even a forged one, because `UNIQUE(record, version)` allows each number only once.
    """
    failure = error.failure
    logged = inventory_snapshot.load_inventory(db, vault).find_newest(failure.record.bytes)
    ring = UUID(bytes=logged.ring) if logged else failure.ring
    payload = fallback(vault, ring) if logged else None
    if logged is None or payload is None:
        raise error
    version = (
        max(logged.version, failure.found_version) if failure.found_version < MAX_NUMBER else logged.version
    )
    return fallback_version(vault, failure.record, ring, logged._replace(version=version), payload)


def version_reference(table: Table, version: RecordVersion[Any]) -> audit_log.VersionReference:
    """Return the reference by which an audit entry names this version."""
    return audit_log.VersionReference(
        str(table.name), version.ring.bytes, version.id.bytes, version.version, version.content_id
    )
