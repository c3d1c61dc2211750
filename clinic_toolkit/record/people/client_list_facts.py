"""What lists need to know of clients: their names, folded to sort and compare, and who is joined."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.people.client_record import CLIENT, UNREADABLE_NAME
from clinic_toolkit.store.types import from_microseconds, to_microseconds
from clinic_toolkit.vault.vault import Vault


class ClientFacts(msgspec.Struct, frozen=True, array_like=True):
    """One client. `changed_at` is when the details were last saved, in microseconds since 1970."""

    id_bytes: bytes
    state: str
    name: str
    initials: str
    folded_name: str
    folded_initials: str
    has_code: bool
    joined_to_id: bytes | None
    changed_at: int
    preferred_name: str = ""

    @property
    def id(self) -> UUID:
        """The id of the client."""
        return UUID(bytes=self.id_bytes)

    @property
    def is_readable(self) -> bool:
        """Whether the details can be read."""
        return self.name != UNREADABLE_NAME

    @property
    def changed_on(self) -> date:
        """The local day on which the details were last saved."""
        return from_microseconds(self.changed_at).astimezone().date()


class RingClients(msgspec.Struct, frozen=True, array_like=True):
    """The clients of one ring: one, unless something is damaged."""

    clients: tuple[ClientFacts, ...]


def _compute_client_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingClients:
    return RingClients(
        tuple(
            ClientFacts(
                client.id.bytes,
                client.state,
                client.payload.name,
                client.payload.initials,
                fold_name(client.payload.name),
                fold_name(client.payload.initials),
                bool(client.payload.code),
                client.payload.joined_to_id,
                to_microseconds(client.recorded_at),
                client.payload.preferred_name,
            )
            for client in records.list_records_in_rings(db, vault, CLIENT, rings)
        )
    )


RING_CLIENTS = register_facts(
    FactsKind(name="clients", kinds=(CLIENT,), facts_type=RingClients, compute=_compute_client_facts)
)


def list_client_facts(reader: FactsReader) -> list[ClientFacts]:
    """Return every client of this clinician, including archived and joined entries, by creation."""
    all_facts = [facts for _, ring in reader.load_of_rings(RING_CLIENTS) for facts in ring.clients]
    return sorted(all_facts, key=lambda facts: reader.first_seq(facts.id_bytes))
