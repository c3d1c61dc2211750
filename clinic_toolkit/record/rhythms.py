"""Rhythms: what was agreed about asking one questionnaire about one relationship again.

Every repeat has a purpose and an end. Two declines, or three rounds about the same, propose to stop, and
the client's wish to stop ends it at once. Nothing here reminds anybody: it only says what was agreed.
"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.psychometrics.change import LEAST_BASELINE
from clinic_toolkit.record import clients, joined, rows
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.courses import Theme, theme
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

rhythm = sealed_table("rhythm")

ON, STOPPED, WISHED = "on", "stopped", "wished"
# A rhythm that nobody set: the client declined, or wished to stop, before anything was agreed.
OPEN = "open"


class Rhythm(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """Why it is asked again and until when, and what the client said to that.

    `until` and `times` are both optional; `times` counts rounds in all. `declined` are the days on which
    the client said "not today". `went_on` is when going on was decided last, and `because` why.
    `baseline` says how many of the first rounds are the baseline.
    """

    client: bytes
    relationship: bytes | None
    instrument: str
    why: str = ""
    until: date | None = None
    times: int | None = None
    declined: tuple[date, ...] = ()
    wished: date | None = None
    went_on: datetime | None = None
    because: str = ""
    baseline: int = LEAST_BASELINE

    @property
    def theme(self) -> Theme:
        """Which questionnaire, and about whom."""
        return (UUID(bytes=self.relationship) if self.relationship else None), self.instrument

    @property
    def declines(self) -> int:
        """The declines that count: those since going on was decided."""
        if self.went_on is None:
            return len(self.declined)
        since = self.went_on.astimezone().date()
        return sum(day > since for day in self.declined)


Seen = Kept[Rhythm] | None


def agree(
    db: Connection,
    vault: Vault,
    seen: Seen,
    asked: Administration,
    *,
    why: str,
    until: date | None,
    times: int | None,
    baseline: int,
    now: datetime,
) -> Kept[Rhythm]:
    """Keep why it is repeated, and until when; a rhythm that had ended begins anew.

    Raises:
        rows.Stale: it was changed meanwhile.
    """
    body = msgspec.structs.replace(_body(seen, asked), why=why, until=until, times=times, baseline=baseline)
    if seen is not None and seen.state in (STOPPED, WISHED):
        body = msgspec.structs.replace(body, went_on=now, because="")
    return _keep(db, vault, seen, body, state=ON, event="rhythm.agreed", now=now)


def not_today(
    db: Connection, vault: Vault, seen: Seen, asked: Administration, *, now: datetime
) -> Kept[Rhythm]:
    """Record that the client did not want it today. The same day counts once, however often it is tapped."""
    body = _body(seen, asked)
    today = now.astimezone().date()
    if seen is not None and today in body.declined:
        return seen
    body = msgspec.structs.replace(body, declined=(*body.declined, today))
    state = seen.state if seen else OPEN
    return _keep(db, vault, seen, body, state=state, event="rhythm.declined", now=now)


def wish_to_stop(
    db: Connection, vault: Vault, seen: Seen, asked: Administration, *, now: datetime
) -> Kept[Rhythm]:
    """Record the client's wish to stop. It ends the rhythm at once."""
    if seen is not None and seen.state == WISHED:
        return seen
    body = msgspec.structs.replace(_body(seen, asked), wished=now.astimezone().date())
    return _keep(db, vault, seen, body, state=WISHED, event="rhythm.wished_to_stop", now=now)


def stop(db: Connection, vault: Vault, seen: Seen, asked: Administration, *, now: datetime) -> Kept[Rhythm]:
    """Stop repeating it."""
    if seen is not None and seen.state in (STOPPED, WISHED):
        return seen
    return _keep(db, vault, seen, _body(seen, asked), state=STOPPED, event="rhythm.stopped", now=now)


def go_on(
    db: Connection, vault: Vault, seen: Seen, asked: Administration, *, because: str, now: datetime
) -> Kept[Rhythm]:
    """Go on although stopping was proposed; declines and unchanged rounds count anew from here.

    Raises:
        rows.Stale: it was stopped meanwhile, or the client wished to stop; only `agree` begins it again.
    """
    if seen is not None and seen.state in (STOPPED, WISHED):
        raise rows.Stale
    body = msgspec.structs.replace(_body(seen, asked), went_on=now, because=because)
    return _keep(db, vault, seen, body, state=ON, event="rhythm.went_on", now=now)


def of_client(db: Connection, vault: Vault, client_id: UUID) -> dict[Theme, Kept[Rhythm]]:
    """What was agreed with a client, by questionnaire and relationship."""
    found = rows.in_rings(db, vault, rhythm, clients.rings(db, vault, client_id), Rhythm)
    into = joined.of(db, vault)
    # Of two that were joined, what was agreed last counts.
    ordered = sorted(found, key=lambda kept: kept.at)
    return {(into.one(kept.body.theme[0]), kept.body.instrument): kept for kept in ordered}


def baselines(known: Mapping[Theme, Kept[Rhythm]]) -> dict[Theme, int]:
    """How many first rounds were declared as the baseline."""
    return {each: kept.body.baseline for each, kept in known.items()}


def _body(seen: Seen, asked: Administration) -> Rhythm:
    if seen is not None:
        return seen.body
    relationship_id, instrument = theme(asked)
    return Rhythm(
        client=asked.client,
        relationship=relationship_id.bytes if relationship_id else None,
        instrument=instrument,
    )


def _keep(
    db: Connection, vault: Vault, seen: Seen, body: Rhythm, *, state: str, event: str, now: datetime
) -> Kept[Rhythm]:
    if seen is not None:
        return rows.append(db, vault, rhythm, seen, body, state=state, event=event, now=now)
    ring = vault.ring_of(UUID(bytes=body.client), "record")
    return rows.begin(db, vault, rhythm, body, ring=ring, state=state, event=event, now=now, final=True)
