"""A therapy session with its case, and its clients."""

from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, therapy_sessions
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.vault.vault import Vault


class LoadedSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session with its case."""

    session: RecordVersion[TherapySession]
    case: RecordVersion[Case]

    @property
    def client_id(self) -> UUID | None:
        """The client of a single session; None for a couple."""
        return self.case.payload.single_client_id


def load_session(db: Connection, vault: Vault, therapy_session_id: UUID) -> LoadedSession:
    """Load a session and its case.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    session = therapy_sessions.load_therapy_session(db, vault, therapy_session_id)
    return LoadedSession(session=session, case=cases.load_case(db, vault, session.payload.case_id))


def list_clients_of_session(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession]
) -> list[RecordVersion[Client]]:
    """Return the clients of a session's case, in the order of the case."""
    case = cases.load_case(db, vault, session.payload.case_id)
    return [clients.load_client(db, vault, id) for id in case.payload.client_ids]


def single_client_of(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession]
) -> tuple[UUID, ...]:
    """Return the client of a single session; empty for a couple, whose answers are never combined."""
    client_id = cases.load_case(db, vault, session.payload.case_id).payload.single_client_id
    return () if client_id is None else (client_id,)
