"""The day from which the time that a record is kept is counted: that of the last session.

Sessions of all joined entries and of couples count, planned ones too. Without any session it is the day on
which the entry was added; `date.max` if that cannot be read, so that it is never called over.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal import version_history
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import client_list_facts, clients, session_days
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.vault.vault import Vault


def list_last_seen(db: Connection, vault: Vault, reader: FactsReader) -> dict[UUID, date]:
    """Return the day from which each person's time is counted, by the primary entry."""
    primary_by_id = clients.load_client_joins(db, vault)
    last_seen = session_days.list_last_session_days(db, vault, reader)
    for facts in client_list_facts.list_client_facts(reader):
        if facts.id not in primary_by_id and facts.id not in last_seen:
            last_seen[facts.id] = _added_on(db, vault, facts.id)
    return last_seen


def last_seen_on(db: Connection, vault: Vault, client_id: UUID) -> date:
    """Return the day from which the time of one person is counted."""
    primary_id = clients.primary_client_id(db, vault, client_id)
    session_day_by_id = session_days.list_last_session_days(db, vault, FactsReader(db, vault))
    return session_day_by_id.get(primary_id) or _added_on(db, vault, primary_id)


def _added_on(db: Connection, vault: Vault, client_id: UUID) -> date:
    first_version = version_history.find_first_version(db, vault, CLIENT, client_id)
    return first_version.recorded_at.astimezone().date() if first_version else date.max
