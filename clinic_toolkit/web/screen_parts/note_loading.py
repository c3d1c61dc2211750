"""Loads a note together with the session it belongs to."""

from uuid import UUID

from flask import request

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote
from clinic_toolkit.web import context


def load_note_and_session(
    id: UUID, *, on_paper: bool = False
) -> tuple[RecordVersion[ClinicalNote], RecordVersion[TherapySession]]:
    """Load a note and its session; that the note was read is named in the audit log.

    Args:
        on_paper: a printout is made, which shows the note whatever the method of the request.

    Raises:
        RecordNotFound: there is no such note that this clinician may see.
    """
    note = notes.load_note(context.db(), context.vault(), id)
    note_date = note.recorded_at.astimezone().date()
    note_date = note.payload.facts.session_date if note.payload.facts else note_date
    session = therapy_sessions.load_therapy_session_of_note(
        context.db(), context.vault(), note.payload.therapy_session_id, note_date=note_date
    )
    if request.method == "GET" or on_paper:
        context.audit_read(CLINICAL_NOTE, note)
    return note, session
