"""Integrity failures: records that the file no longer holds as they were written.

A record fails if its bytes do not open, if it is missing, if an older version is in place of the newest, or
if no audit entry names it (a row copied from another copy of the folder opens with the same keys). The audit
log is what a record is compared with. A failed record is named but never shown, and does not keep other
records from being read.
"""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Row, Table

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_reader, inventory_replay, inventory_snapshot
from clinic_toolkit.journal.integrity_reasons import REASON_TEXTS, IntegrityReason
from clinic_toolkit.journal.record_kind import nouns_of
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.store.transactions import remember_in_snapshot, transaction_of
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.inventory import Inventory
from clinic_toolkit.vault.known_versions import KnownVersion
from clinic_toolkit.vault.vault import Vault


class IntegrityFailure(Struct, frozen=True, kw_only=True):
    """One failed record.

    `found_version` is the version of the row that was found, 0 if none was.
    """

    table: str
    record: UUID
    ring: UUID
    reason: IntegrityReason
    found_version: int = 0

    @property
    def noun(self) -> str:
        """What such a record is called in a sentence."""
        return nouns_of(self.table).in_sentence


def _what_happened(reason: IntegrityReason) -> str:
    if reason == IntegrityReason.NEWER:
        return f"is not damaged, but {REASON_TEXTS[reason]}. Update the program to read it."
    if reason == IntegrityReason.NO_KEY:
        return f"is in the file, but {REASON_TEXTS[reason]}."
    return f"was damaged or changed: {REASON_TEXTS[reason]}."


class UnreadableRecord(ClinicError):
    """The record failed its integrity check. It is never shown, not even in part."""

    def __init__(self, failure: IntegrityFailure) -> None:
        super().__init__(
            f"This cannot be shown: {failure.noun} {_what_happened(failure.reason)} "
            "Everything else can be used. A backup may still hold it, so keep a copy of the data folder."
        )
        self.failure = failure


def record_integrity_failure(
    vault: Vault, table: Table, record: UUID, ring: UUID, reason: IntegrityReason, *, version: int = 0
) -> UnreadableRecord:
    """Remember a failed record until a later read clears it.

    Args:
        version: the version of the row that was found; 0 if none was.

    Returns:
        The error that names the record; it is not raised here.
    """
    failure = IntegrityFailure(
        table=str(table.name), record=record, ring=ring, reason=reason, found_version=version
    )
    # A page that was begun before an erasure may miss what it had just seen.
    if not (vault.inventory and ring.bytes in vault.inventory.erased_rings):
        vault.integrity_failures[record.bytes] = failure
    return UnreadableRecord(failure)


def record_unopened_row(
    vault: Vault, table: Table, row: Row[Any] | SealedRow, reason: IntegrityReason
) -> UnreadableRecord:
    """Record the failure of a row that does not open, or whose content this version cannot read."""
    return record_integrity_failure(vault, table, row.record, row.ring, reason, version=row.version)


def record_failed_version(
    vault: Vault, table: Table, version: RecordVersion[Any], reason: IntegrityReason
) -> UnreadableRecord:
    """Record the failure of a version that opened but is not the one that the audit log names."""
    return record_integrity_failure(vault, table, version.id, version.ring, reason, version=version.version)


def clear_failure(vault: Vault, record: bytes) -> None:
    """Forget a failure, because the record was read and matches the audit log."""
    vault.integrity_failures.pop(record, None)


def check_against_audit_log(
    db: Connection, vault: Vault, table: Table, version: Any
) -> IntegrityReason | None:
    """Compare a version that opened with what the audit log says about it.

    Args:
        version: the newest version found; needs `id`, `version`, `ring`, `recorded_at`, `author_id` and
            `content_id`.

    Returns:
        The reason, or None if nothing is wrong.
    """
    record = version.id.bytes
    logged = inventory_snapshot.load_inventory(db, vault).find_newest(record)
    if logged and _matches(logged, table, version):
        vault.unnamed_records.pop(record, None)
        return _author_reason(vault, logged, version)
    # The inventory in memory may be older or newer than this read transaction. That is rare, so it is
    # refreshed only after a mismatch.
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    logged = inventory.find_newest(record)
    if logged and logged.seq > audit_reader.last_entry_number(db):
        logged_versions = inventory_replay.list_named_versions(db, vault, version.id, logged, inventory.gaps)
        logged = logged_versions[max(logged_versions)] if logged_versions else None
    if logged and _matches(logged, table, version):
        return _author_reason(vault, logged, version)
    if logged and (logged.table, logged.ring) != (table.name, version.ring.bytes):
        return IntegrityReason.MOVED
    if logged and version.version < logged.version:
        return IntegrityReason.OLDER
    return _unnamed_reason(vault, inventory, table, version, logged)


