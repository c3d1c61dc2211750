"""The order of a client's relationships: the one added, changed or asked about most recently first."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.vault.vault import Vault


def recent_relationship_ids(
    db: Connection, vault: Vault, client_id: UUID, relationships: Iterable[RecordVersion[Relationship]]
) -> list[UUID]:
    """Return the ids of these relationships, the one added, changed or asked about most recently first."""
    asked_at: dict[UUID, datetime] = {}
    for administration in administrations.list_administrations(db, vault, client_id):
        if relationship_id := administration.payload.relationship_id:
            asked_at[relationship_id] = max(
                asked_at.get(relationship_id, administration.recorded_at), administration.recorded_at
            )
    latest_at = {
        relationship.id: max(
            relationship.recorded_at, asked_at.get(relationship.id, relationship.recorded_at)
        )
        for relationship in relationships
    }
    return sorted(latest_at, key=lambda id: latest_at[id], reverse=True)
