"""What is stored about a psychotherapy note: its author's thoughts about a case, apart from the record."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

psychotherapy_note_table = sealed_table("psychotherapy_note")


class PsychotherapyNoteState(StrEnum):
    """The state of a psychotherapy note."""

    WRITTEN = "written"


class PsychotherapyNoteEvent(StrEnum):
    """What the audit log says was done to a psychotherapy note; it never says about whom it is."""

    WRITTEN = "psychotherapy.note_written"
    CHANGED = "psychotherapy.note_changed"


class PsychotherapyNote(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One note about a case, on the day it was written for.

    It names no session and no time: the law that sets these notes apart leaves session times out of them.
    """

    case: bytes
    note_date: date
    text: str

    def __repr__(self) -> str:
        return "<PsychotherapyNote>"

    @property
    def case_id(self) -> UUID:
        """The case it is about."""
        return UUID(bytes=self.case)

    @property
    def first_line(self) -> str:
        """The first line of the text, for a list that only these notes are in."""
        return self.text.strip().partition("\n")[0]


PSYCHOTHERAPY_NOTE = register_kind(
    RecordKind(
        table=psychotherapy_note_table,
        payload_type=PsychotherapyNote,
        states=PsychotherapyNoteState,
        events=PsychotherapyNoteEvent,
        nouns=RecordNouns(
            in_sentence="a psychotherapy note", one="a psychotherapy note", many="psychotherapy notes"
        ),
    )
)