def check_earlier_version(db: Connection, vault: Vault, table: Table, version: Any) -> IntegrityReason | None:
    """Compare an earlier version, which no later one confirms, with the audit log.

    Returns:
        The reason, or None if nothing is wrong.
    """
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    logged = inventory.find_newest(version.id.bytes)
    logged_versions = (
        inventory_replay.list_named_versions(db, vault, version.id, logged, inventory.gaps) if logged else {}
    )
    logged_version = logged_versions.get(version.version)
    if logged_version and _matches(logged_version, table, version):
        return _author_reason(vault, logged_version, version)
    earlier_versions = [earlier for number, earlier in logged_versions.items() if number < version.version]
    return _unnamed_reason(
        vault, inventory, table, version, max(earlier_versions, key=lambda one: one.version, default=None)
    )


def _matches(logged: KnownVersion, table: Table, version: Any) -> bool:
    return bool(
        logged.content_id == version.content_id
        and logged.version == version.version
        and logged.ring == version.ring.bytes
        and logged.table == table.name
    )


def _author_reason(vault: Vault, logged: KnownVersion, version: Any) -> IntegrityReason | None:
    """Return AUTHOR if one's own version is not named by an entry of one's own, or the other way round."""
    is_written_by_us = version.author_id == vault.user_id
    return None if is_written_by_us == logged.is_written_by_us else IntegrityReason.AUTHOR


def _unnamed_reason(
    vault: Vault, inventory: Inventory, table: Table, opened: Any, earlier: KnownVersion | None
) -> IntegrityReason | None:
    """Return UNNAMED for a version that no audit entry names, or None if an unreadable one may name it.

    That is possible if the unreadable entry dates from when the version was sealed; such a version is shown
    and listed in `vault.unnamed_records`.
    """
    after_seq, earlier_version = (earlier.seq, earlier.version) if earlier else (0, 0)
    sealed_at, unnamed_count = to_microseconds(opened.recorded_at), opened.version - earlier_version
    if unnamed_count < 1 or not inventory.may_be_in_unreadable_entry(
        sealed_at, after_seq=after_seq, unnamed_count=unnamed_count
    ):
        return IntegrityReason.UNNAMED
    vault.unnamed_records[opened.id.bytes] = IntegrityFailure(
        table=str(table.name),
        record=opened.id,
        ring=opened.ring,
        reason=IntegrityReason.UNNAMED,
        found_version=opened.version,
    )
    return None


def refresh_inventory_once(db: Connection, vault: Vault) -> Inventory:
    """Return the inventory with every entry visible in this transaction; in a snapshot they are read once."""
    return remember_in_snapshot(
        db, (vault, "inventory"), lambda: inventory_snapshot.refresh_inventory(db, vault)
    )


def find_missing_record(db: Connection, vault: Vault, table: Table, record: UUID) -> KnownVersion | None:
    """Return the newest logged version of a record that was not found; None if the log names none.

    What lies in closed psychotherapy notes is not looked for, so it is not missing.
    """
    logged = inventory_snapshot.load_inventory(db, vault).find_newest(record.bytes)
    if logged is None or logged.table != table.name or vault.is_closed(UUID(bytes=logged.ring)):
        return None
    return logged if _is_in_view(db, logged) else None


def record_absence(
    db: Connection, vault: Vault, table: Table, record: UUID, logged: KnownVersion
) -> UnreadableRecord:
    """Record the failure of a record that the audit log names and that no row which opens holds.

    Returns:
        The error that names the record; it is not raised here.
    """
    return record_integrity_failure(
        vault, table, record, UUID(bytes=logged.ring), _explain_absence(db, vault, table, record, logged)
    )


def _explain_absence(
    db: Connection, vault: Vault, table: Table, record: UUID, logged: KnownVersion
) -> IntegrityReason:
    row = transaction_of(db).find_newest_row(table, record)
    if row is None:
        return IntegrityReason.MISSING
    if row.ring.bytes == logged.ring and not vault.rings.is_open(row.ring):
        return IntegrityReason.NO_KEY
    return IntegrityReason.MOVED


def find_missing_records(
    db: Connection, vault: Vault, table: Table, rings: list[UUID] | None, found_ids: set[bytes]
) -> list[tuple[UUID, KnownVersion]]:
    """Return the records of a table that the audit log names and that were not found.

    Args:
        rings: only records in these rings; None for all rings that are not closed.
        found_ids: the ids of the records that were found, as bytes.
    """
    inventory = inventory_snapshot.load_inventory(db, vault)
    ring_ids = None if rings is None else [ring.bytes for ring in rings]
    missing_ids = inventory.record_ids(str(table.name), ring_ids) - found_ids
    candidates = [(UUID(bytes=record), inventory.find_newest(record)) for record in missing_ids]
    return [
        (record, logged)
        for record, logged in candidates
        if logged is not None and _is_in_view(db, logged) and not vault.is_closed(UUID(bytes=logged.ring))
    ]


def _is_in_view(db: Connection, logged: KnownVersion) -> bool:
    # The read transaction may be older than the inventory; what was saved since then is not missing.
    return logged.seq <= audit_reader.last_entry_number(db)
