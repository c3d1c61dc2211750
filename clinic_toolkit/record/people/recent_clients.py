"""Which clients come first in a long list: those seen, added or changed most recently."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import case_list_facts, clients
from clinic_toolkit.record.people.client_list_facts import ClientFacts
from clinic_toolkit.record.people.session_list_facts import RING_SESSIONS
from clinic_toolkit.vault.vault import Vault


def list_recent_clients(
    db: Connection, vault: Vault, candidates: Sequence[ClientFacts], *, limit: int, today: date
) -> list[ClientFacts]:
    """Return the clients with the latest session or change, in the order of `candidates`.

    A planned session counts as if it were today.

    Args:
        limit: the largest number of clients to return.
    """
    if len(candidates) <= limit:
        return list(candidates)
    reader = FactsReader(db, vault)
    primary_by_id = clients.load_client_joins(db, vault)
    clients_by_case = {case.id_bytes: case.client_ids for case in case_list_facts.list_case_facts(reader)}
    last_seen: dict[UUID, date] = {}
    for _, ring_sessions in reader.load_of_rings(RING_SESSIONS):
        for case_id, last_day in ring_sessions.last_days:
            for client_id in clients_by_case.get(case_id, ()):
                primary_id = primary_by_id.get(client_id, client_id)
                seen_on = min(last_day, today)
                last_seen[primary_id] = max(last_seen.get(primary_id, seen_on), seen_on)
    ranked = sorted(
        candidates,
        key=lambda client: max(last_seen.get(client.id, date.min), client.changed_on),
        reverse=True,
    )
    chosen_ids = {client.id_bytes for client in ranked[:limit]}
    return [client for client in candidates if client.id_bytes in chosen_ids]
