"""What is stored about a co-signature: a supervisor's own signature on a note that a trainee signed."""

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

cosignature_table = sealed_table("cosignature")

# Under this label a clinician signs that they stand behind another's note, and nothing else.
COSIGNATURE_PURPOSE = "sig/cosign"


class CosignatureState(StrEnum):
    """A co-signature is signed when it is written, and never changes."""

    SIGNED = "signed"


class CosignatureEvent(StrEnum):
    """What the audit log says."""

    SIGNED = "note.cosigned"


class Cosignature(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What a co-signature covers: the content id of the note, and the first signature under it.

    Both lie in the content that the co-signature itself signs, so it counts for these very bytes and for
    this first signature alone.
    """

    note: bytes
    note_content_id: bytes
    first_signature: bytes
    signer_name: str
    licence_line: str
    signed_at: datetime
    utc_offset_minutes: int

    @property
    def note_id(self) -> UUID:
        """The note."""
        return UUID(bytes=self.note)

    @property
    def signed_at_local(self) -> datetime:
        """When it was signed, in the local time of the signer."""
        return self.signed_at.astimezone(timezone(timedelta(minutes=self.utc_offset_minutes)))

    def __repr__(self) -> str:
        return "<Cosignature>"


COSIGNATURE = register_kind(
    RecordKind(
        table=cosignature_table,
        payload_type=Cosignature,
        states=CosignatureState,
        events=CosignatureEvent,
        nouns=RecordNouns(in_sentence="a co-signature", one="a co-signature", many="co-signatures"),
        may_be_set_aside=True,
        signature_purpose=COSIGNATURE_PURPOSE,
    )
)
