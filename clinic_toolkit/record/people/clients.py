"""Clients: who they are, how they may be reached, and which entries are joined."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names.folding import fold_name, matches_search
from clinic_toolkit.record.people import cases, client_list_facts
from clinic_toolkit.record.people.client_record import (
    CLIENT,
    Client,
    ClientEvent,
    ClientState,
    record_ring,
)
from clinic_toolkit.store.transactions import remember_in_snapshot
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault

ADULT_AGE = 18


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
            "These two entries cannot be joined: they are joined already, they are the two people of "
            "a couple, or one of them is to be erased."
        )


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
    ring = vault.rings.create_ring(db, owner=id, ring_class=RingClass.DEMOGRAPHICS)
    vault.rings.create_ring(db, owner=id, ring_class=RingClass.RECORD)
    new_client = records.create_record(
        db,
        vault,
        CLIENT,
        client,
        ring=ring,
        state=ClientState.ACTIVE,
        event=ClientEvent.ADDED,
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
        (ClientState.JOINED if client.joined_to_id else ClientState.ACTIVE)
        if current.is_substitute
        else current.state
    )
    return records.append_version(
        db, vault, CLIENT, current, client, state=state, event=ClientEvent.REVISED, now=now
    )


def archive_client(
    db: Connection, vault: Vault, current: RecordVersion[Client], *, now: datetime
) -> RecordVersion[Client]:
    """Archive a client: hidden from the lists, nothing deleted."""
    return records.append_version(
        db,
        vault,
        CLIENT,
        current,
        current.payload,
        state=ClientState.ARCHIVED,
        event=ClientEvent.ARCHIVED,
        now=now,
    )


def restore_client(
    db: Connection, vault: Vault, current: RecordVersion[Client], *, now: datetime
) -> RecordVersion[Client]:
    """Bring an archived client back."""
    return records.append_version(
        db,
        vault,
        CLIENT,
        current,
        current.payload,
        state=ClientState.ACTIVE,
        event=ClientEvent.RESTORED,
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
    entry_ids = set(list_joined_client_ids(db, vault, current.id))
    target_ids = set(list_joined_client_ids(db, vault, target_id))
    couples = (set(case.payload.client_ids) for case in cases.list_cases(db, vault) if case.payload.is_couple)
    if (
        entry_ids & target_ids
        or current.payload.joined_to_id
        or ClientState.LEAVING in (current.state, load_client(db, vault, target_id).state)
        or any(couple & entry_ids and couple & target_ids for couple in couples)
    ):
        raise CannotJoinClients
    payload = msgspec.structs.replace(current.payload, joined_to_id=target_id.bytes)
    return records.append_version(
        db, vault, CLIENT, current, payload, state=ClientState.JOINED, event=ClientEvent.JOINED, now=now
    )


def separate_client(
    db: Connection, vault: Vault, current: RecordVersion[Client], *, now: datetime
) -> RecordVersion[Client]:
    """Undo a join; what was added since stays with the entry that it was added to."""
    payload = msgspec.structs.replace(current.payload, joined_to_id=None)
    return records.append_version(
        db, vault, CLIENT, current, payload, state=ClientState.ACTIVE, event=ClientEvent.SEPARATED, now=now
    )


def load_client(db: Connection, vault: Vault, client_id: UUID) -> RecordVersion[Client]:
    """Load one client, as last saved.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, CLIENT, client_id)


def load_primary_client(db: Connection, vault: Vault, client_id: UUID) -> RecordVersion[Client]:
    """Load the entry that this client is shown under: itself, unless it was joined to another.

    Raises:
        RecordNotFound: there is no such client that this clinician may see.
    """
    load_client(db, vault, client_id)
    return load_client(db, vault, primary_client_id(db, vault, client_id))


def list_clients(db: Connection, vault: Vault) -> list[RecordVersion[Client]]:
    """Return every client of this clinician, including archived and joined entries, by name."""
    return sorted(list_clients_by_creation(db, vault), key=lambda client: fold_name(client.payload.name))


def list_clients_by_creation(db: Connection, vault: Vault) -> list[RecordVersion[Client]]:
    """Return every client of this clinician, including archived and joined entries, by creation."""
    return records.list_all_records(db, vault, CLIENT)


def load_client_joins(db: Connection, vault: Vault) -> dict[UUID, UUID]:
    """Return the join table: each joined entry with the primary entry that it is shown under."""
    return remember_in_snapshot(db, (vault, "joined clients"), lambda: _load_joins(FactsReader(db, vault)))


def _load_joins(reader: FactsReader) -> dict[UUID, UUID]:
    return reader.load_derived("joined clients", (CLIENT,), lambda: _compute_joins(reader))


def _compute_joins(reader: FactsReader) -> dict[UUID, UUID]:
    all_clients = client_list_facts.list_client_facts(reader)
    existing_ids = {facts.id_bytes for facts in all_clients}
    # If the target entry is missing, ignore the join, so that the client stays visible.
    return resolve_join_chains(
        {facts.id: facts.joined_to_id for facts in all_clients if facts.joined_to_id in existing_ids}
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
    return [record_ring(vault, id) for id in list_joined_client_ids(db, vault, client_id)]


def search_clients(db: Connection, vault: Vault, words: str) -> list[RecordVersion[Client]]:
    """Return clients whose name, initials, telephone or e-mail match every word, archived ones too.

    Those who are to be erased are left out.

    If a joined entry matches, the primary entry is returned.
    """
    all_clients, primary_by_id = list_clients(db, vault), load_client_joins(db, vault)
    matching_ids = {
        primary_by_id.get(client.id, client.id)
        for client in all_clients
        if matches_search(words, _searched_text(client.payload), client.payload.phone)
    }
    listed = (client for client in all_clients if client.state != ClientState.LEAVING)
    return [client for client in listed if client.id in matching_ids]


def _searched_text(client: Client) -> str:
    return " ".join((client.name, client.preferred_name, client.initials, client.email))
