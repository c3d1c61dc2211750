"""Which clients come first in a long list: those seen, added or changed most recently."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, therapy_session_timeline
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.vault.vault import Vault


def list_recent_clients(
    db: Connection, vault: Vault, candidates: Iterable[RecordVersion[Client]], *, limit: int, today: date
) -> list[RecordVersion[Client]]:
    """Return the clients with the latest session or change, in the order of `candidates`.

    A planned session counts as if it were today.

    Args:
        limit: the largest number of clients to return.
    """
    primary_by_id = clients.load_client_joins(db, vault)
    clients_by_case = {case.id: case.payload.client_ids for case in cases.list_cases(db, vault)}
    last_seen: dict[UUID, date] = {}
    for hour in therapy_session_timeline.list_therapy_sessions(db, vault):
        for client_id in clients_by_case.get(hour.payload.case_id, ()):
            primary_id = primary_by_id.get(client_id, client_id)
            last_seen[primary_id] = max(
                last_seen.get(primary_id, hour.payload.on), min(hour.payload.on, today)
            )
    candidate_list = list(candidates)
    changed_on = {client.id: client.recorded_at.astimezone().date() for client in candidate_list}
    ranked = sorted(
        candidate_list,
        key=lambda client: max(last_seen.get(client.id, date.min), changed_on[client.id]),
        reverse=True,
    )
    chosen_ids = {client.id for client in ranked[:limit]}
    return [client for client in candidate_list if client.id in chosen_ids]
