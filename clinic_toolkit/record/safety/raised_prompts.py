"""The prompts that the answers of one questionnaire raise, whatever risk entries say of them.

Answers that came back from a hand-over count even if they were not taken into the record, since the clinician
has seen them. An answer of a later version takes the place of a blank, and of no other answer.
"""

from collections import defaultdict
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import safety_prompt_rules
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import returned_answers
from clinic_toolkit.record.handovers.handover_record import Handover
from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.record.questionnaires.administration_record import Administration, AdministrationState
from clinic_toolkit.record.safety import inquiries
from clinic_toolkit.record.safety.inquiries import AnswerOccurrence
from clinic_toolkit.record.safety.risk_entry_record import RaisingAnswer


class _ItemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    item_id: str
    status: ResponseStatus
    value: int | None
    wants_to_talk: bool


class RaisedPrompts(msgspec.Struct, frozen=True, kw_only=True):
    """One questionnaire: by item id, the prompt and the answers that raise it."""

    administration: RecordVersion[Administration]
    prompt_by_item: dict[str, safety_prompt_rules.SafetyPrompt]
    occurrences: dict[str, tuple[AnswerOccurrence, ...]]

    def topic(self, item_id: str) -> inquiries.TopicKey:
        """The person and the flag of the prompt that this question raised."""
        return inquiries.topic_key_of(self.administration.payload, self.prompt_by_item[item_id].flag)


def collect_raised_prompts(
    administration: RecordVersion[Administration], handovers: list[RecordVersion[Handover]]
) -> RaisedPrompts:
    """Collect the prompts of one questionnaire, from its own answers and those of its hand-overs.

    Args:
        handovers: those of this questionnaire whose answers came back.

    Raises:
        DefinitionUnreadable: its definition cannot be read.
    """
    recorded = administration.payload
    finished = administration.state == AdministrationState.COMPLETED or any(
        handover.payload.was_finished for handover in handovers
    )
    blank_ids = _blank_item_ids(recorded)
    # The recorded answers come last, because the sentence of the last one is the one shown.
    payloads = [
        *(
            msgspec.structs.replace(
                recorded, answers=returned_answers.merge_into_answers(recorded, handover.payload.rows)
            )
            for handover in handovers
        ),
        recorded,
    ]
    prompt_by_item: dict[str, safety_prompt_rules.SafetyPrompt] = {}
    occurrences: dict[str, dict[RaisingAnswer, AnswerOccurrence]] = defaultdict(dict)
    for payload in payloads:
        for prompt, occurrence in _find_raised(administration.id, payload, finished=finished):
            answer = occurrence.answer
            if answer.status == ResponseStatus.NOT_REACHED and answer.item_id not in blank_ids:
                continue  # a later version has an answer to this question
            prompt_by_item[prompt.item_id] = prompt
            occurrences[prompt.item_id].setdefault(answer, occurrence)
    item_order = [item.id for item in administrations.instrument_of(recorded).items]
    return RaisedPrompts(
        administration=administration,
        prompt_by_item=prompt_by_item,
        occurrences={
            item_id: tuple(occurrences[item_id].values())
            for item_id in sorted(occurrences, key=item_order.index)
        },
    )


def _blank_item_ids(administration: Administration) -> frozenset[str]:
    items = administrations.instrument_of(administration).items
    responses = answers.decode_responses(administration.answers)
    return frozenset(
        item.id
        for item, response in zip(items, responses, strict=True)
        if response.status == ResponseStatus.NOT_REACHED
    )


def _find_raised(
    administration_id: UUID, administration: Administration, *, finished: bool
) -> list[tuple[safety_prompt_rules.SafetyPrompt, AnswerOccurrence]]:
    instrument = administrations.instrument_of(administration)
    answer_by_item = {
        item.id: _ItemAnswer(
            item_id=item.id,
            status=response.status,
            value=response.value,
            wants_to_talk=response.wants_to_talk,
        )
        for item, response in zip(
            instrument.items, answers.decode_responses(administration.answers), strict=True
        )
    }
    raised = []
    for prompt in safety_prompt_rules.list_safety_prompts(
        instrument, answer_by_item.values(), finished=finished
    ):
        item_answer = answer_by_item[prompt.item_id]
        answer = RaisingAnswer(
            item_id=item_answer.item_id,
            flag=prompt.flag,
            status=item_answer.status,
            value=item_answer.value,
            wants_to_talk=item_answer.wants_to_talk,
            administration_id_bytes=administration_id.bytes,
        )
        raised.append((prompt, inquiries.build_occurrence(administration, answer, prompt.number - 1)))
    return raised
