"""Which person of a client comes first: the one who was named, changed or asked about last."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.relationships import Relationship
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.vault.vault import Vault


def recent_relationship_ids(
    db: Connection, vault: Vault, client_id: UUID, relationships: Iterable[RecordVersion[Relationship]]
) -> list[UUID]:
    """These people of a client, the one who was named, changed or asked about last first."""
    asked: dict[UUID, datetime] = {}
    for kept in administrations.list_administrations(db, vault, client_id):
        if about := kept.payload.relationship_id:
            asked[about] = max(asked.get(about, kept.recorded_at), kept.recorded_at)
    last = {kept.id: max(kept.recorded_at, asked.get(kept.id, kept.recorded_at)) for kept in relationships}
    return sorted(last, key=lambda id: last[id], reverse=True)
