"""What is stored about repeating a questionnaire: what was agreed, and what the client said to it."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.psychometrics.score_change import MIN_BASELINE_ROUNDS
from clinic_toolkit.record.outcomes.courses import SeriesKey
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.store.types import cached_uuid

repeat_agreement_table = sealed_table("rhythm")


class RepeatState(StrEnum):
    """The state of an agreement about repeating."""

    NOT_AGREED = "open"
    ON = "on"
    WISHED_TO_STOP = "wished"
    STOPPED = "stopped"


class RepeatEvent(StrEnum):
    """What the audit log says was done to an agreement about repeating."""

    AGREED = "rhythm.agreed"
    DECLINED = "rhythm.declined"
    WISHED_TO_STOP = "rhythm.wished_to_stop"
    STOPPED = "rhythm.stopped"
    CONTINUED = "rhythm.went_on"


class RepeatAgreement(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """Why a questionnaire is repeated and until when, and what the client said to that.

    `end_date` and `max_rounds` are both optional; `max_rounds` counts every round of the course.
    `declined_on` holds the days on which the client said "not today". `continued_at` is when it was last
    decided to go on although stopping was proposed, and `continued_because` why. `baseline_rounds` says how
    many of the first rounds are the baseline.
    """

    client: bytes
    relationship: bytes | None
    instrument_id: str
    purpose: str = ""
    end_date: date | None = None
    max_rounds: int | None = None
    declined_on: tuple[date, ...] = ()
    wished_to_stop_on: date | None = None
    continued_at: datetime | None = None
    continued_because: str = ""
    baseline_rounds: int = MIN_BASELINE_ROUNDS

    @property
    def series_key(self) -> SeriesKey:
        """The key of the course that the agreement is about."""
        return (cached_uuid(self.relationship) if self.relationship else None), self.instrument_id

    @property
    def counting_declines(self) -> int:
        """The number of declines since it was last decided to go on."""
        if self.continued_at is None:
            return len(self.declined_on)
        since = self.continued_at.astimezone().date()
        return sum(day > since for day in self.declined_on)


REPEAT_AGREEMENT = register_kind(
    RecordKind(
        table=repeat_agreement_table,
        payload_type=RepeatAgreement,
        states=RepeatState,
        events=RepeatEvent,
        nouns=RecordNouns(
            in_sentence="what was agreed about repeating a questionnaire",
            one="what was agreed about repeating",
            many="agreements about repeating",
        ),
    )
)
