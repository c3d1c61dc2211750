"""Late entries: a note that is begun long after its session says so, and why.

It is late from 72 hours after the end of the session on. No law that we know gives an hour: those who pay for
treatment and teachers of the trade ask for notes within one to three days, and after 72 hours *Today* also
reminds of a draft. What counts is when the note was begun; when it was signed stands under it in any case.
"""

from datetime import datetime, time, timedelta

from clinic_toolkit.dates import format_date
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing.note_record import ClinicalNote

LATE_AFTER = timedelta(hours=72)


class LateReasonMissing(ClinicError):
    """A late entry is signed with the reason why it is late."""

    def __init__(self) -> None:
        super().__init__("Write why this note comes so late. The note says so, with the day of writing.")


def is_late(session: RecordVersion[TherapySession], note: RecordVersion[ClinicalNote]) -> bool:
    """Whether the note was begun more than 72 hours after its session.

    A note of an earlier program does not say when it was begun; then the time of its present version counts.
    """
    begun_at = note.payload.begun_at or note.recorded_at
    return bool(note.payload.late_reason) or begun_at - _end_of(session.payload) > LATE_AFTER


def require_reason(
    session: RecordVersion[TherapySession], note: RecordVersion[ClinicalNote], late_reason: str
) -> str:
    """Return the reason to sign the note with; "" for a note that is not late.

    Raises:
        LateReasonMissing: it is late, and says not why.
    """
    if not is_late(session, note):
        return ""
    reason = late_reason.strip() or note.payload.late_reason
    if not reason:
        raise LateReasonMissing
    return reason


def describe_late_entry(note: ClinicalNote) -> str:
    """What a late entry says of itself, on screen, paper and as plain text; "" if the note is none."""
    if not note.late_reason:
        return ""
    written = note.begun_at_local or note.signed_at_local
    day = f", written on {format_date(written)}" if written else ""
    session_day = f" for the session of {format_date(note.facts.session_date)}" if note.facts else ""
    return f"Late entry{session_day}{day}. Why it is late: {note.late_reason}"


def _end_of(therapy_session: TherapySession) -> datetime:
    if therapy_session.starts_at is not None:
        return therapy_session.starts_at + timedelta(minutes=therapy_session.minutes or 0)
    return datetime.combine(therapy_session.on, therapy_session.end or time.max).astimezone()
