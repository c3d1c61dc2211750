"""The order of a client's relationships: the one added, changed or asked about most recently first."""

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
    """Return the ids of these relationships, the one added, changed or asked about most recently first."""
    asked: dict[UUID, datetime] = {}
    for kept in administrations.list_administrations(db, vault, client_id):
        if about := kept.payload.relationship_id:
            asked[about] = max(asked.get(about, kept.recorded_at), kept.recorded_at)
    last = {kept.id: max(kept.recorded_at, asked.get(kept.id, kept.recorded_at)) for kept in relationships}
    return sorted(last, key=lambda id: last[id], reverse=True)
