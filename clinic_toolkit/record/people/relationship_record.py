"""What is stored about a relationship."""

from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.people.watched_questions import WatchedQuestion
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.store.types import cached_uuid

relationship_table = sealed_table("relationship")


class RelationshipState(StrEnum):
    """The state of a relationship."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    JOINED = "joined"


class RelationshipEvent(StrEnum):
    """What the audit log says was done to a relationship."""

    ADDED = "relationship.added"
    REVISED = "relationship.revised"
    WATCHED = "relationship.watched"
    ARCHIVED = "relationship.archived"
    RESTORED = "relationship.restored"
    JOINED = "relationship.joined"
    SEPARATED = "relationship.taken_apart"


class Relationship(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One relationship of a client.

    `word` is the client's own word or an initial; `frame` is the id of a frame in `instruments`.
    `watched_question` is the client's own question in the check-in about this person, if one was chosen.
    `joined_to_id` is the other entry about the same person under which this one is shown.
    """

    client: bytes
    word: str
    frame: str
    watched_question: WatchedQuestion | None = None
    joined_to_id: bytes | None = None

    @property
    def client_id(self) -> UUID:
        """The client whose relationship it is."""
        return cached_uuid(self.client)


RELATIONSHIP = register_kind(
    RecordKind(
        table=relationship_table,
        payload_type=Relationship,
        states=RelationshipState,
        events=RelationshipEvent,
        nouns=RecordNouns(in_sentence="a relationship", one="a relationship", many="relationships"),
    )
)
