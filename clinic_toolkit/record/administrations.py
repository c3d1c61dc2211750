"""Administrations: one giving of one questionnaire about one relationship.

One sealed record holds all answers of an administration; every answer rewrites it and is on disk
before anyone is told "Saved". A completed one is only ever added to.
"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.model import Frame, Instrument, Item
from clinic_toolkit.record import answers, rows
from clinic_toolkit.record.answers import Answers, Response
from clinic_toolkit.record.given import Given, in_hour
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

administration = sealed_table("administration")

ALONE = "self_entered"
MIXED = "mixed"
MODES = {
    "read_aloud": "read aloud",
    "telehealth": "read aloud over telehealth",
    "interpreter": "read aloud with an interpreter",
    "telehealth_interpreter": "read aloud over telehealth, with an interpreter",
    ALONE: "answered by the client alone",
    MIXED: "partly together, partly by the client alone",
}
GENERAL = "in_general"


class Finished(ClinicError):
    """The questionnaire is finished; its answers are part of the record now."""

    def __init__(self) -> None:
        super().__init__("This questionnaire is finished. Its answers stand as they were given.")


class NotOffered(ClinicError):
    """This questionnaire does not fit this kind of relationship."""

    def __init__(self) -> None:
        super().__init__("This questionnaire is not offered for this kind of relationship.")


class Administration(Given, array_like=True, frozen=True, kw_only=True):
    """What was asked, about whom and how, each answer, and what was said when it was looked at."""

    relationship: bytes | None
    word: str
    frame: str
    instrument: str
    instrument_version: str
    digest: str
    mode: str
    on: date
    begun: datetime
    answers: Answers
    wrong: str = ""
    own_words: str = ""
    next_step: str = ""

    @property
    def relationship_id(self) -> UUID | None:
        """The relationship it is about; None is "in general"."""
        return UUID(bytes=self.relationship) if self.relationship else None


def begin(
    db: Connection,
    vault: Vault,
    instrument: Instrument,
    *,
    client_id: UUID,
    about: Kept[Relationship] | None,
    session_id: UUID | None,
    mode: str,
    now: datetime,
) -> Kept[Administration]:
    """Begin a questionnaire about one relationship, or in general.

    Raises:
        NotOffered: the questionnaire does not fit this kind of relationship.
    """
    frame = catalogue.frame(about.body.frame if about else GENERAL)
    if not catalogue.offered(instrument, frame):
        raise NotOffered
    body = Administration(
        client=client_id.bytes,
        session=session_id.bytes if session_id else None,
        relationship=about.id.bytes if about else None,
        word=about.body.word if about else "",
        frame=frame.id,
        instrument=instrument.id,
        instrument_version=instrument.version,
        digest=instrument.digest,
        mode=mode,
        on=now.astimezone().date(),
        begun=now,
        answers=answers.blank(len(instrument.items)),
    )
    return rows.begin(
        db,
        vault,
        administration,
        body,
        ring=vault.ring_of(client_id, "record"),
        state="in_progress",
        event="administration.begun",
        now=now,
    )


def record_response(
    db: Connection,
    vault: Vault,
    seen: Kept[Administration],
    place: int,
    response: Response,
    *,
    now: datetime,
) -> Kept[Administration]:
    """Keep one answer; `place` counts items from 0.

    Raises:
        Finished: the questionnaire is finished.
        ValueError: there is no such place, or the value is not one of the questionnaire's answers.
    """
    return record_responses(db, vault, seen, {place: response}, now=now)


def record_responses(
    db: Connection,
    vault: Vault,
    seen: Kept[Administration],
    given: Mapping[int, Response],
    *,
    now: datetime,
) -> Kept[Administration]:
    """Keep several answers at once, by their places counted from 0; all of them or none.

    Raises:
        Finished: the questionnaire is finished.
        ValueError: there is no such place, or a value is not one of the questionnaire's answers.
    """
    if seen.final:
        raise Finished
    body = seen.body
    possible = {option.value for option in instrument_of(body).options} | {None}
    put = body.answers
    for place, response in given.items():
        if response.value not in possible:
            raise ValueError("not an answer of this questionnaire")
        put = answers.put(put, place, response, after=now - body.begun)
    changed = msgspec.structs.replace(body, answers=put, mode=MIXED if body.mode == ALONE else body.mode)
    return rows.rewrite(
        db,
        vault,
        administration,
        seen,
        changed,
        state="in_progress",
        event="administration.answered",
        now=now,
    )


def stop(db: Connection, vault: Vault, seen: Kept[Administration], *, now: datetime) -> Kept[Administration]:
    """Stop here. What was answered stays; it can be taken up again."""
    if seen.final:
        raise Finished
    return rows.rewrite(
        db, vault, administration, seen, seen.body, state="stopped", event="administration.stopped", now=now
    )


def complete(
    db: Connection, vault: Vault, seen: Kept[Administration], *, now: datetime
) -> Kept[Administration]:
    """Finish: from now on the answers stand. Items without an answer stay "not reached"."""
    if seen.final:
        raise Finished
    return rows.rewrite(
        db,
        vault,
        administration,
        seen,
        seen.body,
        state="completed",
        event="administration.completed",
        now=now,
        final=True,
    )


def take_up(
    db: Connection, vault: Vault, seen: Kept[Administration], *, now: datetime
) -> Kept[Administration]:
    """Go on with one that was stopped; one that is under way stays as it is."""
    if seen.state != "stopped":
        return seen
    event = "administration.taken_up"
    return rows.rewrite(db, vault, administration, seen, seen.body, state="in_progress", event=event, now=now)


def bring_in(
    db: Connection,
    vault: Vault,
    seen: Kept[Administration],
    filled: Answers,
    touched: frozenset[int],
    *,
    finished: bool,
    now: datetime,
) -> Kept[Administration]:
    """Put in what the client answered alone; what is finished gets a later version with it.

    Args:
        touched: the places that the client answered, counted from 0.
    """
    others = (status for place, status in enumerate(seen.body.answers.statuses) if place not in touched)
    mode = ALONE if seen.body.mode == ALONE or not any(others) else MIXED
    body = msgspec.structs.replace(seen.body, answers=filled, mode=mode)
    if seen.final:
        event = "administration.amended"
        return rows.append(db, vault, administration, seen, body, state=seen.state, event=event, now=now)
    return rows.rewrite(
        db,
        vault,
        administration,
        seen,
        body,
        state="completed" if finished else "in_progress",
        event="administration.self_entered",
        now=now,
        final=finished,
    )


def get(db: Connection, vault: Vault, id: UUID) -> Kept[Administration]:
    """One administration.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, administration, id, Administration)


