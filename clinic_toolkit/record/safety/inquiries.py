"""Askings: a matter was asked about, of one person, on a day.

For ninety days nothing asks for it again, unless an answer says more than those that were asked about.

A prompt that comes back with every form, whatever was done about it, is soon read by nobody.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from fractions import Fraction
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import fear_inquiry, safety_prompt_rules
from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.record.questionnaires.administrations import Administration
from clinic_toolkit.record.safety import prompt_closings
from clinic_toolkit.record.safety.prompt_closings import FEAR_FLAG, PersonKey, person_key_of
from clinic_toolkit.record.safety.risk_entries import HOW_ASKED, HOW_NOT_TODAY, RaisingAnswer, RiskEntry

TopicKey = tuple[PersonKey, str]


class Inquiry(Struct, frozen=True, kw_only=True):
    """One asking: by which entry, and which answers it was about, as far as the entry names any."""

    entry: RecordVersion[RiskEntry]
    answers: tuple[RaisingAnswer, ...] = ()


class AnswerOccurrence(Struct, frozen=True, kw_only=True):
    """An answer that raises a prompt, and when it came.

    `given_at` is the moment from which it can have been given, on the day `on`; `known` the one at which it
    came into the record. `height` is where it stands on its scale, if it has a value.
    """

    answer: RaisingAnswer
    scale_height: Fraction | None
    answered_on: date
    given_at: datetime
    known_at: datetime


def topic_key_of(administration: Administration, flag: str) -> TopicKey:
    """What a flagged answer of this questionnaire is about: the person, and the flag."""
    return (administration.client, administration.relationship), flag


def build_occurrence(administration: Administration, answer: RaisingAnswer, index: int) -> AnswerOccurrence:
    """When this answer came, as far as that is known.

    A blank has no moment of its own: it came with the last answer of its form. An answer on paper has a day
    and no time, so that it counts as given when that day began.
    """
    after = answers.answer_times(administration.answers)[index] or answers.total_time(administration.answers)
    known = administration.begun_at + after if after else administration.begun_at
    on = known.astimezone().date() if administration.entered_on is None else administration.answered_on
    return AnswerOccurrence(
        answer=answer,
        scale_height=safety_prompt_rules.answer_position(
            administrations.instrument_of(administration), answer.item_id, answer.value
        ),
        answered_on=on,
        given_at=known if administration.entered_on is None else datetime.combine(on, time.min).astimezone(),
        known_at=known,
    )


def list_inquiries(entries: Iterable[RecordVersion[RiskEntry]]) -> Mapping[TopicKey, list[Inquiry]]:
    """Every asking that these entries tell of, the oldest first, by person and flag.

    A prompt was closed with "asked today", or fear was asked about in private.

    Args:
        entries: the oldest first.
    """
    entries = list(entries)
    found: dict[TopicKey, list[Inquiry]] = {}
    for each in prompt_closings.iter_coverage(entries):
        for flag in dict.fromkeys(answer.flag for answer in each.answers):
            if each.entry.payload.action == HOW_ASKED:
                asking = Inquiry(entry=each.entry, answers=each.answers_with_flag(flag))
                found.setdefault((each.person, flag), []).append(asking)
    for entry in entries:
        if entry.payload.sheet_place and entry.payload.action != HOW_NOT_TODAY:
            told = tuple(answer for answer in entry.payload.answers if answer.flag == FEAR_FLAG)
            found.setdefault((person_key_of(entry.payload), FEAR_FLAG), []).append(
                Inquiry(entry=entry, answers=told)
            )
    return found


def find_covering_inquiry(
    occurrence: AnswerOccurrence,
    inquiries: Iterable[Inquiry],
    other_occurrences: Iterable[AnswerOccurrence],
    administrations_by_id: Mapping[UUID, RecordVersion[Administration]],
) -> RecordVersion[RiskEntry] | None:
    """The asking because of which this answer opens no prompt; None if it opens one.

    Args:
        inquiries: what was asked of the same person about the same flag.
        other_occurrences: the answers about the same person with the same flag.
    """
    counting = [each for each in inquiries if _covers(each.entry, occurrence)]
    heights = [
        each.scale_height
        for each in other_occurrences
        if any(_knew_answer(asking.entry, each) for asking in counting)
    ]
    heights += [
        _scale_height(answer, administrations_by_id) for asking in counting for answer in asking.answers
    ]
    highest = max((height for height in heights if height is not None), default=None)
    answer = occurrence.answer
    if not counting or safety_prompt_rules.should_reopen_prompt(
        answer.status, talk=answer.wants_to_talk, position=occurrence.scale_height, highest_asked=highest
    ):
        return None
    return max((each.entry for each in counting), key=lambda entry: entry.recorded_at)


def _covers(entry: RecordVersion[RiskEntry], occurrence: AnswerOccurrence) -> bool:
    """Whether the answer came after it, and not too long after."""
    return entry.recorded_at < occurrence.given_at and fear_inquiry.is_inquiry_current(
        entry.payload.entry_date, today=occurrence.answered_on
    )


def _knew_answer(entry: RecordVersion[RiskEntry], occurrence: AnswerOccurrence) -> bool:
    """Whether whoever asked had this answer before them, and it was not too old by then."""
    return occurrence.known_at < entry.recorded_at and fear_inquiry.is_inquiry_current(
        occurrence.answered_on, today=entry.payload.entry_date
    )


def _scale_height(
    answer: RaisingAnswer, administrations_by_id: Mapping[UUID, RecordVersion[Administration]]
) -> Fraction | None:
    """Where an answer stood that may have been changed since."""
    form = (
        administrations_by_id.get(UUID(bytes=answer.administration_id_bytes))
        if answer.administration_id_bytes
        else None
    )
    if form is None:
        return None
    try:
        instrument = administrations.instrument_of(form.payload)
        return safety_prompt_rules.answer_position(instrument, answer.item_id, answer.value)
    except administrations.DefinitionUnreadable:
        return None
