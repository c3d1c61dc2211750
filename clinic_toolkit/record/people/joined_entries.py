"""Entries of one person that were joined: what lies under any of them is read as if it lay under one.

A joined entry points to the one that it is shown under. Every record stays where it was written, under its
own keys and as it was signed. So a join can be seen, and taken apart again.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, relationships
from clinic_toolkit.record.people.cases import Case
from clinic_toolkit.record.people.client_scoped import ClientScoped
from clinic_toolkit.vault.vault import Vault

G = TypeVar("G", bound=ClientScoped)


class JoinedEntries(msgspec.Struct, frozen=True, kw_only=True):
    """Of each joined client and relationship, the entry that it is shown under."""

    primary_by_id: Mapping[UUID, UUID]

    def primary_id(self, entry_id: UUID | None) -> UUID | None:
        """The entry that this one is shown under; itself if it was not joined."""
        return self.primary_by_id.get(entry_id, entry_id) if entry_id else None

    def under_primary(self, versions: Iterable[RecordVersion[G]]) -> list[RecordVersion[G]]:
        """Records to read, not to write again: each as if it lay under the one entry of its person."""
        return [self._under_primary(kept) for kept in versions] if self.primary_by_id else list(versions)

    def _under_primary(self, version: RecordVersion[G]) -> RecordVersion[G]:
        moved = {
            name: self._primary_bytes(getattr(version.payload, name))
            for name in ("client", "relationship", "relationship_id_bytes")
            if hasattr(version.payload, name)
        }
        return msgspec.structs.replace(version, payload=msgspec.structs.replace(version.payload, **moved))

    def _primary_bytes(self, id: bytes | None) -> bytes | None:
        one = self.primary_id(UUID(bytes=id)) if id else None
        return one.bytes if one else id


def load_joined_entries(db: Connection, vault: Vault) -> JoinedEntries:
    """What was joined, of any client."""
    return JoinedEntries(
        primary_by_id=clients.load_client_joins(db, vault) | relationships.load_relationship_joins(db, vault)
    )


def list_cases_of_person(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Case]]:
    """The cases that a person takes part in, under any entry: their own first, then couples."""
    every = clients.list_joined_client_ids(db, vault, client_id)
    found = {kept.id: kept for each in every for kept in cases.list_cases_of_client(db, vault, each)}
    return sorted(found.values(), key=lambda kept: kept.payload.is_couple)


def list_single_cases(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Case]]:
    """The cases of a person alone, under any entry; that of the entry which all are shown under first."""
    return [
        cases.load_single_case(db, vault, each)
        for each in clients.list_joined_client_ids(db, vault, client_id)
    ]
