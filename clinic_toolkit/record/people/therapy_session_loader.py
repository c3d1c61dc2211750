"""The clients of a therapy session, found through its case."""

from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.vault.vault import Vault


def list_clients_of_session(
    db: Connection, vault: Vault, hour: RecordVersion[TherapySession]
) -> list[RecordVersion[Client]]:
    """Return the clients of a session's case, in the order of the case."""
    case = cases.load_case(db, vault, hour.payload.case_id)
    return [clients.load_client(db, vault, id) for id in case.payload.client_ids]


def single_client_of(db: Connection, vault: Vault, hour: RecordVersion[TherapySession]) -> tuple[UUID, ...]:
    """Return the client of a single session; empty for a couple, whose answers are never combined."""
    case = cases.load_case(db, vault, hour.payload.case_id).payload
    return () if case.is_couple else case.client_ids
