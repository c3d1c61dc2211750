"""Whose a ring is, for a person to read: the clients behind the rings that this clinician may open."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.record import cases, clients
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.vault.rings import UnknownRing
from clinic_toolkit.vault.vault import Vault


class Owners(Struct, frozen=True, kw_only=True):
    """Every client by name, and the clients behind each ring."""

    clients: tuple[Kept[Client], ...]
    of_ring: dict[UUID, tuple[Kept[Client], ...]]
    into: dict[UUID, UUID]

    def under(self, id: UUID) -> UUID:
        """The entry that this one is shown under."""
        return self.into.get(id, id)

    def behind(self, rings: Iterable[UUID]) -> tuple[Kept[Client], ...]:
        """The clients behind these rings, each once."""
        found = [kept for ring in rings for kept in self.of_ring.get(ring, ())]
        return tuple({kept.id: kept for kept in found}.values())

    def rings_of(self, client_id: UUID) -> frozenset[UUID]:
        """Every ring that belongs to this client, alone or with a partner."""
        return frozenset(
            ring for ring, people in self.of_ring.items() if client_id in [kept.id for kept in people]
        )


def known(db: Connection, vault: Vault) -> Owners:
    """The clients and cases that this clinician may open."""
    everyone = {kept.id: kept for kept in clients.everyone(db, vault)}
    of_ring: dict[UUID, tuple[Kept[Client], ...]] = {}
    for id, kept in everyone.items():
        for ring_class in ("demographics", "record"):
            try:
                of_ring[vault.ring_of(id, ring_class)] = (kept,)
            except UnknownRing:
                continue
    for case in cases.everything(db, vault):
        if case.body.is_couple:
            people = tuple(everyone[id] for id in case.body.client_ids if id in everyone)
            of_ring[case.ring] = people
    return Owners(clients=tuple(everyone.values()), of_ring=of_ring, into=clients.joined(db, vault))
