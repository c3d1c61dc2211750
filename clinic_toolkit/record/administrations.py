"""Administrations: one giving of one questionnaire about one relationship.

One sealed record holds all answers of an administration. How it goes on from its beginning stands in
`progress`, what was said when it was looked at in `reflections`.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.catalogue import UnknownInstrument
from clinic_toolkit.instruments.model import Frame, Instrument, Item
from clinic_toolkit.record import answers, clients, joined, own_questionnaires, rows, watched
from clinic_toolkit.record.answers import Answers
from clinic_toolkit.record.corrections import Correction
from clinic_toolkit.record.days import written
from clinic_toolkit.record.given import Given, in_hour
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.record.watched import Watched
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

administration = sealed_table("administration")

ALONE = "self_entered"
MIXED = "mixed"
PAPER = "paper"
MODES = {
    "read_aloud": "read aloud",
    "telehealth": "read aloud over telehealth",
    "interpreter": "read aloud with an interpreter",
    "telehealth_interpreter": "read aloud over telehealth, with an interpreter",
    ALONE: "answered by the client alone",
    MIXED: "partly together, partly by the client alone",
    PAPER: "on paper, entered later",
}
GENERAL = "in_general"


class Finished(ClinicError):
    """The questionnaire is finished; its answers are part of the record now."""

    def __init__(self) -> None:
        super().__init__("This questionnaire is finished. Its answers can no longer be changed here.")


class NotOffered(ClinicError):
    """This questionnaire does not fit this kind of relationship."""

    def __init__(self) -> None:
        super().__init__("This questionnaire is not offered for this kind of relationship.")


class DefinitionLost(ClinicError):
    """The definition that it was given with cannot be read, so nothing can be said of its answers."""

    def __init__(self) -> None:
        super().__init__(
            "The questions of this questionnaire cannot be read any more, so its answers cannot be "
            "shown. The answers are still there. A backup may hold the questions, so keep a copy of the "
            "data folder."
        )


class FromPaper(ClinicError):
    """It was answered on paper, so nobody is asked any more."""

    def __init__(self) -> None:
        super().__init__("This was answered on paper. Only those answers are entered here.")


class Administration(Given, array_like=True, frozen=True, kw_only=True):
    """What was asked, about whom and how, each answer, and what was said when it was looked at.

    `taken` are the places, counted from 0, where the client wants on their page what they said there;
    `put_right` are the lines of what was told that the client said otherwise.
    `on` is the day on which it was answered; `entered` the day on which that was entered from paper, and
    `keyed_twice` whether it was entered a second time and compared.
    A check-in also keeps which question of the client's own it asked, and what was said to its open line.
    """

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
    taken: tuple[int, ...] = ()
    entered: date | None = None
    keyed_twice: bool = False
    watched: Watched | None = None
    open_line: str = ""
    put_right: tuple[Correction, ...] = ()

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
    answered_on: date | None = None,
    number: UUID | None = None,
) -> Kept[Administration]:
    """Begin a questionnaire about one relationship, or in general.

    Args:
        answered_on: the day on which it was answered, where that was on paper (`paper.begin`).
        number: the one-time number of the form; it becomes the administration's id.

    Raises:
        NotOffered: the questionnaire does not fit this kind of relationship.
    """
    frame = catalogue.frame(about.body.frame if about else GENERAL)
    if not catalogue.offered(instrument, frame):
        raise NotOffered
    today = now.astimezone().date()
    own = about.body.watched if about and instrument.own_place else None
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
        on=answered_on or today,
        begun=now,
        answers=answers.blank(len(watched.whole(instrument, own).items)),
        entered=today if answered_on else None,
        watched=own,
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
        id=number,
    )


def aloud(setting: str, *, interpreted: bool) -> str:
    """The mode of what is read aloud in an hour of this setting."""
    if setting == "room":
        return "interpreter" if interpreted else "read_aloud"
    return "telehealth_interpreter" if interpreted else "telehealth"


def get(db: Connection, vault: Vault, id: UUID) -> Kept[Administration]:
    """One administration.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    kept = rows.latest(db, vault, administration, id, Administration)
    own_questionnaires.recall(db, vault, [kept.body.digest])
    return kept


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
    """The administrations of a client, newest first by the day they were answered; to read (`joined`)."""
    rings = clients.rings(db, vault, client_id)
    found = rows.in_rings(db, vault, administration, rings, Administration)
    own_questionnaires.recall(db, vault, {kept.body.digest for kept in found})
    found = joined.of(db, vault).as_one(found)
    return sorted(found, key=lambda kept: (kept.body.on, kept.body.begun), reverse=True)


def of_session(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], session_id: UUID
) -> list[Kept[Administration]]:
    """The administrations of these clients given in one hour, oldest first."""
    return in_hour(lambda client_id: of_client(db, vault, client_id), client_ids, session_id)


def way_of(body: Administration) -> str:
    """In which way it was answered, in words; from paper with both days, so that none is mistaken."""
    if body.entered is None:
        return MODES[body.mode]
    twice = ", twice and compared" if body.keyed_twice else ""
    return f"on paper on {written(body.on)}, entered on {written(body.entered)}{twice}"


def instrument_of(body: Administration) -> Instrument:
    """The very version that was given, with the question of the client's own where one was asked.

    Reading the administration brought the version to mind.

    Raises:
        DefinitionLost: it was the practice's own, and its definition is hurt.
    """
    try:
        given = catalogue.instrument(body.instrument, digest=body.digest)
    except UnknownInstrument as lost:
        raise DefinitionLost from lost
    return watched.whole(given, body.watched)


def title_of(body: Administration) -> str:
    """What it is called in a list, where one whose definition is hurt must not be in the way."""
    try:
        return instrument_of(body).title
    except DefinitionLost:
        return "A questionnaire whose questions cannot be read"


def open_line_of(body: Administration) -> str:
    """What a check-in asks last, as it was asked; empty in every other questionnaire."""
    instrument = instrument_of(body)
    return instrument.open_line_general if frame_of(body).general else instrument.open_line


def frame_of(body: Administration) -> Frame:
    """The kind of relationship it was given about."""
    return catalogue.frame(body.frame)


def wording(body: Administration, item: Item) -> str:
    """The item as it was asked: of "this person", or of people in general."""
    return item.text_general if frame_of(body).general else item.text