def unfinished(db: Connection, vault: Vault, id: UUID) -> Kept[Administration]:
    """One administration that can still be answered.

    Raises:
        Finished: it is finished.
        rows.NotThere: there is none that this clinician may see.
    """
    kept = get(db, vault, id)
    if kept.final:
        raise Finished
    return kept


def of_client(db: Connection, vault: Vault, client_id: UUID) -> list[Kept[Administration]]:
    """The administrations of a client, newest first."""
    found = rows.in_rings(db, vault, administration, [vault.ring_of(client_id, "record")], Administration)
    return sorted(found, key=lambda kept: kept.body.begun, reverse=True)


def of_session(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], session_id: UUID
) -> list[Kept[Administration]]:
    """The administrations of these clients given in one hour, oldest first."""
    return in_hour(lambda client_id: of_client(db, vault, client_id), client_ids, session_id)


def instrument_of(body: Administration) -> Instrument:
    """The very version that was given."""
    return catalogue.instrument(body.instrument, digest=body.digest)


def frame_of(body: Administration) -> Frame:
    """The kind of relationship it was given about."""
    return catalogue.frame(body.frame)


def wording(body: Administration, item: Item) -> str:
    """The item as it was asked: of "this person", or of people in general."""
    return item.text_general if frame_of(body).general else item.text
