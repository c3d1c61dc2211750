"""The one-time number of a form that makes a record: it becomes the id of that record.

A form that is sent twice, by a double click or because the first answer was lost, carries the same number
both times. So the second time the record is there already and is found by its id, in this process or in one
that was started later; and where two are sent at once, `UNIQUE(record, version)` lets one of them in.
"""

from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Table

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import inventory_snapshot, records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)


class IdempotencyKeyTaken(ClinicError):
    """The number belongs to a record of another kind, another client or another clinician."""

    def __init__(self) -> None:
        super().__init__("This page is out of date and cannot be sent. Open it again, and enter it there.")


def find_created_with(
    db: Connection,
    vault: Vault,
    table: Table,
    idempotency_key: UUID,
    payload_type: type[P],
    *,
    ring: UUID | None,
) -> RecordVersion[P] | None:
    """The record that a form with this number made, as it was first written; None if there is none yet.

    Args:
        ring: the ring in which that form makes its record; None for a record that lies in a ring of its
            own, which was made with it.

    Raises:
        IdempotencyKeyTaken: the number is that of something else; nothing of it is told.
        UnreadableRecord: the record is not as it was written.
    """
    if idempotency_key in (vault.vault_id, vault.user_id):
        raise IdempotencyKeyTaken
    known = inventory_snapshot.load_inventory(db, vault).find_newest(idempotency_key.bytes)
    if known is None:
        return None
    found_in = UUID(bytes=known.ring)
    belongs = found_in == ring if ring else vault.find_owner(found_in) == idempotency_key
    if known.table != table.name or not belongs:
        raise IdempotencyKeyTaken
    newest = records.load_record(db, vault, table, idempotency_key, payload_type)
    first = (
        newest
        if newest.version == 1
        else version_history.list_versions(db, vault, table, idempotency_key, payload_type)[0]
    )
    if first.author_id != vault.user_id:
        raise IdempotencyKeyTaken
    return first
