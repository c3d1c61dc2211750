"""Display names of clients, distinct even if two have the same name or the same initials."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal import version_history
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.people import client_list_facts, clients
from clinic_toolkit.record.people.client_list_facts import ClientFacts
from clinic_toolkit.record.people.client_record import (
    CLIENT,
    UNREADABLE_NAME,
    Client,
    ClientState,
)
from clinic_toolkit.store.transactions import remember_in_snapshot
from clinic_toolkit.vault.vault import Vault


class DisplayNames(Struct, frozen=True, kw_only=True):
    """The full name and the short name (initials or code) of every client, by id.

    `called_by_id` has the preferred name in place of the full one, for pages on which the client may read
    along. If two short names are the same, the later one gets a number: "A. R." and "A. R. 2". A joined
    entry has the names of its primary entry. `alike` are the clients who share a name or initials with
    another.
    """

    full_by_id: dict[UUID, str]
    short_by_id: dict[UUID, str]
    called_by_id: dict[UUID, str]
    alike: frozenset[UUID]

    def full_and_short(self, ids: Iterable[UUID]) -> str:
        """Return the full and short name of each as one phrase, above what is signed or recorded."""
        return " and ".join(self._with_short(self.full_by_id[id], id) for id in ids if id in self.full_by_id)

    def called_and_short(self, id: UUID) -> str:
        """Return what this client is called and the short name, for a page that the client sees."""
        return self._with_short(self.called_by_id.get(id, UNREADABLE_NAME), id)

    def _with_short(self, full: str, id: UUID) -> str:
        short = self.short_by_id.get(id, "")
        return full if short in (full, "") or full.endswith(f"({short})") else f"{full} ({short})"


def load_display_names(db: Connection, vault: Vault) -> DisplayNames:
    """Return the display names of every client of this clinician."""
    return remember_in_snapshot(db, (vault, "names"), lambda: _load_names(db, vault, FactsReader(db, vault)))


def _load_names(db: Connection, vault: Vault, reader: FactsReader) -> DisplayNames:
    return reader.load_derived("names", (CLIENT,), lambda: _compute_display_names(db, vault, reader))


def _compute_display_names(db: Connection, vault: Vault, reader: FactsReader) -> DisplayNames:
    all_clients = client_list_facts.list_client_facts(reader)
    joins = clients.load_client_joins(db, vault)
    unjoined = [client for client in all_clients if client.id not in joins]
    short_names = _short_names(unjoined)
    full_names = _told_apart([(client, client.name, client.folded_name) for client in unjoined], short_names)
    called = _told_apart(
        [
            (client, client.preferred_name, fold_name(client.preferred_name))
            if client.preferred_name
            else (client, client.name, client.folded_name)
            for client in unjoined
        ],
        short_names,
    )
    primary_by_id = {client.id: joins.get(client.id, client.id) for client in all_clients}
    return DisplayNames(
        alike=_ambiguous_client_ids(unjoined),
        full_by_id={
            id: full_names[primary_id] for id, primary_id in primary_by_id.items() if primary_id in full_names
        },
        called_by_id={
            id: called[primary_id] for id, primary_id in primary_by_id.items() if primary_id in called
        },
        short_by_id={
            id: short_names[primary_id]
            for id, primary_id in primary_by_id.items()
            if primary_id in short_names
        },
    )


def _told_apart(
    named: Sequence[tuple[ClientFacts, str, str]], short_names: dict[UUID, str]
) -> dict[UUID, str]:
    """Return the name of each client, with the short name behind each name that two of them have.

    Args:
        named: each client with the name and the folded name.
    """
    counts = Counter(folded for _, _, folded in named)
    return {
        client.id: f"{name} ({short_names[client.id]})" if counts[folded] > 1 and client.is_readable else name
        for client, name, folded in named
    }


def _ambiguous_client_ids(people: Sequence[ClientFacts]) -> frozenset[UUID]:
    ids_by_key: dict[tuple[str, str], set[UUID]] = {}
    for client in people:
        if client.is_readable:
            for key in (("name", client.folded_name), ("initials", _without_number(client.folded_initials))):
                ids_by_key.setdefault(key, set()).add(client.id)
    return frozenset(id for ids in ids_by_key.values() if len(ids) > 1 for id in ids)


def _without_number(initials: str) -> str:
    return re.sub(r" \d+$", "", initials)


def distinguishing_detail(db: Connection, vault: Vault, client: RecordVersion[Client]) -> str:
    """Return what distinguishes this entry from another of the same name: birth date, or else day added."""
    if client.payload.birth_date:
        return f"born {format_date(client.payload.birth_date)}"
    first_version = version_history.find_first_version(db, vault, CLIENT, client.id)
    return f"added on {format_date(first_version.recorded_at.astimezone())}" if first_version else ""


def details_of_alike(
    db: Connection, vault: Vault, listed_clients: Iterable[RecordVersion[Client]]
) -> dict[UUID, str]:
    """Return, by id, what distinguishes those of these clients who share a name or initials with another."""
    alike = load_display_names(db, vault).alike
    return {
        client.id: distinguishing_detail(db, vault, client) for client in listed_clients if client.id in alike
    }


def choice_labels(
    db: Connection, vault: Vault, listed_clients: Sequence[RecordVersion[Client]]
) -> dict[UUID, str]:
    """Return labels for a choice of these clients, by id, with a distinguishing detail if they are alike."""
    names, details = load_display_names(db, vault).full_by_id, details_of_alike(db, vault, listed_clients)
    return {
        client.id: f"{names[client.id]}, {details[client.id]}" if client.id in details else names[client.id]
        for client in listed_clients
    }


def _short_names(unjoined: Sequence[ClientFacts]) -> dict[UUID, str]:
    short_names: dict[UUID, str] = {}
    last_numbers: dict[str, int] = {}
    # Codes that were entered are assigned first, so proposed initials get the number on a clash.
    for client in sorted(unjoined, key=lambda client: not client.has_code):
        short_names[client.id] = (
            _unused_name(client.initials, client.folded_initials, last_numbers)
            if client.is_readable
            else client.initials
        )
    return short_names


def _unused_name(wanted: str, folded: str, last_numbers: dict[str, int]) -> str:
    """Return the first free name of "A. R.", "A. R. 2" …, and note its number in `last_numbers`."""
    if folded not in last_numbers:
        last_numbers[folded] = 1
        return wanted
    number = last_numbers[folded] + 1
    while f"{folded} {number}" in last_numbers:
        number += 1
    last_numbers |= {folded: number, f"{folded} {number}": 1}
    return f"{wanted} {number}"


def propose_code(db: Connection, vault: Vault, client: Client, *, except_id: UUID | None = None) -> str:
    """Return initials for this client that no other client has.

    Args:
        except_id: the client's own entry, if it exists already.
    """
    names = load_display_names(db, vault)
    return _unused_name(
        client.initials,
        fold_name(client.initials),
        {fold_name(short_name): 1 for id, short_name in names.short_by_id.items() if id != except_id},
    )


def fill_in_codes(db: Connection, vault: Vault, new_clients: Sequence[Client]) -> list[Client]:
    """Return these new clients, each with a code that nobody else has, also none of the others here.

    A code that was entered is kept as it is.
    """
    last_numbers = {fold_name(name): 1 for name in load_display_names(db, vault).short_by_id.values()}
    last_numbers |= {fold_name(client.code): 1 for client in new_clients if client.code}
    return [
        client
        if client.code
        else msgspec.structs.replace(
            client, code=_unused_name(client.initials, fold_name(client.initials), last_numbers)
        )
        for client in new_clients
    ]


def list_similar_clients(
    db: Connection, vault: Vault, client: Client, *, except_id: UUID | None = None
) -> list[RecordVersion[Client]]:
    """Return the clients with the same name or code, who may be the same person.

    Args:
        except_id: the client's own entry, if it exists already.
    """
    name, code = fold_name(client.name), fold_name(client.code)
    return [
        other
        for other in clients.list_clients(db, vault)
        if other.id != except_id
        and other.state != ClientState.JOINED
        and other.payload.name != UNREADABLE_NAME
        and (fold_name(other.payload.name) == name or (code and fold_name(other.payload.initials) == code))
    ]
