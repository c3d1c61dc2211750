"""What stands beside a session in a list of sessions."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import therapy_session_timeline
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
from clinic_toolkit.web.screen_parts import series_lines
from clinic_toolkit.web.screen_parts.series_lines import HourLine, SeriesLine


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


class WayIn(Struct, frozen=True, kw_only=True):
    """The ways into a session of a client or a couple: the one of today that is open or planned, and series.

    `hour` is today's hour of a series, which is no session yet, with the id of the series.
    """

    today: date
    open_session: RecordVersion[TherapySession] | None
    next_planned: RecordVersion[TherapySession] | None
    series: tuple[SeriesLine, ...]

    @property
    def hour(self) -> tuple[UUID, HourLine] | None:
        """The first hour of today of any series, if there is one."""
        hours = [(line.id, line.today) for line in self.series if line.today]
        return min(hours, key=lambda one: one[1].hour.start, default=None)

    @property
    def is_hour_next(self) -> bool:
        """Whether that hour comes before the next session that is planned by itself."""
        planned_start = self.next_planned.payload.start if self.next_planned else None
        return self.hour is not None and (planned_start is None or self.hour[1].hour.start < planned_start)


def find_way_in(
    sessions: Sequence[RecordVersion[TherapySession]], cases: Sequence[RecordVersion[Case]]
) -> WayIn:
    """Find the ways into a session of a client, or of the couple that is the only one of these cases.

    Args:
        sessions: sessions of a client alone or of the couple, newest first.
        cases: of a client also those as part of a couple, which have pages of their own.
    """
    todays = therapy_session_timeline.find_todays_sessions(list(sessions), now=context.now())
    own = [case for case in cases if not case.payload.is_couple] or cases
    return WayIn(
        today=todays.today,
        open_session=todays.open_session,
        next_planned=todays.next_planned,
        series=tuple(series_lines.list_series_lines(own)),
    )


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
