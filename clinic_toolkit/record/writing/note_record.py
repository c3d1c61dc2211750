"""What is stored about a progress note."""

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.writing.note_facts import NoteFacts
from clinic_toolkit.store.base import sealed_table

note_table = sealed_table("clinical_note")


class PartSource(StrEnum):
    """Where a part of a note came from.

    A remark is what a client said beside a question, a correction what they said against the result; in a
    note of schema version 1 both are remarks. `CLIENT_WORDS` and `NEXT_STEP` are from the page that was
    looked at together, `AGREED` is the session's line for next time. `ROOM` and `CLIENT_VIEW` are the
    clinician's own words beside a questionnaire: whether numbers and room agree, and the client's view of it.
    """

    CLINICIAN = "clinician"
    QUESTIONNAIRE = "questionnaire"
    REMARK = "remark"
    WORKSHEET = "worksheet"
    RISK_ENTRY = "risk_entry"
    CORRECTION = "correction"
    CLIENT_WORDS = "client_words"
    NEXT_STEP = "next_step"
    AGREED = "agreed"
    ROOM = "room"
    CLIENT_VIEW = "client_view"
    GOAL = "goal"


# How the source of a part is named before its title.
SOURCE_NOUNS = {
    PartSource.QUESTIONNAIRE: "questionnaire",
    PartSource.REMARK: "questionnaire",
    PartSource.CORRECTION: "client’s correction of",
    PartSource.CLIENT_WORDS: "client’s own words about",
    PartSource.NEXT_STEP: "client’s next step after",
    PartSource.AGREED: "line",
    PartSource.WORKSHEET: "worksheet",
    PartSource.RISK_ENTRY: "risk entry of",
    PartSource.GOAL: "goal",
}
# What the clinician writes: no source is named after it.
WRITTEN_SOURCES = (PartSource.CLINICIAN, PartSource.ROOM, PartSource.CLIENT_VIEW)
_QUOTING_SOURCES = (
    PartSource.QUESTIONNAIRE,
    PartSource.REMARK,
    PartSource.CORRECTION,
    PartSource.ROOM,
    PartSource.CLIENT_VIEW,
)


class NotePart(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """A piece of text in one section.

    `title` names what a prefilled text came from: the form and the relationship, and the day. A part of
    schema version 1 has `source_label` instead, which names the source in words.
    `origin_id` identifies the record that the text came from, so that it is offered only once. `is_excluded`
    keeps the part out of the note. `is_offered` marks a part that is another person's words: a tick includes
    or leaves it out, and it cannot be edited. `is_sensitive` marks one about fear or being a burden.
    """

    section: str
    source: PartSource
    text: str
    source_label: str = ""
    origin_id: str = ""
    is_excluded: bool = False
    is_offered: bool = False
    title: str = ""
    is_sensitive: bool = False

    @property
    def quotes_questionnaire(self) -> bool:
        """Whether the text came from a questionnaire, or speaks of its numbers."""
        return self.source in _QUOTING_SOURCES

    @property
    def source_words(self) -> str:
        """The source in words, as a reader sees it; "" for what the clinician wrote."""
        if self.source in WRITTEN_SOURCES:
            return ""
        return self.source_label or " ".join(filter(None, (SOURCE_NOUNS[self.source], self.title)))


def digest_of(text: str) -> str:
    """A short digest of a text, which tells its wording from a later one in the id of its origin.

    The words may change at their source while a note is a draft.
    """
    return sha256(text.encode()).hexdigest()[:8]


# Under this label a clinician signs notes and nothing else.
SIGNATURE_PURPOSE = "sig/note"


class NoteState(StrEnum):
    """The state of a note."""

    DRAFT = "draft"
    FINAL = "final"


class NoteEvent(StrEnum):
    """What the audit log says was done to a note."""

    BEGUN = "note.begun"
    SAVED = "note.saved"
    SIGNED = "note.signed"


class ClinicalNote(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The note of one session.

    `headings` pairs the key of each section with its heading as it stood when the note was last saved, those
    of an earlier format too while it holds text there, so that a signed note shows them for ever; none
    in a note of schema version 1.
    Once signed it holds the facts that are shown beside it, and the offset of local time from UTC in minutes,
    so that the time of signing reads the same on a machine in another time zone. `goal_ids` name the goals of
    the case's treatment plan that the note worked on; signed, their words are among the facts. `begun_at` is
    when the note was begun, None in a note of an earlier program. A late entry has a `late_reason`: why the
    note was begun long after the session (`late_entries`).
    """

    therapy_session: bytes
    format: str
    parts: tuple[NotePart, ...]
    signed_at: datetime | None = None
    facts: NoteFacts | None = None
    utc_offset_minutes: int = 0
    goal_ids: tuple[bytes, ...] = ()
    begun_at: datetime | None = None
    late_reason: str = ""
    headings: tuple[tuple[str, str], ...] = ()

    @property
    def therapy_session_id(self) -> UUID:
        """The session it is about."""
        return UUID(bytes=self.therapy_session)

    @property
    def signer_name(self) -> str:
        """The name of the clinician who signed; empty before the note is signed."""
        return self.facts.clinician_name if self.facts else ""

    @property
    def signed_at_local(self) -> datetime | None:
        """When it was signed, in the local time of the signer; None before the note is signed."""
        signer_zone = timezone(timedelta(minutes=self.utc_offset_minutes))
        return self.signed_at.astimezone(signer_zone) if self.signed_at else None

    @property
    def begun_at_local(self) -> datetime | None:
        """When it was begun, in the local time of the signer; None where that was not kept."""
        signer_zone = timezone(timedelta(minutes=self.utc_offset_minutes))
        return self.begun_at.astimezone(signer_zone) if self.begun_at else None

    @property
    def included_parts(self) -> tuple[NotePart, ...]:
        """The parts that are signed: those that hold text and are not excluded."""
        return tuple(part for part in self.parts if part.text.strip() and not part.is_excluded)

    @property
    def quotes_questionnaire(self) -> bool:
        """Whether any included part came from a questionnaire."""
        return any(part.quotes_questionnaire for part in self.included_parts)


def _add_fields_of_2(content: list[Any]) -> list[Any]:
    """Add what schema version 2 has more: goals, when it was begun, why it is late, and its headings."""
    return [*content, [], None, "", []]


CLINICAL_NOTE = register_kind(
    RecordKind(
        table=note_table,
        payload_type=ClinicalNote,
        states=NoteState,
        events=NoteEvent,
        nouns=RecordNouns(in_sentence="a progress note", one="a note", many="notes"),
        schema_version=2,
        upcasts={1: _add_fields_of_2},
        may_be_set_aside=True,
        signature_purpose=SIGNATURE_PURPOSE,
    )
)
