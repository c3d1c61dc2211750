"""What is stored about an administration: what was asked, and every answer."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.people.client_scoped import ClientScoped
from clinic_toolkit.record.people.watched_questions import WatchedQuestion
from clinic_toolkit.record.questionnaires.answers import Answers
from clinic_toolkit.record.questionnaires.corrections import Correction
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.store.types import cached_uuid

administration_table = sealed_table("administration")


class AdministrationMode(StrEnum):
    """How a questionnaire was given."""

    READ_ALOUD = "read_aloud"
    TELEHEALTH = "telehealth"
    INTERPRETER = "interpreter"
    TELEHEALTH_INTERPRETER = "telehealth_interpreter"
    SELF_ENTERED = "self_entered"
    MIXED = "mixed"
    PAPER = "paper"

    @property
    def is_over_telehealth(self) -> bool:
        """Whether it was read aloud over telehealth."""
        return self in (AdministrationMode.TELEHEALTH, AdministrationMode.TELEHEALTH_INTERPRETER)

    @property
    def has_interpreter(self) -> bool:
        """Whether it was read aloud with an interpreter."""
        return self in (AdministrationMode.INTERPRETER, AdministrationMode.TELEHEALTH_INTERPRETER)


MODE_LABELS = {
    AdministrationMode.READ_ALOUD: "read aloud",
    AdministrationMode.TELEHEALTH: "read aloud over telehealth",
    AdministrationMode.INTERPRETER: "read aloud with an interpreter",
    AdministrationMode.TELEHEALTH_INTERPRETER: "read aloud over telehealth, with an interpreter",
    AdministrationMode.SELF_ENTERED: "answered by the client alone",
    AdministrationMode.MIXED: "partly together, partly by the client alone",
    AdministrationMode.PAPER: "on paper, entered later",
}


class AdministrationState(StrEnum):
    """The state of an administration."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    STOPPED = "stopped"


# Finished, or stopped with the answers given until then: its answers are shown and compared.
ENDED_STATES = (AdministrationState.COMPLETED, AdministrationState.STOPPED)


class AdministrationEvent(StrEnum):
    """What the audit log says was done to an administration."""

    BEGUN = "administration.begun"
    ANSWERED = "administration.answered"
    STOPPED = "administration.stopped"
    COMPLETED = "administration.completed"
    REFLECTED = "administration.reflected"
    RESUMED = "administration.taken_up"
    SELF_ENTERED = "administration.self_entered"
    KEYED_AGAIN = "administration.keyed_again"
    AMENDED = "administration.amended"


class Administration(ClientScoped, array_like=True, frozen=True, kw_only=True):
    """What was asked, about whom and how, each answer, and what was said when the result was discussed.

    `remarks_on_client_page` are the indexes, counted from 0, of the items whose remark the client wants on
    their page; `corrections` are the sentences of the result that the client corrected. `answered_on` is the
    day it was answered, `entered_on` the day it was entered from paper, and `double_entered` whether it was
    entered twice and compared. `watched_question` and `open_line_answer` belong to check-ins.
    """

    relationship: bytes | None
    relationship_word: str
    frame: str
    instrument_id: str
    instrument_version: str
    definition_digest: str
    mode: AdministrationMode
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
        """The relationship that it is about; None for people in general."""
        return cached_uuid(self.relationship) if self.relationship else None


ADMINISTRATION = register_kind(
    RecordKind(
        table=administration_table,
        payload_type=Administration,
        states=AdministrationState,
        events=AdministrationEvent,
        nouns=RecordNouns(in_sentence="a questionnaire", one="a questionnaire", many="questionnaires"),
        may_be_set_aside=True,
    )
)
