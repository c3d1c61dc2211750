"""The page of a check-in: its answers in words, beside those of earlier check-ins about the same person.

It never shows a number, a difference between two times, or a word for a change. A question with a new
wording, or in a new version of the check-in, starts a new line.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.instruments.closed_sets import InstrumentKind
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import joined_entries
from clinic_toolkit.record.questionnaires import administrations, answered_items, answers
from clinic_toolkit.record.questionnaires.administration_record import (
    ENDED_STATES,
    MODE_LABELS,
    Administration,
)
from clinic_toolkit.record.values.page_values import AnsweredItem
from clinic_toolkit.vault.vault import Vault

# This check-in and at most five before it: more would invite a search for patterns.
MAX_SHOWN = 6


class CheckInAnswer(Struct, frozen=True, kw_only=True):
    """One answer to one question, with the day it was given and how the check-in was given."""

    answered_on: date
    mode_label: str
    is_current: bool
    item: AnsweredItem


class QuestionHistory(Struct, frozen=True, kw_only=True):
    """One question in one version, with its answers, newest first."""

    text: str
    chosen_by_client: bool
    answers: tuple[CheckInAnswer, ...]


class CheckInPage(Struct, frozen=True, kw_only=True):
    """The page of one check-in.

    `current_questions` were asked this time; `former_questions` were asked earlier but not this time.
    """

    current_questions: tuple[QuestionHistory, ...]
    former_questions: tuple[QuestionHistory, ...]
    open_line_answer: str
    earlier_open_lines: tuple[tuple[date, str], ...]
    mode_labels: tuple[str, ...]
    time_taken: timedelta | None


def is_check_in(administration: Administration) -> bool:
    """Whether this questionnaire is a check-in."""
    return administrations.instrument_of(administration).kind == InstrumentKind.CHECK_IN


def build_check_in_page(
    db: Connection, vault: Vault, administration: RecordVersion[Administration]
) -> CheckInPage:
    """Build the page of one check-in beside at most five earlier ones about the same person."""
    (administration,) = joined_entries.load_joined_entries(db, vault).under_primary([administration])
    check_ins = [
        administration,
        *_iter_earlier(
            administrations.list_administrations(db, vault, administration.payload.client_id), administration
        ),
    ][:MAX_SHOWN]
    answers_by_question: dict[tuple[str, str, str], list[CheckInAnswer]] = {}
    watched_keys = set()
    for check_in in check_ins:
        instrument = administrations.instrument_of(check_in.payload)
        for item in answered_items.list_answered_items(check_in.payload):
            watched = check_in.payload.watched_question
            is_watched = watched is not None and item.number == instrument.own_place
            # The version is part of the key: a new version starts a new line even if no word changed.
            key = (
                check_in.payload.definition_digest,
                watched.definition_digest if is_watched and watched else "",
                item.item_id,
            )
            if is_watched:
                watched_keys.add(key)
            answer = CheckInAnswer(
                answered_on=check_in.payload.answered_on,
                mode_label=MODE_LABELS[check_in.payload.mode],
                is_current=check_in.id == administration.id,
                item=item,
            )
            answers_by_question.setdefault(key, []).append(answer)
    questions = [
        QuestionHistory(
            text=question_answers[0].item.text,
            chosen_by_client=key in watched_keys,
            answers=tuple(question_answers),
        )
        for key, question_answers in answers_by_question.items()
    ]
    return CheckInPage(
        current_questions=tuple(question for question in questions if question.answers[0].is_current),
        former_questions=tuple(question for question in questions if not question.answers[0].is_current),
        open_line_answer=administration.payload.open_line_answer,
        earlier_open_lines=tuple(
            (check_in.payload.answered_on, check_in.payload.open_line_answer)
            for check_in in check_ins[1:]
            if check_in.payload.open_line_answer
        ),
        mode_labels=tuple(dict.fromkeys(MODE_LABELS[check_in.payload.mode] for check_in in check_ins)),
        time_taken=answers.total_time(administration.payload.answers),
    )


def _iter_earlier(
    all_of_client: Iterable[RecordVersion[Administration]], administration: RecordVersion[Administration]
) -> Iterable[RecordVersion[Administration]]:
    """Yield the finished or stopped check-ins before this one about the same person, newest first."""
    for candidate in all_of_client:
        is_same_series = (
            candidate.payload.instrument_id == administration.payload.instrument_id
            and candidate.payload.relationship == administration.payload.relationship
        )
        if (
            is_same_series
            and candidate.state in ENDED_STATES
            and candidate.payload.begun_at < administration.payload.begun_at
        ):
            yield candidate
