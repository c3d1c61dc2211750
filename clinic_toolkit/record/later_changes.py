"""Later changes: facts that were changed after a note was signed, to be read beside it.

Nothing of this is stored. Each change is told from the versions of the hour, the clients and the
practice, which stay in their own rings, so that no name is written into another ring.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Table

from clinic_toolkit.record import clients, hours, practice, rows, sessions
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.days import written
from clinic_toolkit.record.kept import HURT, Kept
from clinic_toolkit.record.note_facts import NoteFacts
from clinic_toolkit.record.practice import Practice
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.summaries import HourFacts, LaterChange
from clinic_toolkit.vault.vault import Vault

B = TypeVar("B", bound=msgspec.Struct)
NOT_ENTERED = "not entered"


class LaterChanges(Struct, frozen=True, kw_only=True):
    """What differs now from these facts. `some_unread`: a record is hurt, so there may be more."""

    found: tuple[LaterChange, ...] = ()
    some_unread: bool = False


def of_facts(db: Connection, vault: Vault, facts: NoteFacts, hour: Kept[TherapySession]) -> LaterChanges:
    """What was changed since these facts were read, and is not as it was then any more."""
    people, settings = hours.people(db, vault, hour), practice.read(db, vault)
    versions = facts.versions
    found = _of_hour(db, vault, facts, hour, [kept.id for kept in people])
    for kept, name, version in zip(people, facts.people, versions.people, strict=False):
        named = _steps(db, vault, clients.client, kept, version, Client)
        found += _change("Client", name, named, lambda each: each.body.name)
    steps = _steps(db, vault, practice.practice, settings, versions.practice, Practice)
    found += _change("Practice", facts.practice, steps, lambda each: each.body.practice_name)
    found += _change("Clinician", facts.clinician, steps, lambda each: each.body.clinician_name)
    states = {hour.state, settings.state, *(kept.state for kept in people)}
    unread = HURT in states or len(people) != len(facts.people)
    return LaterChanges(found=tuple(found), some_unread=unread)


def _of_hour(
    db: Connection, vault: Vault, facts: NoteFacts, hour: Kept[TherapySession], ids: Sequence[UUID]
) -> list[LaterChange]:
    steps = _steps(db, vault, sessions.therapy_session, hour, facts.versions.hour, TherapySession)
    # With the names of that time: that a client is called otherwise since is a change of its own.
    names = dict(zip(ids, facts.people, strict=False))
    was = _shown(facts.hour, is_open=facts.open)
    found = []
    for name in was:
        found += _change(name, was[name], steps, partial(_fact, name, names))
    return found


def _fact(name: str, names: Mapping[UUID, str], hour: Kept[TherapySession]) -> str:
    return _shown(hours.in_words(hour, names), is_open=hour.state == "open")[name]


def _shown(facts: HourFacts, *, is_open: bool) -> dict[str, str]:
    """Each fact of an hour as it is read, by its name."""
    times = f"{facts.start:%H:%M}" if facts.start else ""
    if facts.end:
        times = f"{times} to {facts.end:%H:%M}".strip()
    if is_open:
        times = f"{times}, not ended".removeprefix(", ")
    return {
        "Date": written(facts.on),
        "Time": times,
        "Kind": facts.kind,
        "Place": facts.place,
        "Attendance": facts.attendance,
        "Present": facts.present,
    }


class _Steps(Struct, frozen=True):
    """The version that was seen, if it can be read, and those after it, oldest first."""

    seen: Kept[Any] | None
    after: list[Kept[Any]]


def _steps(db: Connection, vault: Vault, table: Table, now: Kept[B], seen: int, kind: type[B]) -> _Steps:
    if now.version == seen or now.state == HURT:
        return _Steps(None, [])
    found = rows.versions(db, vault, table, now.id, kind)
    return _Steps(
        next((kept for kept in found if kept.version == seen), None),
        [kept for kept in found if kept.version > seen],
    )


def _change(name: str, was: str, steps: _Steps, value: Callable[[Kept[Any]], str]) -> list[LaterChange]:
    """The change of one fact, if it is another now; dated by the version that made it what it is."""
    values = [value(kept) for kept in steps.after]
    # Versions are compared with one another, so that a word which this program changed since is no change.
    if not values or values[-1] == (value(steps.seen) if steps.seen else was):
        return []
    made = len(values) - 1
    while made and values[made - 1] == values[-1]:
        made -= 1
    on = steps.after[made].at.astimezone().date()
    return [LaterChange(name=name, on=on, was=was or NOT_ENTERED, now=values[-1] or NOT_ENTERED)]
