"""Whose an hour is: the clients of its case."""

from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.clients import Client
from clinic_toolkit.record.people.therapy_sessions import TherapySession
from clinic_toolkit.vault.vault import Vault


def list_clients_of_session(
    db: Connection, vault: Vault, hour: RecordVersion[TherapySession]
) -> list[RecordVersion[Client]]:
    """The clients of an hour's case, in the case's order."""
    case = cases.load_case(db, vault, hour.payload.case_id)
    return [clients.load_client(db, vault, id) for id in case.payload.client_ids]


def single_client_of(db: Connection, vault: Vault, hour: RecordVersion[TherapySession]) -> tuple[UUID, ...]:
    """The client of an hour with one person; nobody for a couple, whose answers are never joined."""
    case = cases.load_case(db, vault, hour.payload.case_id).payload
    return () if case.is_couple else case.client_ids
