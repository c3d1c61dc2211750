"""Signed notes for another record that this one runs beside: which were copied, which changed since."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import joined_entries, therapy_session_timeline
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.release.note_copy_record import (
    NOTE_COPY,
    CopyWay,
    NoteCopy,
    NoteCopyEvent,
    NoteCopyState,
)
from clinic_toolkit.record.writing import note_rendering, notes
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.vault.vault import Vault

# Between two notes of one file.
NOTE_BREAK = "\n\n" + "-" * 40 + "\n\n"


class NoteForCopy(Struct, frozen=True, kw_only=True):
    """A signed note as plain text; `copied_at` is when it was copied last, None if never."""

    session: RecordVersion[TherapySession]
    note: RecordVersion[ClinicalNote]
    text: str
    copied_at: datetime | None
    is_changed: bool

    @property
    def on(self) -> date:
        """The day of its session."""
        return self.session.payload.on

    @property
    def digest(self) -> str:
        """The SHA-256 of the text, by which a page says which text it showed."""
        return _digest(self.text).hex()

    @property
    def is_due(self) -> bool:
        """Whether it is offered: never copied, or something was added or changed since."""
        return self.copied_at is None or self.is_changed


def list_notes_for_copy(db: Connection, vault: Vault, client_id: UUID) -> list[NoteForCopy]:
    """Every signed note of a client, of joined entries and of sessions as a couple too, newest first."""
    cases = joined_entries.list_cases_of_person(db, vault, client_id)
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, cases)
    note_by_session = notes.list_notes_by_session(db, vault, sessions)
    copies = _last_copies(db, vault, {case.ring for case in cases})
    return [
        _describe(db, vault, session, note, copies.get(note.id))
        for session in sessions
        if (note := note_by_session.get(session.id)) and note.final
    ]


def find_note_for_copy(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], note: RecordVersion[ClinicalNote]
) -> NoteForCopy:
    """One signed note, and when it was copied last."""
    return _describe(db, vault, session, note, _last_copies(db, vault, {note.ring}).get(note.id))


def mark_copied(
    db: Connection, vault: Vault, copied: Sequence[NoteForCopy], way: CopyWay, *, now: datetime
) -> None:
    """Note that these texts went into another record; one that is not due is passed over."""
    for each in copied:
        if each.is_due:
            payload = NoteCopy(note=each.note.id.bytes, digest=_digest(each.text), way=way, copied_at=now)
            records.create_record(
                db,
                vault,
                NOTE_COPY,
                payload,
                ring=each.note.ring,
                state=NoteCopyState.COPIED,
                event=NoteCopyEvent.MARKED,
                now=now,
                final=True,
            )


def join_texts(copied: Sequence[NoteForCopy]) -> str:
    """Return these notes as one plain text, the earliest first."""
    return NOTE_BREAK.join(each.text for each in sorted(copied, key=lambda each: each.on)) + "\n"


def _describe(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote],
    last: NoteCopy | None,
) -> NoteForCopy:
    text = note_rendering.load_plain_note(db, vault, session, note)
    return NoteForCopy(
        session=session,
        note=note,
        text=text,
        copied_at=last.copied_at if last else None,
        is_changed=last is not None and last.digest != _digest(text),
    )


def _last_copies(db: Connection, vault: Vault, rings: set[UUID]) -> dict[UUID, NoteCopy]:
    copies = records.list_records_in_rings(db, vault, NOTE_COPY, rings)
    return {copy.payload.note_id: copy.payload for copy in copies}


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
