"""The three ways to write a record of any kind in daily work, and the ways to read one.

`create_record` writes the first version, `replace_draft` replaces a draft, and `append_version` adds a
version after a final one. Each write names the version its author saw, so that two writers never overwrite
each other (`UNIQUE(record, version)` decides), and each appends its audit entry. Never commits. Tombstones
(`erasure`) and new keys (`resealing`) have ways of their own.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import audit_log, fallbacks, integrity, list_cache, record_cache
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_errors import RecordNotFound as RecordNotFound
from clinic_toolkit.journal.record_errors import SavedByNewerProgram as SavedByNewerProgram
from clinic_toolkit.journal.record_errors import StaleVersion as StaleVersion
from clinic_toolkit.journal.record_kind import Fallback, RecordKind
from clinic_toolkit.journal.record_versions import (
    NEWER_STATE,
    PendingVersion,
    RecordVersion,
    open_versions,
    seal_version,
)
from clinic_toolkit.journal.set_aside_record import SET_ASIDE, mark_id_of
from clinic_toolkit.store.rows import RowTaken, SealedRow
from clinic_toolkit.store.transactions import remember_in_snapshot, transaction_of
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)


def create_record(
    db: Connection,
    vault: Vault,
    kind: RecordKind[P],
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
    id = record_id or uuid4()
    pending = PendingVersion(id=id, version=1, ring=ring, state=state, final=final, previous_content_id=None)
    return _insert_version(db, vault, kind, payload, pending, event=event, now=now)


def append_version(
    db: Connection,
    vault: Vault,
    kind: RecordKind[P],
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
        SavedByNewerProgram: this program cannot read the content that it would replace.
    """
    following = _following_version(expected, state, final=True)
    return _insert_version(db, vault, kind, payload, following, event=event, now=now)


def replace_draft(
    db: Connection,
    vault: Vault,
    kind: RecordKind[P],
    expected: RecordVersion[P],
    payload: P,
    *,
    state: str,
    event: str,
    now: datetime,
    final: bool = False,
) -> RecordVersion[P]:
    """Replace a draft by its next version; with `final`, for the last time, signed if the kind is signed.

    Raises:
        StaleVersion: the draft was replaced or became final since the author saw it.
    """
    version, values = seal_version(
        vault,
        kind,
        payload,
        _following_version(expected, state, final=final),
        now=now,
        signature_purpose=kind.signature_purpose if final else None,
    )
    if not transaction_of(db).replace_row(
        kind.table, values, record=expected.id, expected_version=expected.version
    ):
        raise StaleVersion
    record_cache.note_replaced(vault, kind, version, values)
    audit_log.append_entry(db, vault, event, [version_reference(kind, version)], now=now)
    return version


def _following_version(expected: RecordVersion[Any], state: str, *, final: bool) -> PendingVersion:
    if expected.state == NEWER_STATE:
        raise SavedByNewerProgram
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
    kind: RecordKind[P],
    payload: P,
    pending: PendingVersion,
    *,
    event: str,
    now: datetime,
) -> RecordVersion[P]:
    purpose = kind.signature_purpose if pending.final else None
    version, values = seal_version(vault, kind, payload, pending, now=now, signature_purpose=purpose)
    try:
        transaction_of(db).insert_row(kind.table, values)
    except RowTaken as error:
        raise StaleVersion from error
    audit_log.append_entry(db, vault, event, [version_reference(kind, version)], now=now)
    return version


def load_record(
    db: Connection,
    vault: Vault,
    kind: RecordKind[P],
    record_id: UUID,
    fallback: Fallback[P] | None = None,
) -> RecordVersion[P]:
    """Return the newest version of one record; within one read transaction it is opened once.

    Args:
        fallback: stands in for an unreadable record, in place of the kind's own fallback.

    Raises:
        RecordNotFound: there is none, or its ring is not open to this clinician.
        UnreadableRecord: it failed its integrity check, and there is no fallback.
    """
    if fallback is not None:
        return _open_newest(db, vault, kind, record_id, fallback)
    return remember_in_snapshot(
        db, (vault, kind, record_id), lambda: _open_newest(db, vault, kind, record_id, None)
    )


def find_readable_record(
    db: Connection, vault: Vault, kind: RecordKind[P], record_id: UUID
) -> RecordVersion[P] | None:
    """Return what `load_record` returns, or None if there is no such record or it cannot be read.

    An unreadable one is listed in `vault.integrity_failures` all the same.
    """
    with suppress(RecordNotFound, integrity.UnreadableRecord):
        return load_record(db, vault, kind, record_id)
    return None


