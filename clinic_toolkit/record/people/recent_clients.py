"""Which clients come first in a long list: those seen, added or changed most recently."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, therapy_session_timeline
from clinic_toolkit.record.people.clients import Client
from clinic_toolkit.vault.vault import Vault


def list_recent_clients(
    db: Connection, vault: Vault, candidates: Iterable[RecordVersion[Client]], *, limit: int, today: date
) -> list[RecordVersion[Client]]:
    """Return the clients with the latest session or change, in the order of `candidates`.

    A planned session counts as if it were today.

    Args:
        limit: the largest number of clients to return.
    """
    into = clients.load_client_joins(db, vault)
    whose = {kept.id: kept.payload.client_ids for kept in cases.list_cases(db, vault)}
    last: dict[UUID, date] = {}
    for hour in therapy_session_timeline.list_therapy_sessions(db, vault):
        for id in whose.get(hour.payload.case_id, ()):
            under = into.get(id, id)
            last[under] = max(last.get(under, hour.payload.on), min(hour.payload.on, today))
    listed = list(candidates)
    changed = {kept.id: kept.recorded_at.astimezone().date() for kept in listed}
    latest = sorted(listed, key=lambda kept: max(last.get(kept.id, date.min), changed[kept.id]), reverse=True)
    chosen = {kept.id for kept in latest[:limit]}
    return [kept for kept in listed if kept.id in chosen]
