"""Joined entries: the records of several entries of one person are read as if they belonged to one.

A joined entry points to the primary entry that it is shown under. Every record stays where it was written,
under its own keys and signatures, so a join stays visible and can be undone. Never writes.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, relationships
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_scoped import ClientScoped
from clinic_toolkit.vault.vault import Vault

G = TypeVar("G", bound=ClientScoped)


class JoinedEntries(msgspec.Struct, frozen=True, kw_only=True):
    """The primary entry of each joined client and relationship, by id."""

    primary_by_id: Mapping[UUID, UUID]

    def primary_id(self, entry_id: UUID | None) -> UUID | None:
        """Return the entry that this one is shown under; itself if it was not joined."""
        return self.primary_by_id.get(entry_id, entry_id) if entry_id else None

    def under_primary(self, versions: Iterable[RecordVersion[G]]) -> list[RecordVersion[G]]:
        """Return these records with the ids of the primary entries.

        Pages and rules need them so: a hold on a person covers what was written under either entry. Never
        save such a record; its own ids would be lost.
        """
        return (
            [self._under_primary(version) for version in versions] if self.primary_by_id else list(versions)
        )

    def _under_primary(self, version: RecordVersion[G]) -> RecordVersion[G]:
        primary_ids = {
            field_name: self._primary_bytes(getattr(version.payload, field_name))
            for field_name in ("client", "relationship", "relationship_id_bytes")
            if hasattr(version.payload, field_name)
        }
        return msgspec.structs.replace(
            version, payload=msgspec.structs.replace(version.payload, **primary_ids)
        )

    def _primary_bytes(self, id: bytes | None) -> bytes | None:
        primary_id = self.primary_id(UUID(bytes=id)) if id else None
        return primary_id.bytes if primary_id else id


def load_joined_entries(db: Connection, vault: Vault) -> JoinedEntries:
    """Return the joins of all clients and relationships."""
    return JoinedEntries(
        primary_by_id=clients.load_client_joins(db, vault) | relationships.load_relationship_joins(db, vault)
    )


def list_cases_of_person(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Case]]:
    """Return the cases of all entries of a person: single ones first, then couples."""
    entry_ids = clients.list_joined_client_ids(db, vault, client_id)
    case_by_id = {
        case.id: case for entry_id in entry_ids for case in cases.list_cases_of_client(db, vault, entry_id)
    }
    return sorted(case_by_id.values(), key=lambda case: case.payload.is_couple)


def list_single_cases(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Case]]:
    """Return the single case of each entry of a person, that of the primary entry first."""
    return [
        cases.load_single_case(db, vault, entry_id)
        for entry_id in clients.list_joined_client_ids(db, vault, client_id)
    ]


def list_cases_as_one(db: Connection, vault: Vault, case: RecordVersion[Case]) -> list[RecordVersion[Case]]:
    """Return the cases that are one with this one: of a client those of joined entries, of a couple itself.

    That of the primary entry is first.
    """
    client_id = case.payload.single_client_id
    return [case] if client_id is None else list_single_cases(db, vault, client_id)
