"""Words beside a note: what belongs into it, by the kind of contact."""

from clinic_toolkit.record.people.therapy_session_record import (
    Attendance,
    TherapySession,
    TherapySessionKind,
)

_HINTS = {
    TherapySessionKind.CALL: "A call: who rang whom, what about, what was agreed. One section is enough.",
    TherapySessionKind.MESSAGE: "A message: who wrote, what about, what you answered. One section is enough.",
    TherapySessionKind.CONSULTATION: "A consultation: with whom, on what question, what you took from it. "
    "Name no more of the client than the question needs.",
}
_NOT_HELD_HINTS = {
    Attendance.NO_SHOW: "Your client did not come: what was planned, how you tried to reach them, what you "
    "heard. One section is enough.",
    Attendance.CANCELLED: "This session was cancelled: by whom, when, and what was agreed instead. One "
    "section is enough.",
}


def hint_for(session: TherapySession) -> str:
    """What belongs into the note of this session, in a sentence; "" for a session that was held."""
    return _NOT_HELD_HINTS.get(session.attendance) or _HINTS.get(session.kind, "")
