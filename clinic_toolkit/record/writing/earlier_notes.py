"""The note before this one: what the same case's last hour left to go on with; never writes."""

from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, joined_entries, therapy_session_timeline
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.vault.vault import Vault


def find_note_before(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession]
) -> tuple[RecordVersion[TherapySession], RecordVersion[ClinicalNote]] | None:
    """The newest note with text of an earlier session of the same case, and that session; None if none.

    Sessions of other entries of the same person count; a partner's own sessions never do for a couple's.
    """
    case = cases.load_case(db, vault, session.payload.case_id)
    shown_cases = joined_entries.list_cases_as_one(db, vault, case)
    newest_first = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, shown_cases)
    ids = [each.id for each in newest_first]
    earlier = newest_first[ids.index(session.id) + 1 :] if session.id in ids else []
    note_by_session = notes.list_notes_by_session(db, vault, earlier)
    for each in earlier:
        note = note_by_session.get(each.id)
        if note is not None and note.payload.included_parts:
            return each, note
    return None
