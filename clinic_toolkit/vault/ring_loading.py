"""Loading rings: the grants of one clinician in the store are opened, and put beside their statements."""

from collections.abc import Mapping, Set
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select

from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.vault.key_directory import KeyDirectory
from clinic_toolkit.vault.ring_grants import ClosedRing, opens_for_us
from clinic_toolkit.vault.ring_keys import RingKey
from clinic_toolkit.vault.ring_selection import Generation, select_generations
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.ring_verification import open_generations
from clinic_toolkit.vault.user_keys import UserKeys


class LoadedRings(NamedTuple):
    """What was found in the store of the rings that were not open yet.

    Attributes:
        newest_keys: the key of the newest generation of each ring that opens.
        earlier_keys: the keys of the generations before, by ring and key id.
        statements: the statements of each ring by generation, with this clinician's sealed grant.
        damaged: rings with a grant that does not open or is missing, or whose statement is missing.
        refused: rings with a row that no member wrote.
        closed: the owner of each ring for psychotherapy notes whose key is not open.
    """

    newest_keys: list[RingKey]
    earlier_keys: Mapping[tuple[UUID, bytes], RingKey]
    statements: Mapping[UUID, list[Generation]]
    damaged: frozenset[UUID]
    refused: frozenset[UUID]
    closed: Mapping[UUID, UUID]


def load_rings(
    db: Connection, user_keys: UserKeys, directory: KeyDirectory, *, open_rings: Set[UUID]
) -> LoadedRings:
    """Open every grant of this clinician in the store, except those of rings that are open already."""
    statements, grants = _load_rows(db, user_keys, open_rings)
    # These grants have no statement. Those that open are real, so the statement of such a ring is missing.
    damaged = {id for id, _ in grants}
    incomplete = {
        id for (id, number), sealed in grants.items() if opens_for_us(user_keys, id, number, sealed)
    }
    own_fingerprint, refused, closed = user_keys.fingerprint(), set[UUID](), dict[UUID, UUID]()
    newest_keys, earlier_keys = list[RingKey](), dict[tuple[UUID, bytes], RingKey]()
    for id, all_generations in statements.items():
        generations = select_generations(db, user_keys, directory, all_generations)
        if len(generations) < len(all_generations):
            refused.add(id)
        statements[id] = generations
        try:
            keys = open_generations(user_keys, own_fingerprint, generations)
        except ClosedRing as ring:
            closed[id] = ring.owner
            continue
        except DecryptionError:
            damaged.add(id)
            continue
        if id in incomplete:
            continue
        newest_keys += keys[-1:]
        earlier_keys.update({(id, key.key_id): key for key in keys[:-1]})
    return LoadedRings(
        newest_keys=newest_keys,
        earlier_keys=earlier_keys,
        statements={id: generations for id, generations in statements.items() if generations},
        damaged=frozenset(damaged),
        refused=frozenset(refused),
        closed=closed,
    )


def _load_rows(
    db: Connection, user_keys: UserKeys, open_rings: Set[UUID]
) -> tuple[dict[UUID, list[Generation]], dict[tuple[UUID, int], bytes]]:
    """Return the statements of each ring with the grants, and the grants that have no statement."""
    columns = (ring_grant_table.c.ring, ring_grant_table.c.generation, ring_grant_table.c.sealed)
    query = select(*columns).where(ring_grant_table.c.user == user_keys.user_id)
    grants = {(id, number): sealed for id, number, sealed in db.execute(query) if id not in open_rings}
    statements: dict[UUID, list[Generation]] = {}
    for row in db.execute(select(ring_table).order_by(ring_table.c.ring, ring_table.c.generation)):
        id, number = row[0], row[1]
        if id in statements:
            statements[id].append((row, grants.pop((id, number), None)))
        elif id not in open_rings:
            statements[id] = [(row, grants.pop((id, number), None))]
    return statements, grants
