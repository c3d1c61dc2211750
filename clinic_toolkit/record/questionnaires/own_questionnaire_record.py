"""What is stored about a version of a questionnaire that the practice added itself."""

from datetime import datetime
from enum import StrEnum

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

own_questionnaire_table = sealed_table("own_questionnaire")


class OwnQuestionnaireState(StrEnum):
    """The state of a version of a questionnaire."""

    OFFERED = "offered"
    RETIRED = "retired"
    SUPERSEDED = "superseded"


class OwnQuestionnaireEvent(StrEnum):
    """What the audit log says was done to a version of a questionnaire."""

    ADDED = "questionnaire.taken_in"
    SUPERSEDED = "questionnaire.superseded"
    RETIRED = "questionnaire.retired"
    OFFERED = "questionnaire.offered"


class OwnQuestionnaire(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One version of one questionnaire: its id, its digest, its bytes, and when it was added."""

    instrument_id: str
    version: str
    title: str
    definition_digest: str
    definition: bytes
    added_at: datetime

    def __repr__(self) -> str:
        return "<OwnQuestionnaire>"


OWN_QUESTIONNAIRE = register_kind(
    RecordKind(
        table=own_questionnaire_table,
        payload_type=OwnQuestionnaire,
        states=OwnQuestionnaireState,
        events=OwnQuestionnaireEvent,
        nouns=RecordNouns(
            in_sentence="a questionnaire of your own",
            one="a questionnaire of your own",
            many="questionnaires of your own",
        ),
    )
)
