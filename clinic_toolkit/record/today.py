"""The day at a glance: hours of today, and what earlier ones still wait for.

Shows initials only, because a screen left open on a desk is read by others.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.record import (
    cases,
    closings,
    drafts,
    notes,
    risk_entries,
    rows,
    sessions,
    to_ask,
    told_apart,
)
from clinic_toolkit.record.administrations import Administration, administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.risk_entries import NOT_TODAY, RiskEntry
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.to_ask import ToAsk
from clinic_toolkit.vault.vault import Vault

TO_FINISH_DAYS = 60


class HourLine(Struct, frozen=True, kw_only=True):
    """One hour in a list.

    `agreed` is what was agreed last before it, on `agreed_on`; `waiting` says what is still to be done.
    """

    id: UUID
    on: date
    start: time | None
    who: str
    kind: str
    setting: str
    state: str
    attendance: str
    agreed: str
    agreed_on: date | None
    note: str
    waiting: tuple[str, ...]


class AskLine(Struct, frozen=True, kw_only=True):
    """Something to ask about: whom, from which day, and never what.

    After a questionnaire it is `administration`, the oldest of the `questionnaires` that raised it; after a
    risk entry that set this day for a check it is `entry`.
    `put_off` is the entry that says why it was not asked yet, and when that is looked at again.
    """

    on: date
    who: str
    administration: Kept[Administration] | None = None
    entry: Kept[RiskEntry] | None = None
    put_off: Kept[RiskEntry] | None = None
    questionnaires: int = 0


class BegunLine(Struct, frozen=True, kw_only=True):
    """A risk entry that was begun and is not recorded: about whom, since when, and where it goes on."""

    on: date
    who: str
    path: str


class Day(Struct, frozen=True, kw_only=True):
    """What *Today* shows. `open` are the open hours of today, `upcoming` the hours of the next days.

    `to_finish` has the latest first, and every other list the earliest.
    """

    on: date
    open: tuple[HourLine, ...]
    next: HourLine | None
    later: tuple[HourLine, ...]
    earlier: tuple[HourLine, ...]
    upcoming: tuple[HourLine, ...]
    to_finish: tuple[HourLine, ...]
    to_ask: tuple[AskLine, ...]
    begun: tuple[BegunLine, ...]
    has_clients: bool
    shown: tuple[Kept[TherapySession], ...]


def of(db: Connection, vault: Vault, *, now: datetime) -> Day:
    """Put the day together: what is open, next, later, earlier today, soon, and unfinished."""
    local = now.astimezone()
    people = told_apart.of(db, vault).short
    whose = {kept.id: kept.body.client_ids for kept in cases.everything(db, vault)}
    hours = sessions.everything(db, vault)
    states = {kept.body.session_id: kept.state for kept in notes.everything(db, vault)}
    begun = _begun(db, vault)
    agreed = _agreed_before(hours)
    day = local.date()
    waits = {kept.id: _waiting(kept, states.get(kept.id, ""), kept.id in begun, day) for kept in hours}
    lines = {
        kept.id: _line(kept, whose, people, states, agreed.get(kept.id), waits[kept.id]) for kept in hours
    }
    todays = [kept for kept in hours if kept.body.on == day]
    open_now = [kept for kept in todays if kept.state == "open"]
    waiting = [kept for kept in todays if kept.state == "entered" and kept.body.attendance == "planned"]
    soon = [
        kept
        for kept in hours
        if day < kept.body.on <= day + timedelta(days=7) and kept.body.attendance == "planned"
    ]
    finish = [kept for kept in hours if waits[kept.id]]
    done = [kept for kept in todays if kept not in waiting and kept not in open_now and kept not in finish]
    chosen = [*open_now, *waiting, *done, *soon, *finish]
    return Day(
        on=day,
        open=tuple(lines[kept.id] for kept in open_now),
        next=lines[waiting[0].id] if waiting else None,
        later=tuple(lines[kept.id] for kept in waiting[1:]),
        earlier=tuple(lines[kept.id] for kept in done),
        upcoming=tuple(lines[kept.id] for kept in soon),
        to_finish=tuple(lines[kept.id] for kept in reversed(finish)),
        to_ask=_to_ask(db, vault, people, day),
        begun=_risk_entries_begun(db, vault, people),
        has_clients=bool(people),
        shown=tuple({kept.id: kept for kept in chosen}.values()),
    )


def _to_ask(db: Connection, vault: Vault, people: Mapping[UUID, str], day: date) -> tuple[AskLine, ...]:
    """What stays until a risk entry closes or follows it, however long ago; oldest first."""
    asked = to_ask.everywhere(db, vault)
    # An entry that put a prompt off stands beside that prompt, and not a second time by itself.
    beside = {entry.id for each in asked for entry in each.put_off}
    # What one questionnaire raised first of all is closed on one page, and so it is one line.
    first: dict[UUID, list[ToAsk]] = {}
    for each in asked:
        if each.administration.body.client_id in people:
            first.setdefault(each.administration.id, []).append(each)
    found = [_after_a_questionnaire(together, people) for together in first.values()]
    found += [
        AskLine(
            on=kept.body.next_check or day,
            who=people[kept.body.client_id],
            entry=kept,
            put_off=kept if kept.body.how == NOT_TODAY else None,
        )
        for kept in closings.checks_due(risk_entries.everything(db, vault), today=day)
        if kept.body.client_id in people and kept.id not in beside
    ]
    return tuple(sorted(found, key=lambda line: line.on))


def _after_a_questionnaire(asked: list[ToAsk], people: Mapping[UUID, str]) -> AskLine:
    given = asked[0].administration
    return AskLine(
        on=given.body.on,
        who=people[given.body.client_id],
        administration=given,
        put_off=to_ask.put_off_until(asked),
        questionnaires=len({kept.id for each in asked for kept in each.questionnaires}),
    )


def _risk_entries_begun(db: Connection, vault: Vault, people: Mapping[UUID, str]) -> tuple[BegunLine, ...]:
    """Entries that say nothing yet to anything else: they close nothing until they are recorded."""
    return tuple(
        BegunLine(on=kept.body.begun.astimezone().date(), who=people[owner], path=kept.body.path)
        for kept in drafts.risk_entries_begun(db, vault)
        if (owner := vault.owner(kept.ring)) in people and owner is not None
    )


def _begun(db: Connection, vault: Vault) -> set[UUID | None]:
    """The hours with a questionnaire that was begun, and neither finished nor stopped."""
    given = rows.everywhere(db, vault, administration, Administration)
    return {kept.body.session_id for kept in given if kept.state == "in_progress"}


def _waiting(kept: Kept[TherapySession], note: str, begun: bool, day: date) -> tuple[str, ...]:
    """What an hour that is over still waits for, in few words; nothing for one of long ago."""
    if kept.state == "open":
        # However long ago: an hour that is open is never forgotten.
        return ("not ended",) if kept.body.on < day else ()
    if not day - timedelta(days=TO_FINISH_DAYS) <= kept.body.on <= day:
        return ()
    if kept.body.attendance == "planned":
        return ("attendance not entered",) if kept.body.on < day else ()
    found = ["questionnaire not finished"] if begun else []
    if note == "draft":
        found.append("note not signed")
    elif not note and kept.body.took_place:
        found.append("no note yet")
    return tuple(found)


def _agreed_before(hours: list[Kept[TherapySession]]) -> dict[UUID, TherapySession]:
    """For each hour, the last one of the same case before it in which something was agreed."""
    last: dict[bytes, TherapySession] = {}
    found = {}
    for kept in hours:
        if kept.body.case in last:
            found[kept.id] = last[kept.body.case]
        if kept.body.agreed and kept.state != "open":
            last[kept.body.case] = kept.body
    return found


def _line(
    kept: Kept[TherapySession],
    whose: Mapping[UUID, tuple[UUID, ...]],
    people: Mapping[UUID, str],
    states: Mapping[UUID, str],
    agreed: TherapySession | None,
    waiting: tuple[str, ...],
) -> HourLine:
    who = " and ".join(people[id] for id in whose.get(kept.body.case_id, ()) if id in people)
    return HourLine(
        id=kept.id,
        on=kept.body.on,
        start=kept.body.start,
        who=who,
        kind=sessions.KINDS[kept.body.kind],
        setting=kept.body.setting,
        state=kept.state,
        attendance=kept.body.attendance,
        agreed=agreed.agreed if agreed else "",
        agreed_on=agreed.on if agreed else None,
        note=states.get(kept.id, ""),
        waiting=waiting,
    )
