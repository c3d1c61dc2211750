"""The case sheet for supervision: signed notes and what was agreed, with identifiers taken out.

Nothing of it is recorded. Names that stand nowhere in the record but in these notes are not known here, so a
person reads it before it is used.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names.dates_and_numbers import format_week
from clinic_toolkit.record.people import joined_entries, therapy_session_timeline
from clinic_toolkit.record.people.therapy_session_record import KIND_LABELS, TherapySession
from clinic_toolkit.record.release.identifiers import Identifiers, hide_identifiers
from clinic_toolkit.record.writing import note_rendering, notes
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.vault.vault import Vault


def list_sheet_notes(
    db: Connection, vault: Vault, client_id: UUID, from_day: date | None, to_day: date | None
) -> list[tuple[RecordVersion[TherapySession], RecordVersion[ClinicalNote]]]:
    """The sessions of these days with one client that have a signed note, in order of time.

    Sessions as a couple are left out: the other partner's words are in their notes.
    """
    cases = joined_entries.list_single_cases(db, vault, client_id)
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, cases)
    found = notes.list_notes_by_session(db, vault, sessions)
    return [
        (session, note)
        for session in reversed(sessions)
        if (from_day or date.min) <= session.payload.on <= (to_day or date.max)
        and (note := found.get(session.id))
        and note.final
    ]


def build_sheet_text(
    sheet_notes: Sequence[tuple[RecordVersion[TherapySession], RecordVersion[ClinicalNote]]],
    known: Identifiers,
) -> str:
    """The notes as one text, each under its week, without what is known to identify the client."""
    if not sheet_notes:
        return ""
    first_day = sheet_notes[0][0].payload.on
    lines: list[str] = []
    for session, note in sheet_notes:
        week = format_week(session.payload.on, first_day)
        lines += [f"{week[:1].upper()}{week[1:]}: {KIND_LABELS[session.payload.kind].lower()}", ""]
        for key, heading in note_rendering.headings_of(note.payload):
            # The source of a prefilled part names form and person; its text is enough here.
            texts = [part.text for part in note.payload.included_parts if part.section == key]
            if texts:
                hidden = hide_identifiers("\n\n".join(texts), known, first_day=first_day)
                lines += [f"{heading}:", hidden, ""]
        if agreed := session.payload.agreed_for_next:
            lines += ["Agreed for next time:", hide_identifiers(agreed, known, first_day=first_day), ""]
    return "\n".join(lines).strip()
