"""Hurt records: what the file no longer holds as it was written. Named, never shown, and not in the way.

A record is hurt when its bytes do not open, when it is gone, when an older version stands in the place
of the newest, or when no line of the audit trail names it: a row of a copied folder opens with the same
keys. The trail tells which. The others of the same page are read as ever.
"""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Row, Table

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_reader, inventory_replay, inventory_snapshot
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.store.statements import SealedRow
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.inventory import Inventory, KnownVersion
from clinic_toolkit.vault.vault import Vault

# What a person calls an entry of each table.
RECORD_NOUNS = {
    "practice": "the settings of the practice",
    "client": "a client’s details",
    "clinical_case": "the case that sessions belong to",
    "relationship": "a relationship",
    "therapy_session": "a session",
    "administration": "a questionnaire",
    "rhythm": "what was agreed about repeating a questionnaire",
    "handout": "a worksheet that was given",
    "handover": "a form that was handed to a client",
    "risk_entry": "a risk entry",
    "clinical_note": "a progress note",
    "own_questionnaire": "a questionnaire of your own",
    "draft": "a form that was started and not finished",
}

REASONS = {
    "damaged": "its bytes were changed or damaged outside this program",
    "missing": "it is missing from the file",
    "older": "an older version is in its place",
    "moved": "it was moved to another place in the file",
    "unnamed": "the audit trail does not mention it, so it was added from outside this program, or its "
    "line was removed",
    "back": "an old version was put back beside it",
}


class IntegrityFailure(Struct, frozen=True, kw_only=True):
    """One hurt record; `reason` is a key of `REASONS`, `version` that of the row that was found, 0 for
    none."""

    table: str
    record: UUID
    ring: UUID
    reason: str
    found_version: int = 0

    @property
    def noun(self) -> str:
        """What a person calls such an entry."""
        return RECORD_NOUNS.get(self.table, "an entry")


class UnreadableRecord(ClinicError):
    """This record is hurt. It is never shown, not even in part."""

    def __init__(self, failure: IntegrityFailure) -> None:
        super().__init__(
            f"This cannot be shown: {failure.noun} was damaged or changed: {REASONS[failure.reason]}. "
            "Everything else can be used. A backup may still hold it, so keep a copy of the data folder."
        )
        self.failure = failure


def record_failure(
    vault: Vault, table: Table, record: UUID, ring: UUID, reason: str, *, version: int = 0
) -> UnreadableRecord:
    """Remember a hurt record until it is found well again; returns the error that names it."""
    found = IntegrityFailure(
        table=str(table.name), record=record, ring=ring, reason=reason, found_version=version
    )
    vault.integrity_failures[record.bytes] = found
    return UnreadableRecord(found)


def record_damaged_row(vault: Vault, table: Table, row: Row[Any] | SealedRow) -> UnreadableRecord:
    """`record_failure` for a row whose bytes do not open."""
    return record_failure(vault, table, row.record, row.ring, "damaged", version=row.version)


def record_failed_version(
    vault: Vault, table: Table, version: RecordVersion[Any], reason: str
) -> UnreadableRecord:
    """`record_failure` for a version that opened, and is not what the trail names."""
    return record_failure(vault, table, version.id, version.ring, reason, version=version.version)


def clear_failure(vault: Vault, record: bytes) -> None:
    """It could be read, and is what the trail names."""
    vault.integrity_failures.pop(record, None)


def check_against_audit_log(db: Connection, vault: Vault, table: Table, version: Any) -> str:
    """What is wrong with a record that opened, by what the trail says of it: a key of `REASONS`, or "".

    Args:
        version: the newest version that was found: `id`, `version`, `ring`, `at` and `content_id`.
    """
    known = inventory_snapshot.load_inventory(db, vault).find_newest(version.id.bytes)
    if known and _matches(known, table, version):
        vault.unconfirmed.pop(version.id.bytes, None)
        return ""
    # Only now, since it is rare: the list in memory may be of another moment than this view of the store.
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    known = inventory.find_newest(version.id.bytes)
    if known and known.seq > audit_reader.last_entry_number(db):
        named = inventory_replay.list_named_versions(db, vault, version.id, known, inventory.gaps)
        known = named[max(named)] if named else None
    if known and _matches(known, table, version):
        return ""
    if known and (known.table, known.ring) != (table.name, version.ring.bytes):
        return "moved"
    if known and version.version < known.version:
        return "older"
    return _unnamed_reason(vault, inventory, table, version, known)


def check_earlier_version(db: Connection, vault: Vault, table: Table, version: Any) -> str:
    """What is wrong with an earlier version that no later one follows: a key of `REASONS`, or ""."""
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    known = inventory.find_newest(version.id.bytes)
    named = (
        inventory_replay.list_named_versions(db, vault, version.id, known, inventory.gaps) if known else {}
    )
    entry = named.get(version.version)
    if entry and _matches(entry, table, version):
        return ""
    before = [one for number, one in named.items() if number < version.version]
    return _unnamed_reason(
        vault, inventory, table, version, max(before, key=lambda one: one.version, default=None)
    )


def _matches(logged: KnownVersion, table: Table, version: Any) -> bool:
    place = (table.name, version.ring.bytes, version.version, version.content_id)
    return (logged.table, logged.ring, logged.version, logged.content_id) == place


def _unnamed_reason(
    vault: Vault, inventory: Inventory, table: Table, opened: Any, earlier: KnownVersion | None
) -> str:
    """No line names it. One that cannot be read may have, if it was written when this was sealed."""
    since, version = (earlier.seq, earlier.version) if earlier else (0, 0)
    at, versions = to_microseconds(opened.recorded_at), opened.version - version
    if versions < 1 or not inventory.may_be_in_unreadable_entry(at, after_seq=since, unnamed_count=versions):
        return "unnamed"
    vault.unconfirmed[opened.id.bytes] = IntegrityFailure(
        table=str(table.name),
        record=opened.id,
        ring=opened.ring,
        reason="unnamed",
        found_version=opened.version,
    )
    return ""


def find_missing_record(db: Connection, vault: Vault, table: Table, record: UUID) -> KnownVersion | None:
    """What the trail says of a record that was not found, or None if it was never there."""
    known = inventory_snapshot.load_inventory(db, vault).find_newest(record.bytes)
    return known if known and known.table == table.name and _is_in_view(db, known) else None


def find_missing_records(
    db: Connection, vault: Vault, table: Table, rings: list[UUID] | None, found_ids: set[bytes]
) -> list[tuple[UUID, KnownVersion]]:
    """The records of a table, in these rings or in any, that the trail names and that were not found."""
    inventory = inventory_snapshot.load_inventory(db, vault)
    places = None if rings is None else [ring.bytes for ring in rings]
    lost = inventory.record_ids(str(table.name), places) - found_ids
    named = [(UUID(bytes=record), inventory.find_newest(record)) for record in lost]
    return [(record, known) for record, known in named if known is not None and _is_in_view(db, known)]


def _is_in_view(db: Connection, logged: KnownVersion) -> bool:
    # A page may read from a view that is a moment older than the list: what was saved since is not missing.
    return logged.seq <= audit_reader.last_entry_number(db)
