"""What is stored about a phrase that the practice keeps for its notes."""

from enum import StrEnum

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

phrase_table = sealed_table("phrase")


class PhraseState(StrEnum):
    """The state of a phrase."""

    KEPT = "kept"
    REMOVED = "removed"


class PhraseEvent(StrEnum):
    """What the audit log says was done to a phrase."""

    ADDED = "phrase.added"
    REVISED = "phrase.revised"
    REMOVED = "phrase.removed"


class Phrase(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """Words for notes: the short name by which they are found, and the text."""

    name: str
    text: str

    def __repr__(self) -> str:
        return "<Phrase>"


PHRASE = register_kind(
    RecordKind(
        table=phrase_table,
        payload_type=Phrase,
        states=PhraseState,
        events=PhraseEvent,
        nouns=RecordNouns(in_sentence="a phrase for notes", one="a phrase", many="phrases"),
    )
)
