"""What a risk entry is about, in words that may go into a note: the topic, the question, the kind of person.

A note is read by others, the client among them. So nobody is named by the client's word, and no answer is
quoted.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal import records
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.answered_items import ABOUT_PEOPLE_IN_GENERAL
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY, RaisingAnswer, RiskEntry
from clinic_toolkit.vault.vault import Vault

_TOPICS = {SafetyFlag.FEAR: "fear, or pressure after a no", SafetyFlag.BURDEN: "being a burden"}


def describe_subject(db: Connection, vault: Vault, risk_entry: RiskEntry) -> str:
    """Say in one sentence what the entry is about; a follow-up has the subject of the entry it follows."""
    answers = risk_entry.answers
    if not answers and risk_entry.follows_id:
        followed = records.find_readable_record(db, vault, RISK_ENTRY, risk_entry.follows_id)
        answers = followed.payload.answers if followed else answers
    topics = list(dict.fromkeys(_TOPICS[answer.flag] for answer in answers if answer.flag in _TOPICS))
    if risk_entry.says_fear_was_asked and not topics:
        topics = ["fear"]
    whom = _describe_person(db, vault, risk_entry.relationship_id)
    if not topics:
        return f"About {whom or 'nobody in particular'}."
    person = whom or ABOUT_PEOPLE_IN_GENERAL
    questions = list(dict.fromkeys(_name_questions(db, vault, answers)))
    named = f": {'; '.join(questions)}" if questions else ""
    return f"On {' and '.join(topics)}, about {person}{named}."


def _describe_person(db: Connection, vault: Vault, relationship_id: UUID | None) -> str:
    if relationship_id is None:
        return ""
    with suppress(UnreadableRecord, records.RecordNotFound, catalogue.UnknownFrame):
        frame = relationships.load_relationship(db, vault, relationship_id).payload.frame
        return f"one relationship ({catalogue.load_frame(frame).label})"
    return "one relationship"


def _name_questions(db: Connection, vault: Vault, answers: Sequence[RaisingAnswer]) -> Iterator[str]:
    """Name each question by its number and its questionnaire; one that cannot be read is left out."""
    for answer in answers:
        if answer.administration_id_bytes is None:
            continue
        with suppress(UnreadableRecord, records.RecordNotFound, administrations.DefinitionUnreadable):
            administration_id = UUID(bytes=answer.administration_id_bytes)
            payload = administrations.load_administration(db, vault, administration_id).payload
            instrument = administrations.instrument_of(payload)
            for number, item in enumerate(instrument.items, start=1):
                if item.id == answer.item_id:
                    day = format_date(payload.answered_on)
                    yield f"question {number} of “{instrument.title}”, {day}"
