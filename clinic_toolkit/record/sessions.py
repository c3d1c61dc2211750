"""Hours: a session with a client or a couple, and the contacts between sessions.

An hour stands on its own: it may hold no questionnaire, no worksheet and no note.
"""

from datetime import date, datetime, time
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import rows
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.rows import Kept
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
        super().__init__("The end is before the start. An hour that passes midnight can be kept as two.")


class TherapySession(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One hour.

    Times are local, as the clinician reads them; `present` holds clients' ids, and
    `others_present` anyone else, such as an interpreter. `agreed` is what was agreed for next time.
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
    db: Connection, vault: Vault, case: Kept[Case], body: TherapySession, *, now: datetime
) -> Kept[TherapySession]:
    """Enter an hour: to come, or already past. It lies in the ring of its case.

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
    )


def open_now(
    db: Connection, vault: Vault, seen: Kept[TherapySession], *, now: datetime
) -> Kept[TherapySession]:
    """Begin an hour that was planned: everyone of the case is there unless said otherwise."""
    local = now.astimezone()
    body = msgspec.structs.replace(
        seen.body,
        attendance="came" if seen.body.attendance == "planned" else seen.body.attendance,
        start=seen.body.start or local.time().replace(second=0, microsecond=0, tzinfo=None),
    )
    return rows.append(db, vault, therapy_session, seen, body, state="open", event="session.opened", now=now)


def close(db: Connection, vault: Vault, seen: Kept[TherapySession], *, now: datetime) -> Kept[TherapySession]:
    """End an open hour at this minute, unless its end was entered already."""
    local = now.astimezone()
    minute = local.time().replace(second=0, microsecond=0, tzinfo=None)
    end = seen.body.end
    if (
        end is None
        and local.date() == seen.body.on
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

    Raises:
        EndBeforeStart: it would end before it began.
        rows.Stale: it was changed meanwhile.
    """
    _in_order(body)
    return rows.append(
        db, vault, therapy_session, seen, body, state=seen.state, event="session.revised", now=now
    )


def agree(
    db: Connection, vault: Vault, seen: Kept[TherapySession], words: str, *, now: datetime
) -> Kept[TherapySession]:
    """Keep what was agreed for next time."""
    body = msgspec.structs.replace(seen.body, agreed=words)
    return rows.append(
        db, vault, therapy_session, seen, body, state=seen.state, event="session.agreed", now=now
    )


def get(db: Connection, vault: Vault, id: UUID) -> Kept[TherapySession]:
    """One hour.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, therapy_session, id, TherapySession)


def of_cases(db: Connection, vault: Vault, cases: list[Kept[Case]]) -> list[Kept[TherapySession]]:
    """The hours of these cases, newest first."""
    found = rows.in_rings(db, vault, therapy_session, [case.ring for case in cases], TherapySession)
    return sorted(found, key=_when, reverse=True)


def everything(db: Connection, vault: Vault) -> list[Kept[TherapySession]]:
    """Every hour of this clinician, oldest first."""
    return sorted(rows.everywhere(db, vault, therapy_session, TherapySession), key=_when)


def _when(kept: Kept[TherapySession]) -> tuple[date, time]:
    return kept.body.on, kept.body.start or time.min
