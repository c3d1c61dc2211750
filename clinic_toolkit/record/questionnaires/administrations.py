"""Administrations: each is one questionnaire given once, about one relationship or in general.

One sealed record holds all answers of an administration. `progress` changes it afterwards, and `reflections`
adds what was said when the result was discussed.
"""

from collections.abc import Sequence
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
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.client_scoped import list_in_therapy_session
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.people.therapy_session_record import TherapySessionSetting
from clinic_toolkit.record.questionnaires import answers, own_questionnaires
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    MODE_LABELS,
    Administration,
    AdministrationEvent,
    AdministrationMode,
    AdministrationState,
)
from clinic_toolkit.store.transactions import remember_in_snapshot
from clinic_toolkit.vault.vault import Vault

GENERAL_FRAME = "in_general"


class AdministrationFinished(ClinicError):
    """The questionnaire is finished, so its answers can no longer be changed here."""

    def __init__(self) -> None:
        super().__init__("This questionnaire is finished. Its answers can no longer be changed here.")


class InstrumentNotOffered(ClinicError):
    """This questionnaire is not offered for this frame."""

    def __init__(self) -> None:
        super().__init__("This questionnaire is not offered for this kind of relationship.")


class DefinitionUnreadable(ClinicError):
    """The pinned definition cannot be read, so the answers cannot be shown."""

    def __init__(self) -> None:
        super().__init__(
            "The questions of this questionnaire cannot be read any more, so its answers cannot be "
            "shown. The answers are still there. A backup may hold the questions, so keep a copy of the "
            "data folder."
        )


class AnsweredOnPaper(ClinicError):
    """The questionnaire was answered on paper, so it cannot be handed over."""

    def __init__(self) -> None:
        super().__init__("This was answered on paper. Only those answers are entered here.")


def create_administration(
    db: Connection,
    vault: Vault,
    instrument: Instrument,
    *,
    client_id: UUID,
    relationship: RecordVersion[Relationship] | None,
    therapy_session_id: UUID | None,
    mode: AdministrationMode,
    now: datetime,
    answered_on: date | None = None,
    idempotency_key: UUID | None = None,
) -> RecordVersion[Administration]:
    """Create an administration with no item answered, in the client's record ring.

    Args:
        relationship: whom it is about; None for people in general.
        answered_on: the day it was answered, if on paper (`paper_entry.create_administration_from_paper`).
        idempotency_key: the form's idempotency key; it becomes the administration's id.

    Raises:
        InstrumentNotOffered: the questionnaire is not offered for this frame.
    """
    frame = catalogue.load_frame(relationship.payload.frame if relationship else GENERAL_FRAME)
    if not catalogue.is_offered(instrument, frame):
        raise InstrumentNotOffered
    today = now.astimezone().date()
    watched_question = (
        relationship.payload.watched_question if relationship and instrument.own_place else None
    )
    payload = Administration(
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
        answers=answers.blank_answers(
            len(watched_questions.with_watched_question(instrument, watched_question).items)
        ),
        entered_on=today if answered_on else None,
        watched_question=watched_question,
    )
    return records.create_record(
        db,
        vault,
        ADMINISTRATION,
        payload,
        ring=record_ring(vault, client_id),
        state=AdministrationState.IN_PROGRESS,
        event=AdministrationEvent.BEGUN,
        now=now,
        record_id=idempotency_key,
    )


def read_aloud_mode(setting: TherapySessionSetting, *, with_interpreter: bool) -> AdministrationMode:
    """Return the mode for reading aloud in a session of this setting."""
    if setting == TherapySessionSetting.ROOM:
        return AdministrationMode.INTERPRETER if with_interpreter else AdministrationMode.READ_ALOUD
    return AdministrationMode.TELEHEALTH_INTERPRETER if with_interpreter else AdministrationMode.TELEHEALTH


def load_administration(
    db: Connection, vault: Vault, administration_id: UUID
) -> RecordVersion[Administration]:
    """Load one administration, and its definition into the catalogue.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    administration = records.load_record(db, vault, ADMINISTRATION, administration_id)
    own_questionnaires.preload_definitions(db, vault, [administration.payload.definition_digest])
    return administration


def load_unfinished_administration(
    db: Connection, vault: Vault, administration_id: UUID
) -> RecordVersion[Administration]:
    """Load one administration that can still be answered.

    Raises:
        AdministrationFinished: it is finished.
        RecordNotFound: there is none that this clinician may see.
    """
    administration = load_administration(db, vault, administration_id)
    if administration.final:
        raise AdministrationFinished
    return administration


def list_administrations(
    db: Connection, vault: Vault, client_id: UUID
) -> list[RecordVersion[Administration]]:
    """Return a client's administrations, latest answered first; never to be saved (see `joined_entries`)."""
    versions = remember_in_snapshot(
        db,
        (vault, "administrations", client_id),
        lambda: list_administrations_in_rings(db, vault, clients.list_record_rings(db, vault, client_id)),
    )
    return list(versions)


def list_administrations_in_rings(
    db: Connection, vault: Vault, rings: Sequence[UUID]
) -> list[RecordVersion[Administration]]:
    """Return the administrations in these rings, latest answered first; never to be saved."""
    administrations = records.list_records_in_rings(db, vault, ADMINISTRATION, rings)
    own_questionnaires.preload_definitions(
        db, vault, {administration.payload.definition_digest for administration in administrations}
    )
    administrations = joined_entries.load_joined_entries(db, vault).under_primary(administrations)
    return sorted(
        administrations,
        key=lambda administration: (administration.payload.answered_on, administration.payload.begun_at),
        reverse=True,
    )


def list_administrations_in_session(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], therapy_session_id: UUID
) -> list[RecordVersion[Administration]]:
    """Return the administrations given to these clients in one session, oldest first."""
    return list_in_therapy_session(
        lambda client_id: list_administrations(db, vault, client_id), client_ids, therapy_session_id
    )


def mode_label(administration: Administration) -> str:
    """Return the mode in words; for paper with both dates, so that neither is mistaken for the other."""
    if administration.entered_on is None:
        return MODE_LABELS[administration.mode]
    twice = ", twice and compared" if administration.double_entered else ""
    return (
        f"on paper on {format_date(administration.answered_on)}, "
        f"entered on {format_date(administration.entered_on)}{twice}"
    )


def instrument_of(administration: Administration) -> Instrument:
    """Return the pinned version of the questionnaire, with the watched question if one was asked.

    A practice's own definition must be in the catalogue; loading the administration puts it there.

    Raises:
        DefinitionUnreadable: it is the practice's own, and its definition is unreadable.
    """
    try:
        instrument = catalogue.load_instrument(
            administration.instrument_id, digest=administration.definition_digest
        )
    except UnknownInstrument as error:
        raise DefinitionUnreadable from error
    return watched_questions.with_watched_question(instrument, administration.watched_question)


def title_of(administration: Administration) -> str:
    """Return the title for a list, with a substitute if the definition is unreadable."""
    try:
        return instrument_of(administration).title
    except DefinitionUnreadable:
        return "A questionnaire whose questions cannot be read"


def open_line_question(administration: Administration) -> str:
    """Return the open line of a check-in as it was asked; empty for any other questionnaire."""
    instrument = instrument_of(administration)
    return instrument.open_line_general if frame_of(administration).general else instrument.open_line


def frame_of(administration: Administration) -> Frame:
    """Return the frame it was given for."""
    return catalogue.load_frame(administration.frame)


def item_wording(administration: Administration, item: Item) -> str:
    """Return the wording of an item as it was asked: about one person, or about people in general."""
    return item.text_general if frame_of(administration).general else item.text
