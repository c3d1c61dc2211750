"""What is stored about an addition to a signed note."""

from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

note_addition_table = sealed_table("note_addition")

# Under this label a clinician signs additions to notes and nothing else.
ADDITION_PURPOSE = "sig/note-addition"


class AdditionKind(StrEnum):
    """What an addition is.

    ADDENDUM: what was not known. AMENDMENT: an error is corrected. FACTS: the facts of the session were
    changed. COUNTERSIGNED: somebody signed the note on paper.
    """

    ADDENDUM = "addendum"
    AMENDMENT = "amendment"
    FACTS = "facts"
    COUNTERSIGNED = "countersigned"


ADDITION_LABELS = {
    AdditionKind.ADDENDUM: "Addendum",
    AdditionKind.AMENDMENT: "Amendment",
    AdditionKind.FACTS: "Amendment of the facts of the session",
    AdditionKind.COUNTERSIGNED: "Countersigned on paper",
}


class AdditionState(StrEnum):
    """An addition is signed when it is written, and never changes."""

    SIGNED = "signed"


class AdditionEvent(StrEnum):
    """What the audit log says was added to a signed note."""

    ADDENDUM = "addition.addendum"
    AMENDMENT = "addition.amendment"
    FACTS = "addition.facts_amended"
    COUNTERSIGNED = "addition.countersigned"


class FactChange(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """A fact of the session that was changed: its name, and its value before and after, in words."""

    fact_name: str
    old_value: str
    new_value: str

    @property
    def sentence(self) -> str:
        """The change in words, without the name of the fact."""
        return f"was {self.old_value}, is {self.new_value}"


class NoteAddition(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One addition to a signed note, with its reason and the facts that were shown beside it.

    `note_content_id` is the content id of the note that was added to, so that the addition is bound to its
    very bytes. `changes` are the facts of an amendment of FACTS. The last three fields are of COUNTERSIGNED.
    """

    note: bytes
    note_content_id: bytes
    kind: AdditionKind
    text: str
    reason: str
    added_at: datetime
    utc_offset_minutes: int
    client_names: tuple[str, ...]
    session_date: date
    practice_name: str
    clinician_name: str
    changes: tuple[FactChange, ...] = ()
    countersigner_name: str = ""
    licence_line: str = ""
    countersigned_on: date | None = None

    @property
    def note_id(self) -> UUID:
        """The note that it is an addition to."""
        return UUID(bytes=self.note)

    @property
    def label(self) -> str:
        """What it is, in words."""
        return ADDITION_LABELS[self.kind]

    @property
    def added_at_local(self) -> datetime:
        """When it was signed, in the local time of the signer."""
        return self.added_at.astimezone(timezone(timedelta(minutes=self.utc_offset_minutes)))

    def __repr__(self) -> str:
        return "<NoteAddition>"


NOTE_ADDITION = register_kind(
    RecordKind(
        table=note_addition_table,
        payload_type=NoteAddition,
        states=AdditionState,
        events=AdditionEvent,
        nouns=RecordNouns(
            in_sentence="an addition to a signed note",
            one="an addition to a note",
            many="additions to notes",
        ),
        may_be_set_aside=True,
        signature_purpose=ADDITION_PURPOSE,
    )
)