def _open_newest(
    db: Connection, vault: Vault, kind: RecordKind[P], record_id: UUID, fallback: Fallback[P] | None
) -> RecordVersion[P]:
    table = kind.table
    integrity.refresh_inventory_once(db, vault)
    row = transaction_of(db).find_newest_row(table, record_id)
    if row is None or not vault.rings.is_open(row.ring):
        logged = integrity.find_missing_record(db, vault, table, record_id)
        if not logged:
            raise RecordNotFound
        error = integrity.record_absence(db, vault, table, record_id, logged)
        return fallbacks.load_fallback(db, vault, kind, error, fallback)
    version = record_cache.open_row(vault, kind, row)
    if isinstance(version, IntegrityReason):
        error = integrity.record_unopened_row(vault, table, row, version)
        return fallbacks.load_fallback(db, vault, kind, error, fallback)
    if failed_because := integrity.check_against_audit_log(db, vault, table, version):
        error = integrity.record_failed_version(vault, table, version, failed_because)
        return fallbacks.load_fallback(db, vault, kind, error, fallback)
    integrity.clear_failure(vault, record_id.bytes)
    if is_set_aside(db, vault, kind, record_id):
        raise RecordNotFound
    return version


def is_set_aside(db: Connection, vault: Vault, kind: RecordKind[Any], record_id: UUID) -> bool:
    """Return whether a record belongs elsewhere, according to the audit log: no list and no page finds it.

    The log alone decides, so a record whose mark is damaged or missing does not come back.
    """
    if not kind.may_be_set_aside:
        return False
    inventory = integrity.refresh_inventory_once(db, vault)
    if not inventory.list_rings(SET_ASIDE.name):
        return False
    mark = inventory.find_newest(mark_id_of(record_id).bytes)
    return mark is not None and mark.table == SET_ASIDE.name


def list_records_in_rings(
    db: Connection, vault: Vault, kind: RecordKind[P], rings: Iterable[UUID]
) -> list[RecordVersion[P]]:
    """Return the newest version of every record in these rings, in the order of creation.

    An unreadable record is listed in `vault.integrity_failures`, and left out if it has no fallback. Within
    one read transaction the records are read once.
    """
    ring_list = list(rings)
    versions = remember_in_snapshot(
        db, (vault, kind, tuple(ring_list)), lambda: _list_newest_versions(db, vault, kind, ring_list)
    )
    return list(versions)


def list_all_records(db: Connection, vault: Vault, kind: RecordKind[P]) -> list[RecordVersion[P]]:
    """Return the newest version of every record of this kind that this clinician may open.

    An unreadable record is listed in `vault.integrity_failures`, and left out if it has no fallback.
    """
    return _list_newest_versions(db, vault, kind, None)


def _list_newest_versions(
    db: Connection, vault: Vault, kind: RecordKind[P], rings: list[UUID] | None
) -> list[RecordVersion[P]]:
    table = kind.table
    errors: list[integrity.UnreadableRecord] = []

    def open_rows(rows: list[SealedRow]) -> list[RecordVersion[P] | None]:
        versions: list[RecordVersion[P] | None] = []
        for row, opened in zip(rows, open_versions(vault, kind, rows), strict=True):
            if isinstance(opened, IntegrityReason):
                errors.append(integrity.record_unopened_row(vault, table, row, opened))
                versions.append(None)
            else:
                versions.append(opened)
        return versions

    inventory = integrity.refresh_inventory_once(db, vault)
    found_ids = set()
    ordered: list[tuple[int, RecordVersion[P]]] = []
    for record_id, version in list_cache.iter_newest_versions(db, vault, table, rings, open_rows):
        found_ids.add(record_id)
        reason = integrity.check_against_audit_log(db, vault, table, version) if version else None
        if reason and version:
            errors.append(integrity.record_failed_version(vault, table, version, reason))
        elif version:
            integrity.clear_failure(vault, record_id)
            ordered.append((inventory.first_seq(record_id), version))
    for missing_id, logged in integrity.find_missing_records(db, vault, table, rings, found_ids):
        errors.append(integrity.record_absence(db, vault, table, missing_id, logged))
    for error in errors:
        with suppress(integrity.UnreadableRecord):
            substitute = fallbacks.load_fallback(db, vault, kind, error)
            ordered.append((inventory.first_seq(error.failure.record.bytes), substitute))
    # Row numbers are not authenticated, so the order comes from the audit log.
    ordered.sort(key=itemgetter(0))
    return [version for _, version in ordered if not is_set_aside(db, vault, kind, version.id)]


def version_reference(kind: RecordKind[P], version: RecordVersion[P]) -> audit_log.VersionReference:
    """Return the reference by which an audit entry names this version."""
    return audit_log.VersionReference(
        kind.name, version.ring.bytes, version.id.bytes, version.version, version.content_id
    )
