"""The day from which the time that a record is kept is counted: that of the last session."""

from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal import version_history
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import case_list_facts, client_list_facts, clients
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.people.session_list_facts import RING_SESSIONS
from clinic_toolkit.vault.vault import Vault


def list_last_seen(db: Connection, vault: Vault, reader: FactsReader) -> dict[UUID, date]:
    """Return the day of the last session of each person, by the primary entry.

    Sessions of all joined entries and of couples count, planned ones too. Without any session it is the day
    on which the entry was added; `date.max` if that cannot be read, so that it is never called over.
    """
    primary_by_id = clients.load_client_joins(db, vault)
    clients_by_case = {case.id_bytes: case.client_ids for case in case_list_facts.list_case_facts(reader)}
    last_seen: dict[UUID, date] = {}
    for _, ring_sessions in reader.load_of_rings(RING_SESSIONS):
        for case_id, last_day in ring_sessions.last_days:
            for client_id in clients_by_case.get(case_id, ()):
                primary_id = primary_by_id.get(client_id, client_id)
                last_seen[primary_id] = max(last_seen.get(primary_id, last_day), last_day)
    for facts in client_list_facts.list_client_facts(reader):
        if facts.id not in primary_by_id and facts.id not in last_seen:
            first_version = version_history.find_first_version(db, vault, CLIENT, facts.id)
            added = first_version.recorded_at.astimezone().date() if first_version else date.max
            last_seen[facts.id] = added
    return last_seen


def last_seen_on(db: Connection, vault: Vault, client_id: UUID) -> date:
    """Return the day of the last session of one person; see `list_last_seen`."""
    primary_id = clients.primary_client_id(db, vault, client_id)
    return list_last_seen(db, vault, FactsReader(db, vault)).get(primary_id, date.max)
