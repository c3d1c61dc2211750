"""Entries of one person that were joined: what lies under any of them is read as if it lay under one.

A joined entry points to the one that it is shown under. Every record stays where it was written, under its
own keys and as it was signed. So a join can be seen, and taken apart again.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.record import cases, clients, relationships
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.given import Given
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.vault.vault import Vault

G = TypeVar("G", bound=Given)


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """Of each joined client and relationship, the entry that it is shown under."""

    into: Mapping[UUID, UUID]

    def one(self, id: UUID | None) -> UUID | None:
        """The entry that this one is shown under; itself if it was not joined."""
        return self.into.get(id, id) if id else None

    def as_one(self, found: Iterable[Kept[G]]) -> list[Kept[G]]:
        """Records to read, not to write again: each as if it lay under the one entry of its person."""
        return [self._read(kept) for kept in found] if self.into else list(found)

    def _read(self, kept: Kept[G]) -> Kept[G]:
        told = {name: self._bytes(getattr(kept.body, name)) for name in ("client", "relationship", "about")
                if hasattr(kept.body, name)}  # fmt: skip
        return msgspec.structs.replace(kept, body=msgspec.structs.replace(kept.body, **told))

    def _bytes(self, id: bytes | None) -> bytes | None:
        one = self.one(UUID(bytes=id)) if id else None
        return one.bytes if one else id


def of(db: Connection, vault: Vault) -> Joined:
    """What was joined, of any client."""
    return Joined(into=clients.joined(db, vault) | relationships.joined(db, vault))


def cases_of(db: Connection, vault: Vault, client_id: UUID) -> list[Kept[Case]]:
    """The cases that a person takes part in, under any entry: their own first, then couples."""
    every = clients.together(db, vault, client_id)
    found = {kept.id: kept for each in every for kept in cases.of_client(db, vault, each)}
    return sorted(found.values(), key=lambda kept: kept.body.is_couple)


def alone(db: Connection, vault: Vault, client_id: UUID) -> list[Kept[Case]]:
    """The cases of a person alone, under any entry; that of the entry which all are shown under first."""
    return [cases.single_of(db, vault, each) for each in clients.together(db, vault, client_id)]
