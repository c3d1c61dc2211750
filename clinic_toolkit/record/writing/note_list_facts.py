"""What lists need to know of notes: which session has one, whether it is signed, since when not."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, register_facts
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.vault.vault import Vault


class RingNotes(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """The notes of one ring, encoded until they are needed.

    `drafts` pairs the session of each draft with the time at which the draft was begun; in a draft of an
    earlier program, with that of its newest version.
    """

    encoded: bytes
    drafts: tuple[tuple[bytes, datetime], ...]

    def find_draft_begun(self, session_id: bytes) -> datetime | None:
        """When the draft of this session was begun; None if it has none."""
        return dict(self.drafts).get(session_id)

    @cached_property
    def state_by_session(self) -> dict[bytes, str]:
        """The state of each session's note, by the id of the session."""
        return msgspec.msgpack.decode(self.encoded, type=dict[bytes, str])


def _compute_note_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingNotes:
    notes = records.list_records_in_rings(db, vault, CLINICAL_NOTE, rings)
    return RingNotes(
        msgspec.msgpack.encode({note.payload.therapy_session_id.bytes: note.state for note in notes}),
        tuple(
            (note.payload.therapy_session_id.bytes, note.payload.begun_at or note.recorded_at)
            for note in notes
            if not note.final
        ),
    )


RING_NOTES = register_facts(
    FactsKind(name="note_drafts", kinds=(CLINICAL_NOTE,), facts_type=RingNotes, compute=_compute_note_facts)
)
