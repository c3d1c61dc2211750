"""What stands in for a record that cannot be read, if others depend on it."""

from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import integrity, inventory_snapshot
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_kind import Fallback, RecordKind
from clinic_toolkit.journal.record_versions import NEWER_STATE, UNREADABLE_STATE, RecordVersion
from clinic_toolkit.store.chain import MAX_NUMBER
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.vault.known_versions import KnownVersion
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)


def load_fallback(
    db: Connection,
    vault: Vault,
    kind: RecordKind[P],
    error: integrity.UnreadableRecord,
    fallback: Fallback[P] | None = None,
) -> RecordVersion[P]:
    """Return the fallback for an unreadable record, or raise `error` if there is none.

    A new version saved on top of the fallback replaces the unreadable record. Its number must follow the row
    that is in the table, even a forged one, because `UNIQUE(record, version)` allows each number only once.
    """
    failure = error.failure
    logged = inventory_snapshot.load_inventory(db, vault).find_newest(failure.record.bytes)
    ring = UUID(bytes=logged.ring) if logged else failure.ring
    payload = (fallback or kind.fallback)(vault, ring) if logged else None
    if logged is None or payload is None:
        raise error
    version = (
        max(logged.version, failure.found_version) if failure.found_version < MAX_NUMBER else logged.version
    )
    logged = msgspec.structs.replace(logged, version=version)
    return _build_substitute(vault, failure.record, ring, logged, payload, reason=failure.reason)


def _build_substitute(
    vault: Vault, record_id: UUID, ring: UUID, logged: KnownVersion, payload: P, *, reason: IntegrityReason
) -> RecordVersion[P]:
    """Build the version that stands in for an unreadable record, from what the log knows and `payload`."""
    return RecordVersion(
        id=record_id,
        version=logged.version,
        ring=ring,
        state=NEWER_STATE if reason == IntegrityReason.NEWER else UNREADABLE_STATE,
        final=True,
        author_id=vault.user_id,
        recorded_at=from_microseconds(0),
        content_id=logged.content_id,
        signature=None,
        previous_content_id=None,
        follows_final=False,
        payload=payload,
    )
