"""An hour in words: its facts, as pages and paper show them."""

from collections.abc import Mapping
from datetime import date, time
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.record import cases, clients, rows, sessions
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import HURT, Kept
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.summaries import HourFacts
from clinic_toolkit.vault.vault import Vault

UNREADABLE = "The details of this session cannot be read. The day is taken from the note."


def is_remote(body: TherapySession) -> bool:
    """Whether the client is somewhere else, where nobody sees them."""
    return body.setting in ("telehealth", "phone")


def unreachable(body: TherapySession) -> bool:
    """Whether help could not be sent, or the client not be called back: one of the two is not known."""
    return is_remote(body) and not (body.place and body.call_back)


def may_be_opened(kept: Kept[TherapySession], *, today: date) -> bool:
    """Whether an hour can be begun, or one of today that was ended be gone on with."""
    ended_today = kept.state == "closed" and kept.body.took_place and kept.body.on == today
    return kept.state != "open" and (kept.body.attendance == "planned" or ended_today)


def loses_times(kept: Kept[TherapySession], *, today: date) -> bool:
    """Whether opening it replaces a day or an end that somebody may still want."""
    return kept.body.on != today or (kept.state == "closed" and kept.body.end is not None)


def end_before(db: Connection, vault: Vault, kept: Kept[TherapySession]) -> time | None:
    """The end that was noted of an open hour before it was gone on with; None if it was never ended."""
    if kept.state != "open" or kept.version < 2:
        return None
    found = rows.versions(db, vault, sessions.therapy_session, kept.id, TherapySession)
    ends = [each.body.end for each in found if each.state == "closed" and each.body.on == kept.body.on]
    return ends[-1] if ends else None


def people(db: Connection, vault: Vault, hour: Kept[TherapySession]) -> list[Kept[Client]]:
    """The clients of an hour's case, in the case's order."""
    case = cases.get(db, vault, hour.body.case_id)
    return [clients.get(db, vault, id) for id in case.body.client_ids]


def hour_facts(db: Connection, vault: Vault, hour: Kept[TherapySession]) -> HourFacts:
    """The facts of an hour in words, as they are now."""
    names = {kept.id: kept.body.name for kept in people(db, vault, hour)}
    return in_words(hour, names)


def in_words(hour: Kept[TherapySession], names: Mapping[UUID, str]) -> HourFacts:
    """One version of an hour in words, with these names for the clients of its case."""
    body = hour.body
    hurt = hour.state == HURT
    # Of an hour to come, or one that nobody came to, it would not be true that someone was there.
    present = [names[id] for id in body.present_ids if id in names and body.took_place]
    if body.others_present:
        present.append(body.others_present)
    place = sessions.SETTINGS[body.setting] + (f": {body.place}" if body.place else "")
    return HourFacts(
        who=" and ".join(names.values()),
        kind="Session" if hurt else sessions.KINDS[body.kind],
        on=body.on,
        start=body.start,
        end=body.end,
        place=""
        if hurt
        else place + (f" (call back: {body.call_back})" if body.call_back and is_remote(body) else ""),
        attendance=UNREADABLE if hurt else sessions.attendance_of(body),
        present=", ".join(present),
    )
