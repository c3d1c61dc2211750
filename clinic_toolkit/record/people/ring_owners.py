"""The clients whose rings this clinician may open, so that a ring can be shown by client name."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import case_list_facts, client_list_facts, clients
from clinic_toolkit.record.people.case_record import CASE
from clinic_toolkit.record.people.client_list_facts import ClientFacts
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault


class RingOwners(Struct, frozen=True, kw_only=True):
    """Every client, sorted by name, and the clients of each ring."""

    clients: tuple[ClientFacts, ...]
    clients_by_ring: dict[UUID, tuple[ClientFacts, ...]]
    primary_by_id: dict[UUID, UUID]

    def primary_id(self, client_id: UUID) -> UUID:
        """Return the entry that this one is shown under."""
        return self.primary_by_id.get(client_id, client_id)

    def clients_of_rings(self, rings: Iterable[UUID]) -> tuple[ClientFacts, ...]:
        """Return the clients of these rings, each once."""
        owners = [client for ring in rings for client in self.clients_by_ring.get(ring, ())]
        return tuple({client.id: client for client in owners}.values())

    def names_of_ring(self, ring: UUID) -> str:
        """Return the names of a ring's clients as one phrase; "" if none is known."""
        return " and ".join(client.name for client in self.clients_of_rings([ring]))

    def rings_of(self, client_id: UUID) -> frozenset[UUID]:
        """Return every ring of this client, including those of couples."""
        return frozenset(
            ring
            for ring, owners in self.clients_by_ring.items()
            if client_id in [client.id for client in owners]
        )


def load_ring_owners(db: Connection, vault: Vault) -> RingOwners:
    """Return the clients of every ring that this clinician may open."""
    reader = FactsReader(db, vault)
    return reader.load_derived("ring owners", (CLIENT, CASE), lambda: _compute_ring_owners(db, vault, reader))


def _compute_ring_owners(db: Connection, vault: Vault, reader: FactsReader) -> RingOwners:
    all_clients = sorted(client_list_facts.list_client_facts(reader), key=lambda facts: facts.folded_name)
    client_by_id = {client.id: client for client in all_clients}
    clients_by_ring: dict[UUID, tuple[ClientFacts, ...]] = {}
    for id, client in client_by_id.items():
        for ring_class in (RingClass.DEMOGRAPHICS, RingClass.RECORD):
            with suppress(UnknownRing):
                clients_by_ring[vault.rings.get_ring(id, ring_class)] = (client,)
    for ring, ring_cases in reader.load_of_rings(case_list_facts.RING_CASES):
        for case in ring_cases.cases:
            if case.is_couple:
                partners = tuple(client_by_id[id] for id in case.client_ids if id in client_by_id)
                clients_by_ring[ring] = partners
    return RingOwners(
        clients=tuple(client_by_id.values()),
        clients_by_ring=clients_by_ring,
        primary_by_id=clients.load_client_joins(db, vault),
    )
