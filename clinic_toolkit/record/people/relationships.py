"""Relationships: whom a questionnaire is about, in the client's own word, and the frame (the kind)."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.relationship_list_facts import RING_JOINS
from clinic_toolkit.record.people.relationship_record import (
    RELATIONSHIP,
    Relationship,
    RelationshipEvent,
    RelationshipState,
)
from clinic_toolkit.record.people.watched_questions import WatchedQuestion
from clinic_toolkit.store.transactions import remember_in_snapshot
from clinic_toolkit.vault.vault import Vault


class CannotJoinRelationships(ClinicError):
    """These two entries cannot be about the same person."""

    def __init__(self) -> None:
        super().__init__(
            "These two entries cannot be joined: they are joined already, or one belongs to another client."
        )


def create_relationship(
    db: Connection,
    vault: Vault,
    client_id: UUID,
    *,
    word: str,
    frame: str,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[Relationship]:
    """Create a relationship of this client; the form's idempotency key becomes its id."""
    payload = Relationship(client=client_id.bytes, word=word, frame=frame)
    return records.create_record(
        db,
        vault,
        RELATIONSHIP,
        payload,
        ring=record_ring(vault, client_id),
        state=RelationshipState.ACTIVE,
        event=RelationshipEvent.ADDED,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def revise_relationship(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Relationship],
    *,
    word: str,
    frame: str,
    now: datetime,
) -> RecordVersion[Relationship]:
    """Change the word or the frame; questionnaires given earlier keep the frame they were given with.

    Raises:
        StaleVersion: it was changed meanwhile.
    """
    payload = msgspec.structs.replace(current.payload, word=word, frame=frame)
    return records.append_version(
        db,
        vault,
        RELATIONSHIP,
        current,
        payload,
        state=current.state,
        event=RelationshipEvent.REVISED,
        now=now,
    )


def set_watched_question(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Relationship],
    question: WatchedQuestion | None,
    *,
    now: datetime,
) -> RecordVersion[Relationship]:
    """Set or clear the client's own question for the check-in; check-ins given earlier keep theirs.

    Raises:
        StaleVersion: the relationship was changed meanwhile.
    """
    payload = msgspec.structs.replace(current.payload, watched_question=question)
    return records.append_version(
        db,
        vault,
        RELATIONSHIP,
        current,
        payload,
        state=current.state,
        event=RelationshipEvent.WATCHED,
        now=now,
    )


def archive_relationship(
    db: Connection, vault: Vault, current: RecordVersion[Relationship], *, now: datetime
) -> RecordVersion[Relationship]:
    """Archive a relationship: no longer offered as a choice; what was answered about it stays."""
    return records.append_version(
        db,
        vault,
        RELATIONSHIP,
        current,
        current.payload,
        state=RelationshipState.ARCHIVED,
        event=RelationshipEvent.ARCHIVED,
        now=now,
    )


def restore_relationship(
    db: Connection, vault: Vault, current: RecordVersion[Relationship], *, now: datetime
) -> RecordVersion[Relationship]:
    """Offer an archived relationship as a choice again."""
    return records.append_version(
        db,
        vault,
        RELATIONSHIP,
        current,
        current.payload,
        state=RelationshipState.ACTIVE,
        event=RelationshipEvent.RESTORED,
        now=now,
    )


def join_relationship(
    db: Connection, vault: Vault, current: RecordVersion[Relationship], other_id: UUID, *, now: datetime
) -> RecordVersion[Relationship]:
    """Show this entry under another one about the same person; no record is moved.

    Raises:
        CannotJoinRelationships: the two are the same entry, are joined already, or belong to two clients.
        RecordNotFound: there is no such other entry.
    """
    client_id = current.payload.client_id
    primary_by_id = load_relationship_joins(db, vault)
    target = load_relationship(db, vault, primary_by_id.get(other_id, other_id))
    if primary_by_id.get(target.id, target.id) == current.id or current.payload.joined_to_id:
        raise CannotJoinRelationships
    if target.payload.client_id not in clients.list_joined_client_ids(db, vault, client_id):
        raise CannotJoinRelationships
    payload = msgspec.structs.replace(current.payload, joined_to_id=target.id.bytes)
    return records.append_version(
        db,
        vault,
        RELATIONSHIP,
        current,
        payload,
        state=RelationshipState.JOINED,
        event=RelationshipEvent.JOINED,
        now=now,
    )


