"""What stands beside a session in a list of sessions."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import (
    Attendance,
    TherapySession,
    TherapySessionState,
)
from clinic_toolkit.record.people.therapy_sessions import attendance_label
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.web import context


def describe_sessions(
    sessions: Sequence[RecordVersion[TherapySession]], cases_of_client: Sequence[RecordVersion[Case]] = ()
) -> dict[UUID, str]:
    """The details of each session, by its id: "couple · not ended · no note yet".

    Args:
        cases_of_client: on a client's page, so that the sessions of a couple are told from the client's own.
    """
    note_by_session = notes.list_notes_by_session(context.db(), context.vault(), sessions)
    couple_rings = {case.ring for case in cases_of_client if case.payload.is_couple}
    return {
        session.id: " · ".join(
            word
            for word in (
                "couple" if session.ring in couple_rings else "",
                _attendance_word(session, context.today()),
                _note_word(session, note_by_session.get(session.id)),
            )
            if word
        )
        for session in sessions
    }


def _attendance_word(session: RecordVersion[TherapySession], today: date) -> str:
    """What is out of the ordinary about it: that it is open, or that the client did not just come."""
    if session.state == TherapySessionState.OPEN:
        return "open now" if session.payload.on == today else "not ended"
    return "" if session.payload.attendance == Attendance.CAME else attendance_label(session.payload).lower()


def _note_word(session: RecordVersion[TherapySession], note: RecordVersion[ClinicalNote] | None) -> str:
    """Whether there is a note, and whether it is signed; nothing where none is needed."""
    if note and note.final and note.payload.facts and note.payload.facts.session_date != session.payload.on:
        return f"note signed, for {format_date(note.payload.facts.session_date)}"
    if note:
        return "note signed" if note.final else "note not signed"
    return "no note yet" if session.payload.took_place else ""
