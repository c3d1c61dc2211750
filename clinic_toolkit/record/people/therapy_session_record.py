"""What is stored about a therapy session, or a contact between sessions."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.store.types import cached_uuid

therapy_session_table = sealed_table("therapy_session")


class TherapySessionKind(StrEnum):
    """What a session is: a meeting, or a contact between meetings."""

    SESSION = "session"
    CALL = "call"
    MESSAGE = "message"
    CONSULTATION = "consultation"


KIND_LABELS = {
    TherapySessionKind.SESSION: "Session",
    TherapySessionKind.CALL: "Call",
    TherapySessionKind.MESSAGE: "Message",
    TherapySessionKind.CONSULTATION: "Consultation",
}


class TherapySessionSetting(StrEnum):
    """How a session is held."""

    ROOM = "room"
    TELEHEALTH = "telehealth"
    PHONE = "phone"


SETTING_LABELS = {
    TherapySessionSetting.ROOM: "In the room",
    TherapySessionSetting.TELEHEALTH: "Telehealth",
    TherapySessionSetting.PHONE: "By telephone",
}


class Attendance(StrEnum):
    """Whether a session took place."""

    PLANNED = "planned"
    CAME = "came"
    LATE = "late"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


ATTENDANCE_LABELS = {
    Attendance.PLANNED: "Planned",
    Attendance.CAME: "Came",
    Attendance.LATE: "Came late",
    Attendance.CANCELLED: "Cancelled",
    Attendance.NO_SHOW: "Did not come",
}
# The attendance of a session that took place.
HELD_ATTENDANCE = (Attendance.CAME, Attendance.LATE)


class TaskAnswer(StrEnum):
    """What happened with what was agreed before, without praise or blame; empty is not asked."""

    NOT_ASKED = ""
    DONE = "done"
    PART = "part"
    CHANGED = "changed"
    FORGOT = "forgot"
    CHOSE_NOT = "chose_not"


class TherapySessionState(StrEnum):
    """The state of a session."""

    ENTERED = "entered"
    OPEN = "open"
    CLOSED = "closed"


class TherapySessionEvent(StrEnum):
    """What the audit log says was done to a session."""

    ENTERED = "session.entered"
    OPENED = "session.opened"
    REVISED = "session.revised"
    AGREED = "session.agreed"
    TASK_NOTED = "session.task_noted"
    CLOSED = "session.closed"


class TherapySession(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One therapy session or contact.

    Times are local to the clinician. `present` are the ids of the clients who were there, or were expected if
    it did not take place; `others_present` is anyone else, such as an interpreter. `agreed_for_next` is what
    was agreed for next time. `starts_at` (UTC), `minutes` and `zone` (an IANA name) say when the local times
    were; see `therapy_session_moment`. `series` and `series_date` are the series that it is an hour of, and
    its day there, wherever it was moved to; so no hour appears twice. `client_zone` is the IANA name of the
    time zone where the client is, "" if it is the same. `task_answer` is what happened with what had been
    agreed before it, and `task_said` what the client says of that, in one line.
    """

    case_id_bytes: bytes
    kind: TherapySessionKind
    on: date
    start: time | None = None
    end: time | None = None
    setting: TherapySessionSetting = TherapySessionSetting.ROOM
    place: str = ""
    call_back: str = ""
    present: tuple[bytes, ...] = ()
    others_present: str = ""
    attendance: Attendance = Attendance.PLANNED
    agreed_for_next: str = ""
    starts_at: datetime | None = None
    minutes: int | None = None
    zone: str = ""
    series: bytes | None = None
    series_date: date | None = None
    client_zone: str = ""
    task_answer: TaskAnswer = TaskAnswer.NOT_ASKED
    task_said: str = ""

    @property
    def case_id(self) -> UUID:
        """The case that this session belongs to."""
        return cached_uuid(self.case_id_bytes)

    @property
    def present_ids(self) -> tuple[UUID, ...]:
        """The clients who were there, or were expected if it did not take place."""
        return tuple(UUID(bytes=id) for id in self.present)

    @property
    def series_pin(self) -> tuple[bytes, date] | None:
        """The series that it is an hour of, and the day for which that has it."""
        return (self.series, self.series_date) if self.series and self.series_date else None

    @property
    def took_place(self) -> bool:
        """Whether the session or contact took place."""
        return self.attendance in HELD_ATTENDANCE


def _add_series_and_task(content: list[Any]) -> list[Any]:
    """Turn content of schema version 1, which knew neither series, the client's time zone, nor the task."""
    return [*content, None, None, "", TaskAnswer.NOT_ASKED, ""]


THERAPY_SESSION = register_kind(
    RecordKind(
        table=therapy_session_table,
        payload_type=TherapySession,
        states=TherapySessionState,
        events=TherapySessionEvent,
        nouns=RecordNouns(in_sentence="a session", one="a session", many="sessions"),
        schema_version=2,
        upcasts={1: _add_series_and_task},
    )
)