def separate_relationship(
    db: Connection, vault: Vault, current: RecordVersion[Relationship], *, now: datetime
) -> RecordVersion[Relationship]:
    """Undo a join; everything that was given about this entry is shown with it again."""
    payload = msgspec.structs.replace(current.payload, joined_to_id=None)
    return records.append_version(
        db,
        vault,
        RELATIONSHIP,
        current,
        payload,
        state=RelationshipState.ACTIVE,
        event=RelationshipEvent.SEPARATED,
        now=now,
    )


def load_relationship(db: Connection, vault: Vault, id: UUID) -> RecordVersion[Relationship]:
    """Load one relationship.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, RELATIONSHIP, id)


def list_relationships(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Relationship]]:
    """Return a client's relationships by creation, archived ones last, without joined entries."""
    relationships = [
        relationship
        for relationship in _list_with_joined(db, vault, client_id)
        if relationship.state != RelationshipState.JOINED
    ]
    return sorted(relationships, key=lambda relationship: relationship.state == RelationshipState.ARCHIVED)


def list_active_relationships(
    db: Connection, vault: Vault, client_id: UUID
) -> list[RecordVersion[Relationship]]:
    """Return a client's relationships that are neither archived nor joined to another entry."""
    relationships = list_relationships(db, vault, client_id)
    return [relationship for relationship in relationships if relationship.state == RelationshipState.ACTIVE]


def load_relationship_joins(db: Connection, vault: Vault) -> dict[UUID, UUID]:
    """Return each joined entry of any client, with the primary entry that it is shown under."""
    return remember_in_snapshot(
        db, (vault, "joined relationships"), lambda: _load_joins(FactsReader(db, vault))
    )


def _load_joins(reader: FactsReader) -> dict[UUID, UUID]:
    return reader.load_derived("joined relationships", (RELATIONSHIP,), lambda: _compute_joins(reader))


def _compute_joins(reader: FactsReader) -> dict[UUID, UUID]:
    return clients.resolve_join_chains(
        {
            UUID(bytes=id): joined_to
            for _, ring in reader.load_of_rings(RING_JOINS)
            for id, joined_to in ring.joined_to.items()
        }
    )


def list_joined_entries(
    db: Connection, vault: Vault, relationship: RecordVersion[Relationship]
) -> list[RecordVersion[Relationship]]:
    """Return the entries that are shown under this one."""
    primary_by_id = load_relationship_joins(db, vault)
    return [
        entry
        for entry in _list_with_joined(db, vault, relationship.payload.client_id)
        if primary_by_id.get(entry.id) == relationship.id
    ]


def date_added(db: Connection, vault: Vault, relationship: RecordVersion[Relationship]) -> date:
    """Return the local day on which this entry was added, which distinguishes two with the same word."""
    first_version = version_history.find_first_version(db, vault, RELATIONSHIP, relationship.id)
    return (first_version or relationship).recorded_at.astimezone().date()


def list_same_word(
    db: Connection, vault: Vault, client_id: UUID, word: str, *, except_id: UUID | None = None
) -> list[RecordVersion[Relationship]]:
    """Return the client's relationships that have this word already."""
    relationships = list_relationships(db, vault, client_id)
    return [
        relationship
        for relationship in relationships
        if relationship.id != except_id and fold_name(relationship.payload.word) == fold_name(word)
    ]


def numbered_words(relationships: list[RecordVersion[Relationship]]) -> dict[UUID, str]:
    """Return the word of each, by id; if two have the same word, the later one gets a number."""
    word_by_id: dict[UUID, str] = {}
    used_words: set[str] = set()
    for relationship in relationships:
        number, free_word = 1, relationship.payload.word
        while fold_name(free_word) in used_words:
            number += 1
            free_word = f"{relationship.payload.word} {number}"
        word_by_id[relationship.id] = free_word
        used_words.add(fold_name(free_word))
    return word_by_id


def _list_with_joined(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Relationship]]:
    return records.list_records_in_rings(
        db, vault, RELATIONSHIP, clients.list_record_rings(db, vault, client_id)
    )
