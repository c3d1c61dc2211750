"""Administrations: one giving of one questionnaire about one relationship.

One sealed record holds all answers of an administration. How it goes on from its beginning stands in
`progress`, what was said when it was looked at in `reflections`.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.catalogue import UnknownInstrument
from clinic_toolkit.instruments.model import Frame, Instrument, Item
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, joined_entries, watched_questions
from clinic_toolkit.record.people.client_scoped import ClientScoped, list_in_therapy_session
from clinic_toolkit.record.people.relationships import Relationship
from clinic_toolkit.record.people.watched_questions import WatchedQuestion
from clinic_toolkit.record.questionnaires import answers, own_questionnaires
from clinic_toolkit.record.questionnaires.answers import Answers
from clinic_toolkit.record.questionnaires.corrections import Correction
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

administration_table = sealed_table("administration")

MODE_SELF_ENTERED = "self_entered"
MODE_MIXED = "mixed"
MODE_PAPER = "paper"
MODE_LABELS = {
    "read_aloud": "read aloud",
    "telehealth": "read aloud over telehealth",
    "interpreter": "read aloud with an interpreter",
    "telehealth_interpreter": "read aloud over telehealth, with an interpreter",
    MODE_SELF_ENTERED: "answered by the client alone",
    MODE_MIXED: "partly together, partly by the client alone",
    MODE_PAPER: "on paper, entered later",
}
GENERAL_FRAME = "in_general"


class AdministrationFinished(ClinicError):
    """The questionnaire is finished; its answers are part of the record now."""

    def __init__(self) -> None:
        super().__init__("This questionnaire is finished. Its answers can no longer be changed here.")


class InstrumentNotOffered(ClinicError):
    """This questionnaire does not fit this kind of relationship."""

    def __init__(self) -> None:
        super().__init__("This questionnaire is not offered for this kind of relationship.")


class DefinitionUnreadable(ClinicError):
    """The definition that it was given with cannot be read, so nothing can be said of its answers."""

    def __init__(self) -> None:
        super().__init__(
            "The questions of this questionnaire cannot be read any more, so its answers cannot be "
            "shown. The answers are still there. A backup may hold the questions, so keep a copy of the "
            "data folder."
        )


class AnsweredOnPaper(ClinicError):
    """It was answered on paper, so nobody is asked any more."""

    def __init__(self) -> None:
        super().__init__("This was answered on paper. Only those answers are entered here.")


class Administration(ClientScoped, array_like=True, frozen=True, kw_only=True):
    """What was asked, about whom and how, each answer, and what was said when it was looked at.

    `remarks_on_client_page` are the places, counted from 0, where the client wants on their page what they
    said there; `corrections` are the lines of what was told that the client said otherwise.
    `answered_on` is the day on which it was answered; `entered_on` the day on which that was entered from
    paper, and `double_entered` whether it was entered a second time and compared.
    A check-in also keeps which question of the client's own it asked, and what was said to its open line.
    """

    relationship: bytes | None
    relationship_word: str
    frame: str
    instrument_id: str
    instrument_version: str
    definition_digest: str
    mode: str
    answered_on: date
    begun_at: datetime
    answers: Answers
    wrong: str = ""
    own_words: str = ""
    next_step: str = ""
    remarks_on_client_page: tuple[int, ...] = ()
    entered_on: date | None = None
    double_entered: bool = False
    watched_question: WatchedQuestion | None = None
    open_line_answer: str = ""
    corrections: tuple[Correction, ...] = ()

    @property
    def relationship_id(self) -> UUID | None:
        """The relationship it is about; None is "in general"."""
        return UUID(bytes=self.relationship) if self.relationship else None


def create_administration(
    db: Connection,
    vault: Vault,
    instrument: Instrument,
    *,
    client_id: UUID,
    relationship: RecordVersion[Relationship] | None,
    therapy_session_id: UUID | None,
    mode: str,
    now: datetime,
    answered_on: date | None = None,
    idempotency_key: UUID | None = None,
) -> RecordVersion[Administration]:
    """Begin a questionnaire about one relationship, or in general.

    Args:
        answered_on: the day on which it was answered, where that was on paper
            (`paper_entry.create_administration_from_paper`).
        idempotency_key: the one-time number of the form; it becomes the administration's id.

    Raises:
        InstrumentNotOffered: the questionnaire does not fit this kind of relationship.
    """
    frame = catalogue.load_frame(relationship.payload.frame if relationship else GENERAL_FRAME)
    if not catalogue.is_offered(instrument, frame):
        raise InstrumentNotOffered
    today = now.astimezone().date()
    own = relationship.payload.watched_question if relationship and instrument.own_place else None
    body = Administration(
        client=client_id.bytes,
        therapy_session=therapy_session_id.bytes if therapy_session_id else None,
        relationship=relationship.id.bytes if relationship else None,
        relationship_word=relationship.payload.word if relationship else "",
        frame=frame.id,
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        definition_digest=instrument.digest,
        mode=mode,
        answered_on=answered_on or today,
        begun_at=now,
        answers=answers.blank_answers(len(watched_questions.with_watched_question(instrument, own).items)),
        entered_on=today if answered_on else None,
        watched_question=own,
    )
    return records.create_record(
        db,
        vault,
        administration_table,
        body,
        ring=vault.get_ring(client_id, "record"),
        state="in_progress",
        event="administration.begun",
        now=now,
        record_id=idempotency_key,
    )


def read_aloud_mode(setting: str, *, with_interpreter: bool) -> str:
    """The mode of what is read aloud in an hour of this setting."""
    if setting == "room":
        return "interpreter" if with_interpreter else "read_aloud"
    return "telehealth_interpreter" if with_interpreter else "telehealth"


def load_administration(
    db: Connection, vault: Vault, administration_id: UUID
) -> RecordVersion[Administration]:
    """One administration.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    kept = records.load_record(db, vault, administration_table, administration_id, Administration)
    own_questionnaires.preload_definitions(db, vault, [kept.payload.definition_digest])
    return kept


