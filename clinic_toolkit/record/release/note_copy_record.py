"""What is stored about a copy of a note that went into another record: which text it was, when and how."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

note_copy_table = sealed_table("note_copy")


class NoteCopyState(StrEnum):
    """The state of a copy of a note."""

    COPIED = "copied"


class NoteCopyEvent(StrEnum):
    """What the audit log says of a copy of a note."""

    MARKED = "copied.marked"


class CopyWay(StrEnum):
    """How a note went into the other record: pasted by hand, or in a file with others."""

    PASTED = "pasted"
    FILE = "file"


class NoteCopy(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One copy; `digest` is the SHA-256 of the plain text, so that a later change of it is noticed."""

    note: bytes
    digest: bytes
    way: CopyWay
    copied_at: datetime

    @property
    def note_id(self) -> UUID:
        """The note that was copied."""
        return UUID(bytes=self.note)


NOTE_COPY = register_kind(
    RecordKind(
        table=note_copy_table,
        payload_type=NoteCopy,
        states=NoteCopyState,
        events=NoteCopyEvent,
        nouns=RecordNouns(
            in_sentence="the mark that a note was copied",
            one="a mark that a note was copied",
            many="marks that notes were copied",
        ),
    )
)
