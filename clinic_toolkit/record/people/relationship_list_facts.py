"""What lists need to know of relationships: which entries are joined to another."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, register_facts
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP
from clinic_toolkit.vault.vault import Vault


class RingJoins(msgspec.Struct, frozen=True, array_like=True):
    """The joined relationships of one ring, each with the entry that it was joined to."""

    joined_to: dict[bytes, bytes]


def _compute_join_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingJoins:
    return RingJoins(
        {
            relationship.id.bytes: relationship.payload.joined_to_id
            for relationship in records.list_records_in_rings(db, vault, RELATIONSHIP, rings)
            if relationship.payload.joined_to_id
        }
    )


RING_JOINS = register_facts(
    FactsKind(name="joins", kinds=(RELATIONSHIP,), facts_type=RingJoins, compute=_compute_join_facts)
)
