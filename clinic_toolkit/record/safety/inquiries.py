"""Inquiries: on a certain day, a clinician asked about one topic (a person and a flag).

For ninety days a further answer on that topic opens no prompt, unless it says more than the answers that
were asked about. Otherwise the prompt would return with every form and would soon be ignored.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from fractions import Fraction
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import fear_inquiry, result_sentences, safety_prompt_rules
from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.safety import risk_coverage
from clinic_toolkit.record.safety.risk_coverage import PersonKey, person_key_of
from clinic_toolkit.record.safety.risk_entry_record import RaisingAnswer, RiskAction, RiskEntry

TopicKey = tuple[PersonKey, SafetyFlag]


class Inquiry(Struct, frozen=True, kw_only=True):
    """One inquiry: the risk entry that records it, and the answers that this entry names, if any."""

    entry: RecordVersion[RiskEntry]
    answers: tuple[RaisingAnswer, ...] = ()


class AnswerOccurrence(Struct, frozen=True, kw_only=True):
    """An answer that raises a prompt, in words (`quotation`), and when it was given.

    `given_at` is the earliest moment at which it can have been given, on the day `answered_on`; `known_at` is
    when it entered the record. `scale_height` is its position on its scale, 0 to 1, or None without a value.
    """

    answer: RaisingAnswer
    quotation: str
    scale_height: Fraction | None
    answered_on: date
    given_at: datetime
    known_at: datetime


def topic_key_of(administration: Administration, flag: SafetyFlag) -> TopicKey:
    """The topic of a flagged answer of this questionnaire: the person it is about, and the flag."""
    return (administration.client, administration.relationship), flag


def build_occurrence(administration: Administration, answer: RaisingAnswer, index: int) -> AnswerOccurrence:
    """Work out when an answer was given, as far as the record shows it.

    A blank has no time of its own and takes that of the last answer of its form. An answer on paper has a
    day but no time, so it counts as given at the start of that day.

    Args:
        index: the position of the answer in the form, from 0.
    """
    elapsed = answers.answer_times(administration.answers)[index] or answers.total_time(
        administration.answers
    )
    known_at = administration.begun_at + elapsed if elapsed else administration.begun_at
    answered_on = (
        known_at.astimezone().date() if administration.entered_on is None else administration.answered_on
    )
    return AnswerOccurrence(
        answer=answer,
        quotation=_quote_answer(administration, answer, index),
        scale_height=safety_prompt_rules.answer_position(
            administrations.instrument_of(administration), answer.item_id, answer.value
        ),
        answered_on=answered_on,
        given_at=known_at
        if administration.entered_on is None
        else datetime.combine(answered_on, time.min).astimezone(),
        known_at=known_at,
    )


def _quote_answer(administration: Administration, answer: RaisingAnswer, index: int) -> str:
    instrument = administrations.instrument_of(administration)
    text = administrations.item_wording(administration, instrument.items[index])
    if answer.value is None:
        return f"“{text}”"
    return result_sentences.quote_item(result_sentences.option_labels(instrument)[answer.value], text)


def list_inquiries(entries: Iterable[RecordVersion[RiskEntry]]) -> Mapping[TopicKey, list[Inquiry]]:
    """Every inquiry that these entries record, oldest first, by topic.

    An entry records one if it closed a prompt with "asked today", or if it says that fear was asked about in
    private.

    Args:
        entries: the oldest first.
    """
    entries = list(entries)
    inquiries_by_topic: dict[TopicKey, list[Inquiry]] = {}
    for coverage in risk_coverage.iter_coverage(entries):
        for flag in dict.fromkeys(answer.flag for answer in coverage.answers):
            if coverage.entry.payload.action == RiskAction.ASKED:
                inquiry = Inquiry(entry=coverage.entry, answers=coverage.answers_with_flag(flag))
                inquiries_by_topic.setdefault((coverage.person, flag), []).append(inquiry)
    for entry in entries:
        if entry.payload.says_fear_was_asked:
            fear_answers = tuple(answer for answer in entry.payload.answers if answer.flag == SafetyFlag.FEAR)
            inquiries_by_topic.setdefault((person_key_of(entry.payload), SafetyFlag.FEAR), []).append(
                Inquiry(entry=entry, answers=fear_answers)
            )
    return inquiries_by_topic


def find_covering_inquiry(
    occurrence: AnswerOccurrence,
    inquiries: Iterable[Inquiry],
    other_occurrences: Iterable[AnswerOccurrence],
    administrations_by_id: Mapping[UUID, RecordVersion[Administration]],
) -> RecordVersion[RiskEntry] | None:
    """Find the inquiry that covers this answer, so that it opens no prompt.

    Args:
        inquiries: the inquiries on the same topic.
        other_occurrences: all answers on the same topic.
        administrations_by_id: the questionnaires in which the answers named by an inquiry are looked up.

    Returns:
        The latest risk entry that covers the answer; None if the answer opens a prompt.
    """
    covering = [inquiry for inquiry in inquiries if _covers(inquiry.entry, occurrence)]
    heights = [
        other.scale_height
        for other in other_occurrences
        if any(_knew_answer(inquiry.entry, other) for inquiry in covering)
    ]
    heights += [
        _scale_height(answer, administrations_by_id) for inquiry in covering for answer in inquiry.answers
    ]
    highest = max((height for height in heights if height is not None), default=None)
    answer = occurrence.answer
    if not covering or safety_prompt_rules.should_reopen_prompt(
        answer.status, talk=answer.wants_to_talk, position=occurrence.scale_height, highest_asked=highest
    ):
        return None
    return max((inquiry.entry for inquiry in covering), key=lambda entry: entry.recorded_at)


def _covers(entry: RecordVersion[RiskEntry], occurrence: AnswerOccurrence) -> bool:
    """Whether the answer was given after this entry, and while its inquiry still counts."""
    return entry.recorded_at < occurrence.given_at and fear_inquiry.is_inquiry_current(
        entry.payload.entry_date, today=occurrence.answered_on
    )


def _knew_answer(entry: RecordVersion[RiskEntry], occurrence: AnswerOccurrence) -> bool:
    """Whether this answer was in the record when the entry was written, and still recent enough to count."""
    return occurrence.known_at < entry.recorded_at and fear_inquiry.is_inquiry_current(
        occurrence.answered_on, today=entry.payload.entry_date
    )


def _scale_height(
    answer: RaisingAnswer, administrations_by_id: Mapping[UUID, RecordVersion[Administration]]
) -> Fraction | None:
    """The position on its scale, 0 to 1, of an answer as the entry names it; None if that is unknown.

    The answer may have been changed since, so its present occurrence need not show the same value.
    """
    administration = (
        administrations_by_id.get(UUID(bytes=answer.administration_id_bytes))
        if answer.administration_id_bytes
        else None
    )
    if administration is None:
        return None
    try:
        instrument = administrations.instrument_of(administration.payload)
        return safety_prompt_rules.answer_position(instrument, answer.item_id, answer.value)
    except administrations.DefinitionUnreadable:
        return None
