"""The status of each questionnaire that could be repeated, in words for the clinician.

It covers what was agreed, what was declined, and when stopping is proposed.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.numerals import number_in_words
from clinic_toolkit.record.outcomes import courses
from clinic_toolkit.record.outcomes.courses import SeriesKey
from clinic_toolkit.record.outcomes.repeat_agreement_record import RepeatAgreement, RepeatState
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import ENDED_STATES, Administration
from clinic_toolkit.vault.vault import Vault

DECLINES_TO_PROPOSE_STOP = 2
UNCHANGED_TO_PROPOSE_STOP = 3
# A long form is worth repeating after four to six weeks (`docs/change.md`), never automatically.
MIN_DAYS_BETWEEN_ROUNDS = 28
CADENCE_ADVICE = (
    "A long form is usually repeated every four to six weeks. Leave it out in a crisis, in fresh grief, or "
    "when the client is tired of it."
)


class RepeatStatus(Struct, frozen=True, kw_only=True):
    """One questionnaire about one relationship that was given before, and what was agreed about it.

    `latest_id` is its newest round. `stop_reason` says why stopping is proposed, and is empty if it is not.
    `end_sentence` says that the agreed end was reached, and is empty if it was not. `is_due` says that the
    next round may be offered.
    """

    series_key: SeriesKey
    latest_id: UUID
    title: str
    last_answered_on: date
    round_count: int
    agreement: RecordVersion[RepeatAgreement] | None
    stop_reason: str
    end_sentence: str
    is_due: bool

    @property
    def state(self) -> str:
        """The state of its agreement; `RepeatState.NOT_AGREED` if there is none."""
        return self.agreement.state if self.agreement else RepeatState.NOT_AGREED

    @property
    def status_sentence(self) -> str:
        """The agreement and its state in a few sentences; empty if there is nothing to say."""
        payload = self.agreement.payload if self.agreement else None
        if payload is None:
            return ""
        if self.state == RepeatState.WISHED_TO_STOP and payload.wished_to_stop_on:
            return f"On {format_date(payload.wished_to_stop_on)} the client wished to stop this."
        if self.state == RepeatState.STOPPED:
            return "No longer repeated."
        sentences = (
            [f"Repeated: {payload.purpose}{'' if payload.purpose.endswith('.') else '.'}"]
            if payload.purpose
            else []
        )
        sentences += (
            [self.end_sentence]
            if self.end_sentence
            else [_agreed_end(payload)]
            if _agreed_end(payload)
            else []
        )
        if payload.wished_to_stop_on:
            sentences.append(
                f"On {format_date(payload.wished_to_stop_on)} the client had wished to stop this."
            )
        return " ".join(sentences)


def list_repeat_statuses(
    vault: Vault,
    administrations_given: Sequence[RecordVersion[Administration]],
    agreements: Mapping[SeriesKey, RecordVersion[RepeatAgreement]],
    *,
    now: datetime,
) -> tuple[RepeatStatus, ...]:
    """The status of every questionnaire given to a client so far, once for each relationship.

    Args:
        administrations_given: the client's questionnaires; the statuses keep their order.
        agreements: the agreements with the client, by series key.
    """
    rounds_by_series: dict[SeriesKey, list[RecordVersion[Administration]]] = {}
    for administration in administrations_given:
        if administration.state in ENDED_STATES:
            rounds_by_series.setdefault(courses.series_key_of(administration.payload), []).append(
                administration
            )
    return tuple(
        build_repeat_status(vault, rounds, agreements.get(series_key), now=now)
        for series_key, rounds in rounds_by_series.items()
    )


def build_repeat_status(
    vault: Vault,
    rounds: Sequence[RecordVersion[Administration]],
    agreement: RecordVersion[RepeatAgreement] | None,
    *,
    now: datetime,
) -> RepeatStatus:
    """Build the status of one questionnaire about one relationship.

    Args:
        rounds: its rounds in any order, at least one.
    """
    ordered = courses.list_rounds(rounds, courses.series_key_of(rounds[0].payload))
    latest, today = ordered[-1], now.astimezone().date()
    end_sentence = _reached_end(agreement, len(ordered), today) if agreement else ""
    return RepeatStatus(
        series_key=courses.series_key_of(latest.payload),
        latest_id=latest.id,
        title=administrations.instrument_of(latest.payload).title,
        last_answered_on=latest.payload.answered_on,
        round_count=len(ordered),
        agreement=agreement,
        stop_reason=_stop_reason(vault, ordered, agreement),
        end_sentence=end_sentence,
        is_due=bool(agreement and may_be_due(agreement, len(ordered), latest.payload.answered_on, today)),
    )


def is_long_enough_ago(last_answered_on: date, today: date) -> bool:
    """Whether so many days have passed since the last round that the next one may be offered."""
    return (today - last_answered_on).days >= MIN_DAYS_BETWEEN_ROUNDS


def may_be_due(
    agreement: RecordVersion[RepeatAgreement], round_count: int, last_answered_on: date, today: date
) -> bool:
    """Whether the next round may be offered on this day: agreed, not ended, not declined today, and time.

    Args:
        round_count: how many rounds there were.
    """
    return bool(
        agreement.state == RepeatState.ON
        and not _reached_end(agreement, round_count, today)
        and is_long_enough_ago(last_answered_on, today)
        and today not in agreement.payload.declined_on
    )


def _stop_reason(
    vault: Vault,
    rounds: Sequence[RecordVersion[Administration]],
    agreement: RecordVersion[RepeatAgreement] | None,
) -> str:
    """Why stopping is proposed; empty if it is not.

    It is proposed after two declines, or three unchanged rounds, since it was last decided to go on.
    """
    if agreement is not None and agreement.state in (RepeatState.STOPPED, RepeatState.WISHED_TO_STOP):
        return ""
    payload = agreement.payload if agreement else None
    reasons = []
    if payload and payload.counting_declines >= DECLINES_TO_PROPOSE_STOP:
        reasons.append(f"the client declined it {_times_in_words(payload.counting_declines)}")
    new_rounds = sum(
        payload is None
        or payload.continued_at is None
        or administration.payload.begun_at > payload.continued_at
        for administration in rounds
    )
    has_enough_rounds = min(new_rounds, len(rounds) - 1) >= UNCHANGED_TO_PROPOSE_STOP
    if (
        has_enough_rounds
        and courses.count_unchanged_rounds(vault, rounds[-UNCHANGED_TO_PROPOSE_STOP - 1 :])
        == UNCHANGED_TO_PROPOSE_STOP
    ):
        count_in_words = number_in_words(UNCHANGED_TO_PROPOSE_STOP)
        reasons.append(f"the last {count_in_words} rounds were about the same as the one before them")
    return " and ".join(reasons)


def _times_in_words(count: int) -> str:
    return "twice" if count == 2 else f"{number_in_words(count)} times"


def _agreed_end(agreement: RepeatAgreement) -> str:
    limits = [f"until {format_date(agreement.end_date)}"] if agreement.end_date else []
    limits += [f"{number_in_words(agreement.max_rounds)} times in all"] if agreement.max_rounds else []
    return f"Agreed {' and '.join(limits)}." if limits else ""


def _reached_end(agreement: RecordVersion[RepeatAgreement], round_count: int, today: date) -> str:
    payload = agreement.payload
    if payload.end_date and today > payload.end_date:
        return f"It was agreed until {format_date(payload.end_date)}; that day has passed."
    if payload.max_rounds and round_count >= payload.max_rounds:
        return (
            f"It was agreed for {number_in_words(payload.max_rounds)} times in all; that many have been done."
        )
    return ""
