"""Clients told apart: two of one name, or of the same initials, wherever a list or a choice shows them."""

import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.names.folding import fold
from clinic_toolkit.record import clients, memory, rows
from clinic_toolkit.record.clients import JOINED, UNREADABLE, Client
from clinic_toolkit.record.days import written
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.vault.vault import Vault


class Names(Struct, frozen=True, kw_only=True):
    """Every client by name, and by the initials or code that stand where the name does not.

    Of two that are alike the later one has a number: "A. R." and "A. R. 2". A joined entry has the name of
    the one that it is shown under. `alike` are those who share a name or their initials with another.
    """

    full: dict[UUID, str]
    short: dict[UUID, str]
    alike: frozenset[UUID]

    def both(self, ids: Iterable[UUID]) -> str:
        """The name with the initials or code of each, to see on which client's page one is."""
        return " and ".join(self._both(id) for id in ids if id in self.full)

    def _both(self, id: UUID) -> str:
        full, short = self.full[id], self.short[id]
        return full if short in (full, "") or full.endswith(f"({short})") else f"{full} ({short})"


def of(db: Connection, vault: Vault) -> Names:
    """The names of every client of this clinician."""
    return memory.told_once(db, vault, clients.client, "names", lambda: _told(db, vault))


def _told(db: Connection, vault: Vault) -> Names:
    every, into = clients.in_order(db, vault), clients.joined(db, vault)
    alone = [kept for kept in every if kept.id not in into]
    short = _short(alone)
    times: dict[str, int] = {}
    for kept in alone:
        times[fold(kept.body.name)] = times.get(fold(kept.body.name), 0) + 1
    full = {
        kept.id: f"{kept.body.name} ({short[kept.id]})"
        if times[fold(kept.body.name)] > 1 and kept.body.name != UNREADABLE
        else kept.body.name
        for kept in alone
    }
    ends = {kept.id: into.get(kept.id, kept.id) for kept in every}
    return Names(
        alike=_alike(alone),
        full={id: full[end] for id, end in ends.items() if end in full},
        short={id: short[end] for id, end in ends.items() if end in short},
    )


def _alike(people: Sequence[Kept[Client]]) -> frozenset[UUID]:
    by: dict[tuple[str, str], set[UUID]] = {}
    for kept in people:
        if kept.body.name != UNREADABLE:
            for what in (
                ("name", fold(kept.body.name)),
                ("initials", _before_a_number(fold(kept.body.initials))),
            ):
                by.setdefault(what, set()).add(kept.id)
    return frozenset(id for same in by.values() if len(same) > 1 for id in same)


def _before_a_number(initials: str) -> str:
    return re.sub(r" \d+$", "", initials)


def beside(db: Connection, vault: Vault, kept: Kept[Client]) -> str:
    """What tells this entry from another of the same name: the birth date, else the day it was added."""
    if kept.body.birth_date:
        return f"born {written(kept.body.birth_date)}"
    first = rows.versions(db, vault, clients.client, kept.id, Client)
    return f"added on {written(first[0].at.astimezone())}" if first else ""


def in_choices(db: Connection, vault: Vault, found: Iterable[Kept[Client]]) -> dict[UUID, str]:
    """These clients by name, for a choice; beside those who are alike, what tells them apart."""
    names = of(db, vault)
    return {
        kept.id: f"{names.full[kept.id]}, {beside(db, vault, kept)}"
        if kept.id in names.alike
        else names.full[kept.id]
        for kept in found
    }


def _short(people: Sequence[Kept[Client]]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    taken: dict[str, int] = {}
    # What was written down for somebody stays theirs; what is only proposed gives way.
    for kept in sorted(people, key=lambda kept: not kept.body.code):
        found[kept.id] = kept.body.initials
        if kept.body.name != UNREADABLE:
            found[kept.id] = _free(found[kept.id], taken)
    return found


def _free(wanted: str, taken: dict[str, int]) -> str:
    """The first of "A. R.", "A. R. 2" … that is free; `taken` has the last number of each that was given."""
    folded = fold(wanted)
    if folded not in taken:
        taken[folded] = 1
        return wanted
    number = taken[folded] + 1
    while f"{folded} {number}" in taken:
        number += 1
    taken |= {folded: number, f"{folded} {number}": 1}
    return f"{wanted} {number}"


def proposed(db: Connection, vault: Vault, body: Client, *, besides: UUID | None = None) -> str:
    """Initials for this client that no other has.

    Args:
        besides: the client's own entry, if there is one already.
    """
    names = of(db, vault)
    return _free(body.initials, {fold(each): 1 for id, each in names.short.items() if id != besides})


def alike(db: Connection, vault: Vault, body: Client, *, besides: UUID | None = None) -> list[Kept[Client]]:
    """The clients of the same name or, if one was written, of the same code: perhaps the same person."""
    name, code = fold(body.name), fold(body.code)
    return [
        kept
        for kept in clients.everyone(db, vault)
        if kept.id != besides
        and kept.state != JOINED
        and kept.body.name != UNREADABLE
        and (fold(kept.body.name) == name or (code and fold(kept.body.initials) == code))
    ]
