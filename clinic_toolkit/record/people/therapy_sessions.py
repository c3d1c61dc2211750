"""Hours: a session with a client or a couple, and the contacts between sessions.

An hour stands on its own: it may hold no questionnaire, no worksheet and no note.
"""

from datetime import date, datetime, time
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases
from clinic_toolkit.record.people.cases import Case
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

therapy_session_table = sealed_table("therapy_session")

KIND_LABELS = {"session": "Session", "call": "Call", "message": "Message", "consultation": "Consultation"}
SETTING_LABELS = {"room": "In the room", "telehealth": "Telehealth", "phone": "By telephone"}
ATTENDANCE_LABELS = {
    "planned": "Planned",
    "came": "Came",
    "late": "Came late",
    "cancelled": "Cancelled",
    "no_show": "Did not come",
}


class EndBeforeStart(ClinicError):
    """The hour would end before it began."""

    def __init__(self) -> None:
        super().__init__("The end is before the start. If a session runs past midnight, enter it as two.")


class TherapySession(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One hour.

    Times are local, as the clinician reads them; `present` holds the ids of the clients who were there, or
    were expected if it did not take place, and `others_present` anyone else, such as an interpreter.
    `agreed_for_next` is what was agreed for next time.
    """

    case_id_bytes: bytes
    kind: str
    on: date
    start: time | None = None
    end: time | None = None
    setting: str = "room"
    place: str = ""
    call_back: str = ""
    present: tuple[bytes, ...] = ()
    others_present: str = ""
    attendance: str = "planned"
    agreed_for_next: str = ""

    @property
    def case_id(self) -> UUID:
        """The case this hour belongs to."""
        return UUID(bytes=self.case_id_bytes)

    @property
    def present_ids(self) -> tuple[UUID, ...]:
        """The clients who were there."""
        return tuple(UUID(bytes=id) for id in self.present)

    @property
    def took_place(self) -> bool:
        """Whether anyone was met or spoken to."""
        return self.attendance in ("came", "late")


def _check_times(therapy_session: TherapySession) -> None:
    if therapy_session.start and therapy_session.end and therapy_session.end < therapy_session.start:
        raise EndBeforeStart


def create_therapy_session(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    therapy_session: TherapySession,
    *,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[TherapySession]:
    """Enter an hour: to come, or already past. It lies in the ring of its case.

    Args:
        idempotency_key: the one-time number of the form; it becomes the hour's id.

    Raises:
        EndBeforeStart: it would end before it began.
    """
    _check_times(therapy_session)
    return records.create_record(
        db,
        vault,
        therapy_session_table,
        therapy_session,
        ring=case.ring,
        state="entered",
        event="session.entered",
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def open_therapy_session(
    db: Connection,
    vault: Vault,
    current: RecordVersion[TherapySession],
    *,
    now: datetime,
    keep_end: bool = False,
) -> RecordVersion[TherapySession]:
    """Begin an hour that was planned, or go on with one that was ended too early.

    Everyone of the case is there unless said otherwise. An hour planned for another day is begun
    today: its date and its times become those of now.

    Args:
        keep_end: the end that was noted of an ended hour stays; else a new one is noted when it ends again.
    """
    local = now.astimezone()
    moved = current.payload.on != local.date()
    body = msgspec.structs.replace(
        current.payload,
        on=local.date(),
        attendance="came" if current.payload.attendance == "planned" else current.payload.attendance,
        start=None if moved else current.payload.start,
        end=None if moved or (current.state == "closed" and not keep_end) else current.payload.end,
    )
    if body.start is None:
        body = msgspec.structs.replace(body, start=wall_clock_minute(now))
    return records.append_version(
        db, vault, therapy_session_table, current, body, state="open", event="session.opened", now=now
    )


def close_therapy_session(
    db: Connection, vault: Vault, current: RecordVersion[TherapySession], *, now: datetime
) -> RecordVersion[TherapySession]:
    """End an open hour at this minute, unless its end was entered already."""
    minute = wall_clock_minute(now)
    end = current.payload.end
    if (
        end is None
        and now.astimezone().date() == current.payload.on
        and (current.payload.start is None or minute >= current.payload.start)
    ):
        end = minute
    body = msgspec.structs.replace(current.payload, end=end)
    return records.append_version(
        db, vault, therapy_session_table, current, body, state="closed", event="session.closed", now=now
    )


def revise_therapy_session(
    db: Connection,
    vault: Vault,
    current: RecordVersion[TherapySession],
    therapy_session: TherapySession,
    *,
    now: datetime,
) -> RecordVersion[TherapySession]:
    """Save changed facts of an hour; the earlier ones stay in the record.

    An hour that turns out not to have taken place is not open any more, and one that is planned again
    waits to be opened.

    Raises:
        EndBeforeStart: it would end before it began.
        StaleVersion: it was changed meanwhile.
    """
    _check_times(therapy_session)
    state = current.state
    if therapy_session.attendance == "planned":
        state = "entered"
    elif state == "open" and not therapy_session.took_place:
        state = "closed"
    return records.append_version(
        db,
        vault,
        therapy_session_table,
        current,
        therapy_session,
        state=state,
        event="session.revised",
        now=now,
    )


def was_ended(before: RecordVersion[TherapySession], after: RecordVersion[TherapySession]) -> bool:
    """Whether changed facts ended an hour: an open one is open no more, or a planned one is told of."""
    if before.state == "open":
        return after.state != "open"
    return before.payload.attendance == "planned" and after.payload.attendance != "planned"


def record_agreement(
    db: Connection, vault: Vault, current: RecordVersion[TherapySession], agreement: str, *, now: datetime
) -> RecordVersion[TherapySession]:
    """Keep what was agreed for next time. The same words again make no new version."""
    if agreement == current.payload.agreed_for_next:
        return current
    body = msgspec.structs.replace(current.payload, agreed_for_next=agreement)
    return records.append_version(
        db, vault, therapy_session_table, current, body, state=current.state, event="session.agreed", now=now
    )


def attendance_label(therapy_session: TherapySession) -> str:
    """The attendance in words; nobody "comes" to a call, a message or a consultation."""
    if therapy_session.kind != "session" and therapy_session.attendance == "came":
        return "Took place"
    return ATTENDANCE_LABELS[therapy_session.attendance]


def wall_clock_minute(now: datetime) -> time:
    """This minute, as a clock on the wall shows it."""
    return now.astimezone().time().replace(second=0, microsecond=0, tzinfo=None)


def minutes_left(therapy_session: TherapySession, *, now: datetime) -> int | None:
    """The whole minutes until the planned end of an hour of today; None without an end, or after it."""
    local = now.astimezone()
    if therapy_session.end is None or therapy_session.on != local.date():
        return None
    left = datetime.combine(therapy_session.on, therapy_session.end) - local.replace(tzinfo=None)
    return int(left.total_seconds() // 60) if left.total_seconds() >= 0 else None


def find_shown_version(
    db: Connection, vault: Vault, therapy_session_id: UUID, version: str | None
) -> TherapySession | None:
    """The hour as it stood in the version that a page showed; None if there was no such version."""
    found = version_history.list_versions(
        db, vault, therapy_session_table, therapy_session_id, TherapySession
    )
    return next((kept.payload for kept in found if str(kept.version) == version), None)


def has_same_facts(shown: TherapySession | None, current: TherapySession) -> bool:
    """Whether nothing but what was agreed has changed since a page showed the hour."""
    return (
        shown is not None
        and msgspec.structs.replace(shown, agreed_for_next=current.agreed_for_next) == current
    )


def load_therapy_session(
    db: Connection, vault: Vault, therapy_session_id: UUID
) -> RecordVersion[TherapySession]:
    """One hour.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, therapy_session_table, therapy_session_id, TherapySession)


def load_therapy_session_of_note(
    db: Connection, vault: Vault, therapy_session_id: UUID, *, note_date: date
) -> RecordVersion[TherapySession]:
    """The hour that a note is about. If the hour is hurt, what is known of it, on the day of the note.

    A note is read whatever became of its hour.
    """

    def stand_in(vault: Vault, ring: UUID) -> TherapySession | None:
        whose = next((kept for kept in cases.list_cases(db, vault) if kept.ring == ring), None)
        return TherapySession(case_id_bytes=whose.id.bytes, kind="session", on=note_date) if whose else None

    return records.load_record(db, vault, therapy_session_table, therapy_session_id, TherapySession, stand_in)
