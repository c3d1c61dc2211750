"""The clients whom a backup holds and who are not here: erased since, or never entered here.

Names come from the backup alone, once it was opened. Never writes.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import inventory_snapshot
from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.vault import ring_erasure
from clinic_toolkit.vault.vault import Vault


class OpenRecord(NamedTuple):
    """A record that is open: the one here, or that of a backup."""

    db: Connection
    vault: Vault


class AbsentCouple(Struct, frozen=True, kw_only=True):
    """A couple of an absent person whose other partner is here.

    `client_ids` are both partners as the backup has them. `is_here`: the joint record stayed for the other.
    `tables` is the table of every joint record in the backup, once for each.
    """

    case_id: UUID
    client_ids: tuple[UUID, ...]
    partner_name: str
    is_here: bool
    tables: tuple[str, ...]


class AbsentPerson(Struct, frozen=True, kw_only=True):
    """A person in a backup who is not here; entries that are joined there come together.

    `entry_ids` are those that are not here, the primary one first; `client` is what the backup has of that
    one. `detail` tells people of one name apart. `is_erased`: a note of an erasure here names the person.
    `lone_couples` is how many joint records are not brought back, because the other partner is not here.
    """

    entry_ids: tuple[UUID, ...]
    client: Client
    name: str
    detail: str
    is_erased: bool
    tables: tuple[str, ...]
    couples: tuple[AbsentCouple, ...]
    lone_couples: int

    def __repr__(self) -> str:
        return "<AbsentPerson>"

    @property
    def id(self) -> UUID:
        """The entry that the others are shown under."""
        return self.entry_ids[0]


def is_here(here: OpenRecord, owner_id: UUID) -> bool:
    """Return whether anything of this client or couple is here, also what is damaged or cannot be opened."""
    inventory = inventory_snapshot.refresh_inventory(here.db, here.vault)
    return bool(ring_erasure.list_owner_rings(here.vault, owner_id)) or (
        inventory.find_newest(owner_id.bytes) is not None
    )


def list_absent_people(past: OpenRecord, here: OpenRecord) -> tuple[AbsentPerson, ...]:
    """Return everybody whom a backup holds and who is not here, by name."""
    names = display_names.load_display_names(past.db, past.vault)
    primary_by_id = clients.load_client_joins(past.db, past.vault)
    entries: dict[UUID, list[UUID]] = {}
    # The primary entry first.
    for client in sorted(clients.list_clients(past.db, past.vault), key=lambda one: one.id in primary_by_id):
        if not is_here(here, client.id):
            entries.setdefault(primary_by_id.get(client.id, client.id), []).append(client.id)
    found = [_describe(past, here, ids, names.full_by_id) for ids in entries.values()]
    return tuple(sorted(found, key=lambda person: fold_name(person.name)))


def _describe(
    past: OpenRecord, here: OpenRecord, entry_ids: list[UUID], names: dict[UUID, str]
) -> AbsentPerson:
    client = clients.load_client(past.db, past.vault, entry_ids[0])
    erased_records = inventory_snapshot.refresh_inventory(here.db, here.vault).erased_records
    couples, lone_couples = [], 0
    for case in client_erasure.list_couples(past.db, past.vault, client.id):
        partner_ids = [id for id in case.payload.client_ids if id not in entry_ids]
        if not any(is_here(here, id) for id in partner_ids):
            lone_couples += 1
            continue
        couples.append(
            AbsentCouple(
                case_id=case.id,
                client_ids=case.payload.client_ids,
                partner_name=" and ".join(names[id] for id in partner_ids if id in names),
                is_here=is_here(here, case.id),
                tables=_list_tables(past, [case.id]),
            )
        )
    return AbsentPerson(
        entry_ids=tuple(entry_ids),
        client=client.payload,
        name=names.get(client.id, client.payload.name),
        detail=display_names.distinguishing_detail(past.db, past.vault, client),
        is_erased=any(id.bytes in erased_records for id in entry_ids),
        tables=_list_tables(past, entry_ids),
        couples=tuple(couples),
        lone_couples=lone_couples,
    )


def _list_tables(past: OpenRecord, owner_ids: Collection[UUID]) -> tuple[str, ...]:
    rings = client_erasure.list_rings(past.vault, owner_ids)
    return tuple(client_erasure.count_records(past.db, past.vault, rings))
