"""Clients: who they are, how they may be reached, and which entries are joined."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records, version_cache
from clinic_toolkit.journal.record_versions import UNREADABLE_STATE, RecordVersion
from clinic_toolkit.names.folding import fold_name, matches_search
from clinic_toolkit.names.initials import propose_initials
from clinic_toolkit.record.people import cases
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

client_table = sealed_table("client")

ADULT_AGE = 18
STATE_ACTIVE, STATE_ARCHIVED, STATE_JOINED = "active", "archived", "joined"
UNREADABLE_NAME = "(details cannot be read)"


class ClientIsMinor(ClinicError):
    """The birth date is less than 18 years ago."""

    def __init__(self) -> None:
        super().__init__(
            "This birth date is less than 18 years ago. The questionnaires and worksheets here are "
            "written for adults, and the law has other rules on consent and access for minors. So this "
            "program keeps no record for anyone under 18."
        )


class CannotJoinClients(ClinicError):
    """These two entries cannot belong to the same person."""

    def __init__(self) -> None:
        super().__init__(
            "These two entries cannot be joined: they are joined already, or they are the two people of "
            "a couple."
        )


class Client(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """Who a client is and how they may be reached. `leave_message` is "ask", "yes" or "no".

    `code` is a code or initials, shown wherever the name is not; "" to use proposed initials. `joined_to_id`
    is the other entry of the same person under which this one is shown.
    """

    name: str
    birth_date: date | None = None
    phone: str = ""
    email: str = ""
    address: str = ""
    reach_note: str = ""
    leave_message: str = "ask"
    emergency_name: str = ""
    emergency_phone: str = ""
    emergency_relation: str = ""
    code: str = ""
    joined_to_id: bytes | None = None

    @property
    def initials(self) -> str:
        """The code, or else initials proposed from the name; others may read a list left open on a desk."""
        if self.name == UNREADABLE_NAME:
            return self.name
        return self.code or propose_initials(self.name)


def age_on(birth_date: date, day: date) -> int:
    """Return the age in whole years; a birthday on 29 February counts as 1 March in other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _check_adult(client: Client, now: datetime) -> None:
    if client.birth_date is not None and age_on(client.birth_date, now.astimezone().date()) < ADULT_AGE:
        raise ClientIsMinor


def create_client(
    db: Connection, vault: Vault, client: Client, *, now: datetime, idempotency_key: UUID | None = None
) -> RecordVersion[Client]:
    """Create a client with both rings and the single case that their sessions will belong to.

    Args:
        idempotency_key: the form's idempotency key; it becomes the client's id, and so the owner of the
            rings.

    Raises:
        ClientIsMinor: the birth date is less than 18 years ago.
    """
    _check_adult(client, now)
    id = idempotency_key or uuid4()
    ring = vault.create_ring(db, owner=id, ring_class="demographics")
    vault.create_ring(db, owner=id, ring_class="record")
    new_client = records.create_record(
        db,
        vault,
        client_table,
        client,
        ring=ring,
        state=STATE_ACTIVE,
        event="client.added",
        now=now,
        final=True,
        record_id=id,
    )
    cases.create_single_case(db, vault, id, now=now)
    return new_client


def revise_client(
    db: Connection, vault: Vault, current: RecordVersion[Client], client: Client, *, now: datetime
) -> RecordVersion[Client]:
    """Save changed details; earlier versions stay in the record.

    Raises:
        ClientIsMinor: the birth date is less than 18 years ago.
        StaleVersion: the details were changed meanwhile.
    """
    _check_adult(client, now)
    # The state was lost with unreadable details; saving them again makes the client active or joined.
    state = (
        (STATE_JOINED if client.joined_to_id else STATE_ACTIVE)
        if current.state == UNREADABLE_STATE
        else current.state
    )
    return records.append_version(
        db, vault, client_table, current, client, state=state, event="client.revised", now=now
    )


def archive_client(
    db: Connection, vault: Vault, current: RecordVersion[Client], *, now: datetime
) -> RecordVersion[Client]:
    """Archive a client: hidden from the lists, nothing deleted."""
    return records.append_version(
        db,
        vault,
        client_table,
        current,
        current.payload,
        state=STATE_ARCHIVED,
        event="client.archived",
        now=now,
    )


def restore_client(
    db: Connection, vault: Vault, current: RecordVersion[Client], *, now: datetime
) -> RecordVersion[Client]:
    """Bring an archived client back."""
    return records.append_version(
        db,
        vault,
        client_table,
        current,
        current.payload,
        state=STATE_ACTIVE,
        event="client.restored",
        now=now,
    )


