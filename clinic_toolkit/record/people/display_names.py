"""Display names of clients, distinct even if two have the same name or the same initials."""

import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal import version_cache, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.clients import STATE_JOINED, UNREADABLE_NAME, Client
from clinic_toolkit.vault.vault import Vault


class DisplayNames(Struct, frozen=True, kw_only=True):
    """The full name and the short name (initials or code) of every client, by id.

    If two short names are the same, the later one gets a number: "A. R." and "A. R. 2". A joined entry has
    the names of its primary entry. `alike` are the clients who share a name or initials with another.
    """

    full_by_id: dict[UUID, str]
    short_by_id: dict[UUID, str]
    alike: frozenset[UUID]

    def full_and_short(self, ids: Iterable[UUID]) -> str:
        """Return the full and short name of each as one phrase, for the heading of a client's page."""
        return " and ".join(self._full_and_short(id) for id in ids if id in self.full_by_id)

    def _full_and_short(self, id: UUID) -> str:
        full, short = self.full_by_id[id], self.short_by_id[id]
        return full if short in (full, "") or full.endswith(f"({short})") else f"{full} ({short})"


def load_display_names(db: Connection, vault: Vault) -> DisplayNames:
    """Return the display names of every client of this clinician."""
    return version_cache.cached_for_table(
        db, vault, clients.client_table, "names", lambda: _compute_display_names(db, vault)
    )


def _compute_display_names(db: Connection, vault: Vault) -> DisplayNames:
    every, into = clients.list_clients_by_creation(db, vault), clients.load_client_joins(db, vault)
    alone = [kept for kept in every if kept.id not in into]
    short = _short_names(alone)
    times: dict[str, int] = {}
    for kept in alone:
        times[fold_name(kept.payload.name)] = times.get(fold_name(kept.payload.name), 0) + 1
    full = {
        kept.id: f"{kept.payload.name} ({short[kept.id]})"
        if times[fold_name(kept.payload.name)] > 1 and kept.payload.name != UNREADABLE_NAME
        else kept.payload.name
        for kept in alone
    }
    ends = {kept.id: into.get(kept.id, kept.id) for kept in every}
    return DisplayNames(
        alike=_alike(alone),
        full_by_id={id: full[end] for id, end in ends.items() if end in full},
        short_by_id={id: short[end] for id, end in ends.items() if end in short},
    )


def _alike(people: Sequence[RecordVersion[Client]]) -> frozenset[UUID]:
    by: dict[tuple[str, str], set[UUID]] = {}
    for kept in people:
        if kept.payload.name != UNREADABLE_NAME:
            for what in (
                ("name", fold_name(kept.payload.name)),
                ("initials", _before_a_number(fold_name(kept.payload.initials))),
            ):
                by.setdefault(what, set()).add(kept.id)
    return frozenset(id for same in by.values() if len(same) > 1 for id in same)


def _before_a_number(initials: str) -> str:
    return re.sub(r" \d+$", "", initials)


def distinguishing_detail(db: Connection, vault: Vault, kept: RecordVersion[Client]) -> str:
    """Return what distinguishes this entry from another of the same name: birth date, or else day added."""
    if kept.payload.birth_date:
        return f"born {format_date(kept.payload.birth_date)}"
    first = version_history.find_first_version(db, vault, clients.client_table, kept.id, Client)
    return f"added on {format_date(first.recorded_at.astimezone())}" if first else ""


def details_of_alike(db: Connection, vault: Vault, found: Iterable[RecordVersion[Client]]) -> dict[UUID, str]:
    """Return, by id, what distinguishes those of these clients who share a name or initials with another."""
    alike = load_display_names(db, vault).alike
    return {kept.id: distinguishing_detail(db, vault, kept) for kept in found if kept.id in alike}


def choice_labels(db: Connection, vault: Vault, found: Sequence[RecordVersion[Client]]) -> dict[UUID, str]:
    """Return labels for a choice of these clients, by id, with a distinguishing detail if they are alike."""
    names, details = load_display_names(db, vault).full_by_id, details_of_alike(db, vault, found)
    return {
        kept.id: f"{names[kept.id]}, {details[kept.id]}" if kept.id in details else names[kept.id]
        for kept in found
    }


def _short_names(unjoined: Sequence[RecordVersion[Client]]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    taken: dict[str, int] = {}
    # Codes that were entered are assigned first, so proposed initials get the number on a clash.
    for kept in sorted(unjoined, key=lambda kept: not kept.payload.code):
        found[kept.id] = kept.payload.initials
        if kept.payload.name != UNREADABLE_NAME:
            found[kept.id] = _unused_name(found[kept.id], taken)
    return found


def _unused_name(wanted: str, last_numbers: dict[str, int]) -> str:
    """Return the first free name of "A. R.", "A. R. 2" …, and note its number in `last_numbers`."""
    folded = fold_name(wanted)
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
        client.initials, {fold_name(each): 1 for id, each in names.short_by_id.items() if id != except_id}
    )


def list_similar_clients(
    db: Connection, vault: Vault, client: Client, *, except_id: UUID | None = None
) -> list[RecordVersion[Client]]:
    """Return the clients with the same name or code, who may be the same person.

    Args:
        except_id: the client's own entry, if it exists already.
    """
    name, code = fold_name(client.name), fold_name(client.code)
    return [
        kept
        for kept in clients.list_clients(db, vault)
        if kept.id != except_id
        and kept.state != STATE_JOINED
        and kept.payload.name != UNREADABLE_NAME
        and (fold_name(kept.payload.name) == name or (code and fold_name(kept.payload.initials) == code))
    ]
