"""What lists need to know of clients' requests: which wait for an answer, and until when."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.record.writing.client_request_record import CLIENT_REQUEST, RequestState
from clinic_toolkit.vault.vault import Vault


class RingRequests(msgspec.Struct, frozen=True, array_like=True):
    """The requests of one ring that wait for an answer: their ids and the days on which it is due."""

    open_requests: tuple[tuple[bytes, date], ...]


class OpenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that waits for an answer: its id, the client's initials, and until when."""

    id: UUID
    initials: str
    due_on: date

    def is_late(self, today: date) -> bool:
        """Whether the day of the answer is over."""
        return self.due_on < today


def _compute_request_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingRequests:
    return RingRequests(
        tuple(
            (request.id.bytes, request.payload.due_on)
            for request in records.list_records_in_rings(db, vault, CLIENT_REQUEST, rings)
            if request.state == RequestState.OPEN
        )
    )


RING_REQUESTS = register_facts(
    FactsKind(
        name="requests", kinds=(CLIENT_REQUEST,), facts_type=RingRequests, compute=_compute_request_facts
    )
)


def list_open_requests(
    vault: Vault, reader: FactsReader, initials_by_id: Mapping[UUID, str]
) -> tuple[OpenRequest, ...]:
    """Return every request that waits for an answer, the one that is due first at the top.

    Args:
        initials_by_id: those of the clients who are listed; requests of others are left out.
    """
    found = [
        OpenRequest(id=UUID(bytes=id), initials=initials_by_id[owner], due_on=due_on)
        for ring, facts in reader.load_of_rings(RING_REQUESTS)
        if (owner := vault.rings.find_owner(ring)) in initials_by_id and owner is not None
        for id, due_on in facts.open_requests
    ]
    return tuple(sorted(found, key=lambda request: (request.due_on, request.initials)))
