"""The answered items of an administration, its score, and the label of its relationship; never writes."""

from sqlalchemy import Connection

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import result_sentences
from clinic_toolkit.psychometrics.scoring import InstrumentScore, score_form
from clinic_toolkit.record.people import relationships, therapy_session_loader
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.values.page_values import AnsweredItem
from clinic_toolkit.vault.vault import Vault

ABOUT_PEOPLE_IN_GENERAL = "people in general"


def list_answered_items(administration: Administration) -> tuple[AnsweredItem, ...]:
    """Return every item as asked and answered, in order; `label` is None if no option was chosen."""
    instrument = administrations.instrument_of(administration)
    labels = result_sentences.option_labels(instrument)
    return tuple(
        AnsweredItem(
            number=number,
            item_id=item.id,
            text=administrations.item_wording(administration, item),
            role=item.role,
            status=response.status,
            value=response.value,
            label=None if response.value is None else labels[response.value],
            wants_to_talk=response.wants_to_talk,
            remark=response.remark,
        )
        for number, (item, response) in enumerate(
            zip(instrument.items, answers.decode_responses(administration.answers), strict=True), start=1
        )
    )


def score_answers(items: tuple[AnsweredItem, ...], instrument: Instrument) -> InstrumentScore:
    """Return the score of these answers, by the questionnaire's rule for missing items."""
    return score_form(instrument, {item.item_id: item.value for item in items})


def relationship_label(db: Connection, vault: Vault, administration: Administration) -> str:
    """Return the client's current word for the relationship, or "people in general"."""
    if administration.relationship_id is None:
        return ABOUT_PEOPLE_IN_GENERAL
    try:
        primary_by_id = relationships.load_relationship_joins(db, vault)
        return relationships.load_relationship(
            db, vault, primary_by_id.get(administration.relationship_id, administration.relationship_id)
        ).payload.word
    except UnreadableRecord:
        return administration.relationship_word


def poorly_fitting_numbers(instrument: Instrument, frame: str) -> tuple[int, ...]:
    """Return the numbers, from 1, of items that often do not fit this frame; they are asked all the same."""
    return tuple(
        number for number, item in enumerate(instrument.items, start=1) if frame in item.frames_not_fitting
    )


def list_single_client_administrations(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession]
) -> list[RecordVersion[Administration]]:
    """Return the administrations given in a session with one client; empty for a couple's session."""
    return administrations.list_administrations_in_session(
        db, vault, therapy_session_loader.single_client_of(db, vault, session), session.id
    )
