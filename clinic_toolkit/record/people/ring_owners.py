"""The clients whose rings this clinician may open, so that a ring can be shown by client name."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.clients import Client
from clinic_toolkit.vault.rings import UnknownRing
from clinic_toolkit.vault.vault import Vault


class RingOwners(Struct, frozen=True, kw_only=True):
    """Every client, sorted by name, and the clients of each ring."""

    clients: tuple[RecordVersion[Client], ...]
    clients_by_ring: dict[UUID, tuple[RecordVersion[Client], ...]]
    primary_by_id: dict[UUID, UUID]

    def primary_id(self, client_id: UUID) -> UUID:
        """Return the entry that this one is shown under."""
        return self.primary_by_id.get(client_id, client_id)

    def clients_of_rings(self, rings: Iterable[UUID]) -> tuple[RecordVersion[Client], ...]:
        """Return the clients of these rings, each once."""
        found = [kept for ring in rings for kept in self.clients_by_ring.get(ring, ())]
        return tuple({kept.id: kept for kept in found}.values())

    def names_of_ring(self, ring: UUID) -> str:
        """Return the names of a ring's clients as one phrase; "" if none is known."""
        return " and ".join(kept.payload.name for kept in self.clients_of_rings([ring]))

    def rings_of(self, client_id: UUID) -> frozenset[UUID]:
        """Return every ring of this client, including those of couples."""
        return frozenset(
            ring for ring, people in self.clients_by_ring.items() if client_id in [kept.id for kept in people]
        )


def load_ring_owners(db: Connection, vault: Vault) -> RingOwners:
    """Return the clients of every ring that this clinician may open."""
    everyone = {kept.id: kept for kept in clients.list_clients(db, vault)}
    of_ring: dict[UUID, tuple[RecordVersion[Client], ...]] = {}
    for id, kept in everyone.items():
        for ring_class in ("demographics", "record"):
            try:
                of_ring[vault.get_ring(id, ring_class)] = (kept,)
            except UnknownRing:
                continue
    for case in cases.list_cases(db, vault):
        if case.payload.is_couple:
            people = tuple(everyone[id] for id in case.payload.client_ids if id in everyone)
            of_ring[case.ring] = people
    return RingOwners(
        clients=tuple(everyone.values()),
        clients_by_ring=of_ring,
        primary_by_id=clients.load_client_joins(db, vault),
    )
