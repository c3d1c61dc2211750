"""On which day each client was last seen, or is to be seen."""

from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import case_list_facts, clients
from clinic_toolkit.record.people.session_list_facts import RING_SESSIONS
from clinic_toolkit.vault.vault import Vault


def list_last_session_days(db: Connection, vault: Vault, reader: FactsReader) -> dict[UUID, date]:
    """Return the day of the last session of each person, by the primary entry; nobody without a session.

    Sessions of all joined entries and of couples count, planned ones too.
    """
    primary_by_id = clients.load_client_joins(db, vault)
    clients_by_case = {case.id_bytes: case.client_ids for case in case_list_facts.list_case_facts(reader)}
    last_days: dict[UUID, date] = {}
    for _, ring_sessions in reader.load_of_rings(RING_SESSIONS):
        for case_id, last_day in ring_sessions.last_days:
            for client_id in clients_by_case.get(case_id, ()):
                primary_id = primary_by_id.get(client_id, client_id)
                last_days[primary_id] = max(last_days.get(primary_id, last_day), last_day)
    return last_days
