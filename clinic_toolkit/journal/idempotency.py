"""The idempotency key of a form that creates a record: it becomes the id of that record.

A form that is sent twice, by a double click or because the first response was lost, carries the same key.
The second request finds the record by its id, even in a process that was started later. If both arrive at
once, `UNIQUE(record, version)` accepts only one of them.
"""

from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import inventory_snapshot, records, version_history
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)


class IdempotencyKeyTaken(ClinicError):
    """The key belongs to a record of another kind, another client or another clinician, or was erased."""

    def __init__(self) -> None:
        super().__init__("This page is out of date and cannot be sent. Open it again, and enter it there.")


def find_created_with(
    db: Connection,
    vault: Vault,
    kind: RecordKind[P],
    idempotency_key: UUID,
    *,
    ring: UUID | None,
) -> RecordVersion[P] | None:
    """Return the first version of the record that was created with this key; None if there is none yet.

    Args:
        ring: the ring in which the form creates its record; None if the record gets a new ring of its own.

    Raises:
        IdempotencyKeyTaken: the key is the id of something else; the error reveals nothing about it.
        UnreadableRecord: the record fails its integrity check.
    """
    if idempotency_key in (vault.vault_id, vault.user_id):
        raise IdempotencyKeyTaken
    inventory = inventory_snapshot.load_inventory(db, vault)
    logged = inventory.find_newest(idempotency_key.bytes)
    if logged is None and idempotency_key.bytes in inventory.erased_records:
        raise IdempotencyKeyTaken
    if logged is None:
        return None
    record_ring = UUID(bytes=logged.ring)
    ring_matches = record_ring == ring if ring else vault.rings.find_owner(record_ring) == idempotency_key
    if logged.table != kind.name or not ring_matches:
        raise IdempotencyKeyTaken
    newest_version = records.load_record(db, vault, kind, idempotency_key)
    first_version = (
        newest_version
        if newest_version.version == 1
        else version_history.list_versions(db, vault, kind, idempotency_key)[0]
    )
    if first_version.author_id != vault.user_id:
        raise IdempotencyKeyTaken
    return first_version
