"""The review of a returned form by the clinician, before the client leaves; it never holds a score."""

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import safety_prompt_rules
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import clinician_side, returned_answers
from clinic_toolkit.record.handovers.answer_log import HandoverTrouble, response_of
from clinic_toolkit.record.handovers.handover_record import Handover, HandoverState
from clinic_toolkit.record.questionnaires import administrations, answered_items, answers
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.values.page_values import AnsweredItem
from clinic_toolkit.vault.vault import Vault

# The sentence shown for each trouble with the returned rows.
TROUBLE_SENTENCES = {
    HandoverTrouble.MISSING: "part of what was saved is missing",
    HandoverTrouble.NOT_NAMED: "something is there that the audit trail does not mention",
    HandoverTrouble.CHANGED: "part of what was saved was changed",
    HandoverTrouble.UNREADABLE: "part of what was saved cannot be read",
    HandoverTrouble.TOO_LARGE: "something is there that no page could have saved",
    HandoverTrouble.NOT_OF_THIS_FORM: "something is there that is not an answer to this questionnaire",
}


class AnswerDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One question whose recorded answer differs from the returned one."""

    number: int
    text: str
    recorded: AnsweredItem
    returned: AnsweredItem


class AnswerCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many questions were asked, answered, left out (by reason) and not reached."""

    asked: int
    answered: int
    declined: int
    did_not_come_up: int
    not_reached: int


class ReturnReview(msgspec.Struct, frozen=True, kw_only=True):
    """One returned form, with what the client wants to talk about and what to ask before they leave."""

    instrument: Instrument
    relationship_word: str
    administration: RecordVersion[Administration]
    next_number: int
    safety_prompts: tuple[str, ...]
    to_talk_about: tuple[AnsweredItem, ...]
    remarks: tuple[AnsweredItem, ...]
    open_line_question: str
    open_line_answer: str
    earlier_open_line: str
    counts: AnswerCounts
    trouble_sentences: tuple[str, ...]
    differences: tuple[AnswerDifference, ...]


def build_return_review(
    db: Connection, vault: Vault, handover: RecordVersion[Handover]
) -> ReturnReview | None:
    """Build the review of one hand-over; None if its questionnaire is missing or unreadable."""
    target = clinician_side.find_handed_administration(db, vault, handover.payload)
    if target is None:
        return None
    instrument = administrations.instrument_of(target.payload)
    recorded_items = answered_items.list_answered_items(target.payload)
    shown_items, open_line = recorded_items, target.payload.open_line_answer
    if handover.state == HandoverState.PROPOSED:
        merged_answers = returned_answers.merge_into_answers(target.payload, handover.payload.rows)
        shown_items = answered_items.list_answered_items(
            msgspec.structs.replace(target.payload, answers=merged_answers)
        )
        open_line = returned_answers.merge_open_line(target.payload, handover.payload.rows)
    next_index = answers.next_unanswered_index(target.payload.answers)
    return ReturnReview(
        instrument=instrument,
        relationship_word=answered_items.relationship_label(db, vault, target.payload),
        administration=target,
        next_number=min(next_index + 1, len(instrument.items)),
        safety_prompts=safety_prompt_rules.list_prompt_sentences(
            instrument, shown_items, finished=handover.payload.was_finished
        ),
        to_talk_about=tuple(item for item in shown_items if item.wants_to_talk),
        remarks=tuple(item for item in shown_items if item.remark and not item.wants_to_talk),
        open_line_question=administrations.open_line_question(target.payload),
        open_line_answer=open_line,
        earlier_open_line=target.payload.open_line_answer,
        counts=_count_answers(shown_items),
        trouble_sentences=tuple(TROUBLE_SENTENCES[trouble] for trouble in handover.payload.troubles),
        differences=tuple(
            AnswerDifference(number=recorded.number, text=recorded.text, recorded=recorded, returned=returned)
            for recorded, returned in zip(recorded_items, shown_items, strict=True)
            if recorded != returned
        ),
    )


def list_orphaned_answers(handover: RecordVersion[Handover]) -> tuple[tuple[int, Response], ...]:
    """Return the returned answers, by item number, for when the questionnaire is missing or unreadable."""
    return tuple(
        (
            row.item_number,
            response_of(row),
        )
        for row in sorted(
            returned_answers.newest_by_item(handover.payload.rows).values(), key=lambda line: line.item_number
        )
    )


def _count_answers(items: tuple[AnsweredItem, ...]) -> AnswerCounts:
    statuses = [item.status for item in items]
    return AnswerCounts(
        asked=len(statuses),
        answered=statuses.count(ResponseStatus.ANSWERED),
        declined=statuses.count(ResponseStatus.DECLINED),
        did_not_come_up=statuses.count(ResponseStatus.DID_NOT_COME_UP),
        not_reached=statuses.count(ResponseStatus.NOT_REACHED),
    )
