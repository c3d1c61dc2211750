"""What is stored about a format of notes of the practice's own."""

from enum import StrEnum

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

note_format_table = sealed_table("note_format")


class OwnNoteFormatState(StrEnum):
    """The state of a format."""

    OFFERED = "offered"
    RETIRED = "retired"


class OwnNoteFormatEvent(StrEnum):
    """What the audit log says was done to a format."""

    ADDED = "format.added"
    REVISED = "format.revised"
    RETIRED = "format.retired"
    OFFERED = "format.offered"


class OwnSection(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One section: its key, which notes store, heading and hint, and the sources whose parts go there."""

    key: str
    heading: str
    hint: str
    takes: tuple[str, ...]


class OwnNoteFormat(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One format: its name and its sections, in their order."""

    name: str
    sections: tuple[OwnSection, ...]


OWN_NOTE_FORMAT = register_kind(
    RecordKind(
        table=note_format_table,
        payload_type=OwnNoteFormat,
        states=OwnNoteFormatState,
        events=OwnNoteFormatEvent,
        nouns=RecordNouns(
            in_sentence="a format of notes of your own",
            one="a format of notes",
            many="formats of notes",
        ),
    )
)
