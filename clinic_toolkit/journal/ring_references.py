"""What entries of the audit log say of rings: which statement is the newest, and to whom a ring was granted.

Whoever can write to the file could delete the newest statement of a ring, and with it the one that took
somebody out; or a grant, before its receiver has seen it. So entries name both. A statement is named like a
version of a record: the record is the ring, the version the generation, the content its hash. The inventory
and its snapshot then hold the newest one. A grant is named by its receiver, and is no record.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal import audit_log
from clinic_toolkit.journal.audit_log import GRANT_TABLE, VersionReference
from clinic_toolkit.store.types import cached_uuid
from clinic_toolkit.vault.inventory import Inventory
from clinic_toolkit.vault.ring_statements import StatementId, identify_statement
from clinic_toolkit.vault.ring_tables import ring_table
from clinic_toolkit.vault.vault import Vault

STATEMENT_TABLE = str(ring_table.name)


class RingEvent(StrEnum):
    """What the audit log says of rings: these statements were read, and each was the newest of its ring."""

    SEEN = "rings.seen"


def statement_reference(ring: UUID, statement: StatementId) -> VersionReference:
    """Return the reference by which an entry names a statement."""
    return VersionReference(STATEMENT_TABLE, ring.bytes, ring.bytes, statement.generation, statement.hash)


def row_reference(vault: Vault, row: Any) -> VersionReference:
    """Return the audit reference to the statement in a row, for the entry of its author."""
    return statement_reference(row.ring, identify_statement(vault.vault_id, row))


def grant_reference(ring: UUID, generation: int, receiver_id: UUID, sealed: bytes) -> VersionReference:
    """Return the audit reference to a grant, for the entry of its author."""
    return VersionReference(GRANT_TABLE, ring.bytes, receiver_id.bytes, generation, sha256(sealed).digest())


def select_granted_rings(references: Iterable[VersionReference], receiver_id: UUID) -> set[bytes]:
    """Return the rings of which these references name a grant to this clinician."""
    return {
        reference.ring
        for reference in references
        if reference.table == GRANT_TABLE and reference.record == receiver_id.bytes
    }


def list_named_statements(inventory: Inventory) -> dict[UUID, StatementId]:
    """Return the newest statement of each ring that an entry names."""
    found = {}
    for record in inventory.record_ids(STATEMENT_TABLE, None):
        newest = inventory.find_newest(record)
        if newest is not None and newest.ring == record:
            found[cached_uuid(record)] = StatementId(newest.version, newest.content_id)
    return found


def note_statements(db: Connection, vault: Vault, inventory: Inventory, *, now: datetime) -> None:
    """Append an entry that names the newest statement of each shared ring, as far as none names it yet.

    Args:
        inventory: what the audit log names so far.
    """
    named = list_named_statements(inventory)
    newer = vault.rings.list_shared_statements(named)
    if newer:
        references = [statement_reference(ring, statement) for ring, statement in newer.items()]
        audit_log.append_entry(db, vault, RingEvent.SEEN, references, now=now)
