"""The words of the lines on *Today*."""

from datetime import date

from flask import url_for

from clinic_toolkit.dates import format_date
from clinic_toolkit.record.daily_overview import ComingHour
from clinic_toolkit.record.people.therapy_session_record import (
    KIND_LABELS,
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionSetting,
    TherapySessionState,
)
from clinic_toolkit.record.safety.ask_lines import AskLine
from clinic_toolkit.record.writing.note_record import NoteState
from clinic_toolkit.record.writing.therapy_session_lines import TherapySessionLine

_NOT_HELD = {Attendance.CANCELLED: "cancelled", Attendance.NO_SHOW: "did not come"}


def session_address(line: TherapySessionLine, today: date) -> str:
    """The page of a session, of its end if it was never ended, or of an hour that is no session yet."""
    if (day := _hour_of_series(line)) is not None:
        return url_for("series_hours.show", id=line.id, day=day)
    was_not_ended = line.state == TherapySessionState.OPEN and line.session_date < today
    return url_for("endings.show" if was_not_ended else "sessions.show", id=line.id)


def before_address(line: TherapySessionLine) -> str:
    """The page of what there is to know before a session, or before an hour that is none yet."""
    if (day := _hour_of_series(line)) is not None:
        return url_for("preparation.show_hour", id=line.id, day=day)
    return url_for("preparation.show", id=line.id)


def _hour_of_series(line: TherapySessionLine) -> int | None:
    """The number in addresses of an hour that is no session yet; None of a session."""
    if line.series_record is None or line.series_date is None:
        return None
    return (line.series_date - line.series_record.payload.first_on).days


def session_tag(line: TherapySessionLine | TherapySession) -> str:
    """What it is unless it is a session, and how it is held unless in the room: "call", "telehealth"."""
    words = [] if line.kind == TherapySessionKind.SESSION else [KIND_LABELS[line.kind].lower()]
    if line.setting == TherapySessionSetting.TELEHEALTH:
        words.append("telehealth")
    elif line.setting == TherapySessionSetting.PHONE and line.kind != TherapySessionKind.CALL:
        words.append("by telephone")
    return ", ".join(words)


def coming_remark(line: TherapySessionLine, hour: ComingHour | None) -> str:
    """What there is to know before an hour that is next or open, after what is still to be done for it."""
    marked = hour.marked_count if hour else 0
    to_talk = f"{marked} {'thing' if marked == 1 else 'things'} to talk about first" if marked else ""
    due = [
        f"“{form.title}” may be due" + (f", for: {form.purpose}" if form.purpose else "")
        for form in (hour.due_forms if hour else ())
    ]
    begins = line.state == TherapySessionState.ENTERED and hour and hour.begins_with_check_in
    check_in = "begin with the check-in" if begins else ""
    return " · ".join(filter(None, (to_talk, session_remark(line), *due, check_in)))


def time_remark(line: TherapySessionLine) -> str:
    """What is to be known of its time, such as that the practice is closed: of an hour that comes later."""
    return " · ".join(line.remarks)


def session_remark(line: TherapySessionLine) -> str:
    """What is still to be done for it; else that it was not held, or that its note is signed.

    Before it is what else is to be known of its time, beside it are the worksheets that are out. A
    questionnaire that the client stopped is no work left over, but one can go on with it.
    """
    signed = "note signed" if line.note_state == NoteState.FINAL else ""
    remark = " · ".join(line.unfinished_work) or _NOT_HELD.get(line.attendance, signed)
    stopped = "questionnaire stopped before the end" if line.has_stopped_questionnaire else ""
    titles = ", ".join(f"“{sheet.payload.title}”" for sheet in line.sheets_out)
    sheets = f"to ask how it went: {titles}" if titles else ""
    return " · ".join(filter(None, (*line.remarks, remark, stopped, sheets)))


def ask_sentence(line: AskLine) -> str:
    """Since when there is something to ask about; never what it is, nor why it was not asked."""
    day, deferred = format_date(line.since), line.deferred_by
    if not line.administration:
        return deferred.payload.deferral_note if deferred else f"A check was planned for {day}"
    many = f"{line.questionnaire_count} questionnaires, the first of"
    source = "a questionnaire of" if line.questionnaire_count < 2 else many
    sentence = f"Something to ask about, from {source} {day}"
    return f"{sentence}. {deferred.payload.deferral_note}" if deferred else sentence