def load_unfinished_administration(
    db: Connection, vault: Vault, administration_id: UUID
) -> RecordVersion[Administration]:
    """One administration that can still be answered.

    Raises:
        AdministrationFinished: it is finished.
        RecordNotFound: there is none that this clinician may see.
    """
    kept = load_administration(db, vault, administration_id)
    if kept.final:
        raise AdministrationFinished
    return kept


def list_administrations(
    db: Connection, vault: Vault, client_id: UUID
) -> list[RecordVersion[Administration]]:
    """The administrations of a client, newest first by the day they were answered; to read (`joined`)."""
    rings = clients.list_record_rings(db, vault, client_id)
    found = records.list_records_in_rings(db, vault, administration_table, rings, Administration)
    own_questionnaires.preload_definitions(db, vault, {kept.payload.definition_digest for kept in found})
    found = joined_entries.load_joined_entries(db, vault).under_primary(found)
    return sorted(found, key=lambda kept: (kept.payload.answered_on, kept.payload.begun_at), reverse=True)


def list_administrations_in_session(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], therapy_session_id: UUID
) -> list[RecordVersion[Administration]]:
    """The administrations of these clients given in one hour, oldest first."""
    return list_in_therapy_session(
        lambda client_id: list_administrations(db, vault, client_id), client_ids, therapy_session_id
    )


def mode_label(administration: Administration) -> str:
    """In which way it was answered, in words; from paper with both days, so that none is mistaken."""
    if administration.entered_on is None:
        return MODE_LABELS[administration.mode]
    twice = ", twice and compared" if administration.double_entered else ""
    return (
        f"on paper on {format_date(administration.answered_on)}, "
        f"entered on {format_date(administration.entered_on)}{twice}"
    )


def instrument_of(administration: Administration) -> Instrument:
    """The very version that was given, with the question of the client's own where one was asked.

    Reading the administration brought the version to mind.

    Raises:
        DefinitionUnreadable: it was the practice's own, and its definition is hurt.
    """
    try:
        given = catalogue.load_instrument(
            administration.instrument_id, digest=administration.definition_digest
        )
    except UnknownInstrument as lost:
        raise DefinitionUnreadable from lost
    return watched_questions.with_watched_question(given, administration.watched_question)


def title_of(administration: Administration) -> str:
    """What it is called in a list, where one whose definition is hurt must not be in the way."""
    try:
        return instrument_of(administration).title
    except DefinitionUnreadable:
        return "A questionnaire whose questions cannot be read"


def open_line_question(administration: Administration) -> str:
    """What a check-in asks last, as it was asked; empty in every other questionnaire."""
    instrument = instrument_of(administration)
    return instrument.open_line_general if frame_of(administration).general else instrument.open_line


def frame_of(administration: Administration) -> Frame:
    """The kind of relationship it was given about."""
    return catalogue.load_frame(administration.frame)


def item_wording(administration: Administration, item: Item) -> str:
    """The item as it was asked: of "this person", or of people in general."""
    return item.text_general if frame_of(administration).general else item.text
