"""Phrases that the practice keeps for its notes, in the ring of the practice.

What is put into a note is a copy: a phrase that is changed or removed later changes no note.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing.phrase_record import PHRASE, Phrase, PhraseEvent, PhraseState
from clinic_toolkit.vault.vault import Vault

# More than anybody finds again in a menu.
MAX_PHRASES = 200


class TooManyPhrases(ClinicError):
    """The practice has as many phrases as there can be."""

    def __init__(self) -> None:
        super().__init__(f"There are {MAX_PHRASES} phrases. Remove one before you add another.")


def create_phrase(
    db: Connection, vault: Vault, phrase: Phrase, *, now: datetime, idempotency_key: UUID | None = None
) -> RecordVersion[Phrase]:
    """Keep a phrase.

    Raises:
        TooManyPhrases: nothing was saved.
    """
    if len(list_phrases(db, vault)) >= MAX_PHRASES:
        raise TooManyPhrases
    return records.create_record(
        db,
        vault,
        PHRASE,
        phrase,
        ring=vault.practice_ring,
        state=PhraseState.KEPT,
        event=PhraseEvent.ADDED,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def revise_phrase(
    db: Connection, vault: Vault, current: RecordVersion[Phrase], phrase: Phrase, *, now: datetime
) -> RecordVersion[Phrase]:
    """Change a phrase, or keep a removed one again; the same words make no new version."""
    if phrase == current.payload and current.state == PhraseState.KEPT:
        return current
    state, event = PhraseState.KEPT, PhraseEvent.REVISED
    return records.append_version(db, vault, PHRASE, current, phrase, state=state, event=event, now=now)


def remove_phrase(
    db: Connection, vault: Vault, current: RecordVersion[Phrase], *, now: datetime
) -> RecordVersion[Phrase]:
    """No longer offer a phrase."""
    if current.state == PhraseState.REMOVED:
        return current
    state, event = PhraseState.REMOVED, PhraseEvent.REMOVED
    return records.append_version(
        db, vault, PHRASE, current, current.payload, state=state, event=event, now=now
    )


def load_phrase(db: Connection, vault: Vault, phrase_id: UUID) -> RecordVersion[Phrase]:
    """Load one phrase.

    Raises:
        RecordNotFound: there is none.
    """
    return records.load_record(db, vault, PHRASE, phrase_id)


def list_phrases(db: Connection, vault: Vault) -> list[RecordVersion[Phrase]]:
    """The phrases that are kept, by name."""
    phrases = records.list_records_in_rings(db, vault, PHRASE, [vault.practice_ring])
    kept = [phrase for phrase in phrases if phrase.state == PhraseState.KEPT]
    return sorted(kept, key=lambda phrase: (phrase.payload.name.casefold(), phrase.id))
