"""Hours: a session with a client or a couple, and the contacts between sessions.

An hour stands on its own: it may hold no questionnaire, no worksheet and no note.
"""

from datetime import date, datetime, time
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import cases, rows
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

therapy_session = sealed_table("therapy_session")

KINDS = {"session": "Session", "call": "Call", "message": "Message", "consultation": "Consultation"}
SETTINGS = {"room": "In the room", "telehealth": "Telehealth", "phone": "By telephone"}
ATTENDANCE = {
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
    were expected if it did not take place, and `others_present` anyone else, such as an interpreter. `agreed`
    is what was agreed for next time.
    """

    case: bytes
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
    agreed: str = ""

    @property
    def case_id(self) -> UUID:
        """The case this hour belongs to."""
        return UUID(bytes=self.case)

    @property
    def present_ids(self) -> tuple[UUID, ...]:
        """The clients who were there."""
        return tuple(UUID(bytes=id) for id in self.present)

    @property
    def took_place(self) -> bool:
        """Whether anyone was met or spoken to."""
        return self.attendance in ("came", "late")


def _in_order(body: TherapySession) -> None:
    if body.start and body.end and body.end < body.start:
        raise EndBeforeStart


def plan(
    db: Connection,
    vault: Vault,
    case: Kept[Case],
    body: TherapySession,
    *,
    now: datetime,
    number: UUID | None = None,
) -> Kept[TherapySession]:
    """Enter an hour: to come, or already past. It lies in the ring of its case.

    Args:
        number: the one-time number of the form; it becomes the hour's id.

    Raises:
        EndBeforeStart: it would end before it began.
    """
    _in_order(body)
    return rows.begin(
        db,
        vault,
        therapy_session,
        body,
        ring=case.ring,
        state="entered",
        event="session.entered",
        now=now,
        final=True,
        id=number,
    )


def open_now(
    db: Connection, vault: Vault, seen: Kept[TherapySession], *, now: datetime, keep_end: bool = False
) -> Kept[TherapySession]:
    """Begin an hour that was planned, or go on with one that was ended too early.

    Everyone of the case is there unless said otherwise. An hour planned for another day is begun
    today: its date and its times become those of now.

    Args:
        keep_end: the end that was noted of an ended hour stays; else a new one is noted when it ends again.
    """
    local = now.astimezone()
    moved = seen.body.on != local.date()
    body = msgspec.structs.replace(
        seen.body,
        on=local.date(),
        attendance="came" if seen.body.attendance == "planned" else seen.body.attendance,
        start=None if moved else seen.body.start,
        end=None if moved or (seen.state == "closed" and not keep_end) else seen.body.end,
    )
    if body.start is None:
        body = msgspec.structs.replace(body, start=minute_of(now))
    return rows.append(db, vault, therapy_session, seen, body, state="open", event="session.opened", now=now)


def close(db: Connection, vault: Vault, seen: Kept[TherapySession], *, now: datetime) -> Kept[TherapySession]:
    """End an open hour at this minute, unless its end was entered already."""
    minute = minute_of(now)
    end = seen.body.end
    if (
        end is None
        and now.astimezone().date() == seen.body.on
        and (seen.body.start is None or minute >= seen.body.start)
    ):
        end = minute
    body = msgspec.structs.replace(seen.body, end=end)
    return rows.append(
        db, vault, therapy_session, seen, body, state="closed", event="session.closed", now=now
    )


def revise(
    db: Connection, vault: Vault, seen: Kept[TherapySession], body: TherapySession, *, now: datetime
) -> Kept[TherapySession]:
    """Save changed facts of an hour; the earlier ones stay in the record.

    An hour that turns out not to have taken place is not open any more, and one that is planned again
    waits to be opened.

    Raises:
        EndBeforeStart: it would end before it began.
        rows.Stale: it was changed meanwhile.
    """
    _in_order(body)
    state = seen.state
    if body.attendance == "planned":
        state = "entered"
    elif state == "open" and not body.took_place:
        state = "closed"
    return rows.append(db, vault, therapy_session, seen, body, state=state, event="session.revised", now=now)


def was_ended(seen: Kept[TherapySession], kept: Kept[TherapySession]) -> bool:
    """Whether changed facts ended an hour: an open one is open no more, or a planned one is told of."""
    if seen.state == "open":
        return kept.state != "open"
    return seen.body.attendance == "planned" and kept.body.attendance != "planned"


def agree(
    db: Connection, vault: Vault, seen: Kept[TherapySession], words: str, *, now: datetime
) -> Kept[TherapySession]:
    """Keep what was agreed for next time. The same words again make no new version."""
    if words == seen.body.agreed:
        return seen
    body = msgspec.structs.replace(seen.body, agreed=words)
    return rows.append(
        db, vault, therapy_session, seen, body, state=seen.state, event="session.agreed", now=now
    )


def attendance_of(body: TherapySession) -> str:
    """The attendance in words; nobody "comes" to a call, a message or a consultation."""
    if body.kind != "session" and body.attendance == "came":
        return "Took place"
    return ATTENDANCE[body.attendance]


def minute_of(now: datetime) -> time:
    """This minute, as a clock on the wall shows it."""
    return now.astimezone().time().replace(second=0, microsecond=0, tzinfo=None)


def minutes_left(body: TherapySession, *, now: datetime) -> int | None:
    """The whole minutes until the planned end of an hour of today; None without an end, or after it."""
    local = now.astimezone()
    if body.end is None or body.on != local.date():
        return None
    left = datetime.combine(body.on, body.end) - local.replace(tzinfo=None)
    return int(left.total_seconds() // 60) if left.total_seconds() >= 0 else None


def as_seen(db: Connection, vault: Vault, id: UUID, version: str | None) -> TherapySession | None:
    """The hour as it stood in the version that a page showed; None if there was no such version."""
    found = rows.versions(db, vault, therapy_session, id, TherapySession)
    return next((kept.body for kept in found if str(kept.version) == version), None)


def same_facts(seen: TherapySession | None, kept: TherapySession) -> bool:
    """Whether nothing but what was agreed has changed since a page showed the hour."""
    return seen is not None and msgspec.structs.replace(seen, agreed=kept.agreed) == kept


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """What a case has today: the day, the hour that is open, the hour that is planned next."""

    day: date
    open: Kept[TherapySession] | None
    planned: Kept[TherapySession] | None


def of_today(hours: list[Kept[TherapySession]], *, now: datetime) -> Now:
    """Of these hours, newest first, what there is today; so that none is begun twice."""
    day = now.astimezone().date()
    todays = [kept for kept in reversed(hours) if kept.body.on == day]
    return Now(
        day=day,
        open=next((kept for kept in todays if kept.state == "open"), None),
        planned=next(
            (kept for kept in todays if kept.state == "entered" and kept.body.attendance == "planned"), None
        ),
    )


def agreed_before(
    hours: list[Kept[TherapySession]], than: Kept[TherapySession] | None = None
) -> TherapySession | None:
    """Of these hours, newest first, the last one with something agreed; `than` asks before that hour."""
    return next(
        (
            kept.body
            for kept in hours
            if kept.body.agreed and kept.state != "open" and (than is None or _when(kept) < _when(than))
        ),
        None,
    )


def met_before(hours: list[Kept[TherapySession]], than: Kept[TherapySession]) -> bool:
    """Whether one of these hours took place before that hour."""
    return any(kept.body.took_place and kept.id != than.id and _when(kept) <= _when(than) for kept in hours)


def get(db: Connection, vault: Vault, id: UUID) -> Kept[TherapySession]:
    """One hour.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, therapy_session, id, TherapySession)


def of_note(db: Connection, vault: Vault, id: UUID, *, on: date) -> Kept[TherapySession]:
    """The hour that a note is about. If the hour is hurt, what is known of it, on the day of the note.

    A note is read whatever became of its hour.
    """

    def stand_in(vault: Vault, ring: UUID) -> TherapySession | None:
        whose = next((kept for kept in cases.everything(db, vault) if kept.ring == ring), None)
        return TherapySession(case=whose.id.bytes, kind="session", on=on) if whose else None

    return rows.latest(db, vault, therapy_session, id, TherapySession, stand_in)


def of_cases(db: Connection, vault: Vault, found: list[Kept[Case]]) -> list[Kept[TherapySession]]:
    """The hours of these cases, newest first."""
    hours = rows.in_rings(db, vault, therapy_session, [case.ring for case in found], TherapySession)
    return sorted(hours, key=_when, reverse=True)


def everything(db: Connection, vault: Vault) -> list[Kept[TherapySession]]:
    """Every hour of this clinician, oldest first."""
    return sorted(rows.everywhere(db, vault, therapy_session, TherapySession), key=_when)


def _when(kept: Kept[TherapySession]) -> tuple[date, time]:
    return kept.body.on, kept.body.start or time.min
