"""What stands in a line for each questionnaire in the list of a client's page."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires import administrations, answered_items, answers
from clinic_toolkit.record.questionnaires.administration_record import Administration, AdministrationState

_STATE_WORDS: dict[str, str] = {
    AdministrationState.STOPPED: " · stopped before the end",
    AdministrationState.IN_PROGRESS: " · not finished",
}


class QuestionnaireLine(Struct, frozen=True, kw_only=True):
    """One questionnaire that was given.

    `small` says whom it is about and whether it is unfinished. `next_number` is the question to go on with;
    0 if it is not in progress.
    """

    id: UUID
    title: str
    answered_on: date
    small: str
    next_number: int


def describe_questionnaires(
    shown: Sequence[RecordVersion[Administration]], word_by_id: Mapping[UUID, str]
) -> list[QuestionnaireLine]:
    """The line of each questionnaire, in the same order.

    Args:
        word_by_id: the word for each relationship of the client.
    """
    return [_line(administration, word_by_id) for administration in shown]


def _line(administration: RecordVersion[Administration], word_by_id: Mapping[UUID, str]) -> QuestionnaireLine:
    payload, is_open = administration.payload, administration.state == AdministrationState.IN_PROGRESS
    about = word_by_id.get(payload.relationship_id) if payload.relationship_id else None
    return QuestionnaireLine(
        id=administration.id,
        title=administrations.title_of(payload),
        answered_on=payload.answered_on,
        small=f"about {about or answered_items.ABOUT_PEOPLE_IN_GENERAL}"
        + _STATE_WORDS.get(administration.state, ""),
        next_number=answers.number_to_continue_at(payload.answers) if is_open else 0,
    )
