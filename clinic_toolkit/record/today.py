"""The day at a glance: hours of today, and what earlier ones still wait for.

Shows initials only, because a screen left open on a desk is read by others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.record import cases, clients, notes, sessions
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.rows import Kept
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.vault.vault import Vault

TO_FINISH_DAYS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class HourLine:
    """One hour in a list. `small` says what else there is to know, in few words."""

    id: UUID
    on: date
    start: time | None
    who: str
    kind: str
    setting: str
    state: str
    attendance: str
    agreed: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """What *Today* shows. `upcoming` are hours of the next days."""

    on: date
    open: tuple[HourLine, ...]
    next: HourLine | None
    later: tuple[HourLine, ...]
    earlier: tuple[HourLine, ...]
    upcoming: tuple[HourLine, ...]
    to_finish: tuple[HourLine, ...]
    has_clients: bool
    shown: tuple[Kept[TherapySession], ...]


def of(db: Connection, vault: Vault, *, now: datetime) -> Day:
    """Put the day together: what is open, next, later, earlier today, soon, and unfinished."""
    local = now.astimezone()
    people = {kept.id: kept.body for kept in clients.everyone(db, vault)}
    whose = {kept.id: kept.body.client_ids for kept in cases.everything(db, vault)}
    hours = sessions.everything(db, vault)
    states = {kept.body.session_id: kept.state for kept in notes.everything(db, vault)}
    agreed = _agreed_before(hours)
    lines = {kept.id: _line(kept, whose, people, states, agreed.get(kept.id, "")) for kept in hours}
    day = local.date()
    todays = [kept for kept in hours if kept.body.on == day]
    open_now = [kept for kept in hours if kept.state == "open"]
    waiting = [kept for kept in todays if kept.state == "entered" and kept.body.attendance == "planned"]
    soon = [
        kept
        for kept in hours
        if day < kept.body.on <= day + timedelta(days=7) and kept.body.attendance == "planned"
    ]
    finish = [kept for kept in hours if _unfinished(kept, states, day)]
    done = [kept for kept in todays if kept not in waiting and kept not in open_now and kept not in finish]
    chosen = [*open_now, *waiting, *done, *soon, *finish]
    return Day(
        on=day,
        open=tuple(lines[kept.id] for kept in open_now),
        next=lines[waiting[0].id] if waiting else None,
        later=tuple(lines[kept.id] for kept in waiting[1:]),
        earlier=tuple(lines[kept.id] for kept in done),
        upcoming=tuple(lines[kept.id] for kept in soon),
        to_finish=tuple(lines[kept.id] for kept in finish),
        has_clients=bool(people),
        shown=tuple({kept.id: kept for kept in chosen}.values()),
    )


def _unfinished(kept: Kept[TherapySession], states: Mapping[UUID, str], day: date) -> bool:
    """An hour that is over and whose note is missing or only a draft; or one never marked as held."""
    if kept.state == "open" or not day - timedelta(days=TO_FINISH_DAYS) <= kept.body.on <= day:
        return False
    if kept.body.attendance == "planned":
        return kept.body.on < day
    if states.get(kept.id) == "draft":
        return True
    return kept.body.took_place and kept.id not in states


def _agreed_before(hours: list[Kept[TherapySession]]) -> dict[UUID, str]:
    """For each hour, what was agreed in the last hour of the same case before it."""
    last: dict[bytes, str] = {}
    found = {}
    for kept in hours:
        found[kept.id] = last.get(kept.body.case, "")
        if kept.body.agreed:
            last[kept.body.case] = kept.body.agreed
    return found


def _line(
    kept: Kept[TherapySession],
    whose: Mapping[UUID, tuple[UUID, ...]],
    people: Mapping[UUID, Client],
    states: Mapping[UUID, str],
    agreed: str,
) -> HourLine:
    who = " and ".join(people[id].initials for id in whose.get(kept.body.case_id, ()) if id in people)
    return HourLine(
        id=kept.id,
        on=kept.body.on,
        start=kept.body.start,
        who=who,
        kind=sessions.KINDS[kept.body.kind],
        setting=kept.body.setting,
        state=kept.state,
        attendance=kept.body.attendance,
        agreed=agreed,
        note=states.get(kept.id, ""),
    )
