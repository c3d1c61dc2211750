"""What lists need to know of notes: which session has one, and whether it is signed."""

from collections.abc import Sequence
from functools import cached_property
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, register_facts
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.vault.vault import Vault


class RingNotes(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """The notes of one ring, encoded until they are needed."""

    encoded: bytes

    @cached_property
    def state_by_session(self) -> dict[bytes, str]:
        """The state of each session's note, by the id of the session."""
        return msgspec.msgpack.decode(self.encoded, type=dict[bytes, str])


NO_NOTES = RingNotes(msgspec.msgpack.encode({}))


def _compute_note_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingNotes:
    notes = records.list_records_in_rings(db, vault, CLINICAL_NOTE, rings)
    return RingNotes(
        msgspec.msgpack.encode({note.payload.therapy_session_id.bytes: note.state for note in notes})
    )


RING_NOTES = register_facts(
    FactsKind(name="notes", kinds=(CLINICAL_NOTE,), facts_type=RingNotes, compute=_compute_note_facts)
)