def join_client(
    db: Connection, vault: Vault, current: RecordVersion[Client], other_id: UUID, *, now: datetime
) -> RecordVersion[Client]:
    """Show this entry under another one of the same person; no record is moved.

    Raises:
        CannotJoinClients: the two are the same entry, are joined already, or are the partners of a couple.
        RecordNotFound: there is no such other entry.
    """
    target_id = primary_client_id(db, vault, load_client(db, vault, other_id).id)
    entry_ids, target_ids = (
        set(list_joined_client_ids(db, vault, current.id)),
        set(list_joined_client_ids(db, vault, target_id)),
    )
    couples = (set(case.payload.client_ids) for case in cases.list_cases(db, vault) if case.payload.is_couple)
    if (
        entry_ids & target_ids
        or current.payload.joined_to_id
        or any(couple & entry_ids and couple & target_ids for couple in couples)
    ):
        raise CannotJoinClients
    payload = msgspec.structs.replace(current.payload, joined_to_id=target_id.bytes)
    return records.append_version(
        db, vault, client_table, current, payload, state=STATE_JOINED, event="client.joined", now=now
    )


def separate_client(
    db: Connection, vault: Vault, current: RecordVersion[Client], *, now: datetime
) -> RecordVersion[Client]:
    """Undo a join; what was added since stays with the entry that it was added to."""
    payload = msgspec.structs.replace(current.payload, joined_to_id=None)
    return records.append_version(
        db, vault, client_table, current, payload, state=STATE_ACTIVE, event="client.taken_apart", now=now
    )


def load_client(db: Connection, vault: Vault, client_id: UUID) -> RecordVersion[Client]:
    """Load one client, as last saved.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, client_table, client_id, Client, _fallback_client)


def list_clients(db: Connection, vault: Vault) -> list[RecordVersion[Client]]:
    """Return every client of this clinician, including archived and joined entries, by name."""
    return sorted(list_clients_by_creation(db, vault), key=lambda kept: fold_name(kept.payload.name))


def list_clients_by_creation(db: Connection, vault: Vault) -> list[RecordVersion[Client]]:
    """Return every client of this clinician, including archived and joined entries, by creation."""
    return records.list_all_records(db, vault, client_table, Client, _fallback_client)


def _fallback_client(vault: Vault, ring: UUID) -> Client:
    # Sessions and notes are reached through their client, so one with unreadable details stays in the list.
    return Client(name=UNREADABLE_NAME)


def load_client_joins(db: Connection, vault: Vault) -> dict[UUID, UUID]:
    """Return the join table: each joined entry with the primary entry that it is shown under."""
    return version_cache.cached_for_table(
        db, vault, client_table, "joined", lambda: _compute_client_joins(db, vault)
    )


def _compute_client_joins(db: Connection, vault: Vault) -> dict[UUID, UUID]:
    all_clients = list_clients_by_creation(db, vault)
    existing_ids = {client.id.bytes for client in all_clients}
    # If the target entry is missing, ignore the join, so that the client stays visible.
    return resolve_join_chains(
        {
            client.id: client.payload.joined_to_id
            for client in all_clients
            if client.payload.joined_to_id in existing_ids
        }
    )


def resolve_join_chains(joined_to: Mapping[UUID, bytes | None]) -> dict[UUID, UUID]:
    """Return each entry with the end of its chain of joins; a cycle is cut before it repeats."""
    primary_by_id = {}
    for id in joined_to:
        primary_id, visited = id, {id}
        while (next_bytes := joined_to.get(primary_id)) and UUID(bytes=next_bytes) not in visited:
            primary_id = UUID(bytes=next_bytes)
            visited.add(primary_id)
        primary_by_id[id] = primary_id
    return primary_by_id


def primary_client_id(db: Connection, vault: Vault, client_id: UUID) -> UUID:
    """Return the entry that this one is shown under: itself, unless it was joined to another."""
    return load_client_joins(db, vault).get(client_id, client_id)


def list_joined_client_ids(db: Connection, vault: Vault, client_id: UUID) -> tuple[UUID, ...]:
    """Return every entry of the person whose entry this is, the primary one first."""
    primary_by_id = load_client_joins(db, vault)
    primary_id = primary_by_id.get(client_id, client_id)
    return (
        primary_id,
        *(id for id, primary in primary_by_id.items() if primary == primary_id and id != primary_id),
    )


def list_record_rings(db: Connection, vault: Vault, client_id: UUID) -> list[UUID]:
    """Return the record rings of every entry of the person whose entry this is."""
    return [vault.get_ring(id, "record") for id in list_joined_client_ids(db, vault, client_id)]


def search_clients(db: Connection, vault: Vault, words: str) -> list[RecordVersion[Client]]:
    """Return clients whose name, initials, telephone or e-mail match every word, archived ones too.

    If a joined entry matches, the primary entry is returned.
    """
    all_clients, primary_by_id = list_clients(db, vault), load_client_joins(db, vault)
    matching_ids = {
        primary_by_id.get(client.id, client.id)
        for payload, client in ((client.payload, client) for client in all_clients)
        if matches_search(words, " ".join((payload.name, payload.initials, payload.email)), payload.phone)
    }
    return [client for client in all_clients if client.id in matching_ids]
