"""What is stored about a worksheet that was given to a client."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.people.client_scoped import ClientScoped
from clinic_toolkit.store.base import sealed_table

handout_table = sealed_table("handout")


class HandoutState(StrEnum):
    """The state of a handout."""

    GIVEN = "given"


class HandoutEvent(StrEnum):
    """What the audit log says was done to a handout."""

    GIVEN = "handout.given"


class Handout(ClientScoped, array_like=True, frozen=True, kw_only=True):
    """A worksheet given to a client: its version, the session, and the sentence the client chose for it.

    `relationship_id_bytes` is the relationship it is about, or None. `is_room_only` says that it had to stay
    in the room.
    """

    worksheet_slug: str
    worksheet_version: str
    definition_digest: str
    title: str
    client_sentence: str
    given_at: datetime
    relationship_id_bytes: bytes | None = None
    is_room_only: bool = False

    @property
    def relationship_id(self) -> UUID | None:
        """Whom it is about; None is nobody in particular."""
        return UUID(bytes=self.relationship_id_bytes) if self.relationship_id_bytes else None


HANDOUT = register_kind(
    RecordKind(
        table=handout_table,
        payload_type=Handout,
        states=HandoutState,
        events=HandoutEvent,
        nouns=RecordNouns(in_sentence="a worksheet that was given", one="a worksheet", many="worksheets"),
    )
)
