"""The status of each safety prompt: which answers raised it, and which risk entry closed it.

A "not today" entry does not close a prompt: it stays open, with the reason and the day of the next check.
A prompt opens when a questionnaire is finished, stopped or given back. It belongs to one answer: another
answer to the same question, in a later version or a later hand-over, opens it again, unless the topic was
asked about in the last ninety days and the answer says no more (`inquiries`). Answers that came back from a
hand-over count even if they were not taken into the record, since the clinician has seen them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import safety_prompt_rules
from clinic_toolkit.record.handovers.handover_record import HANDOVER, Handover, HandoverState
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import (
    ENDED_STATES,
    Administration,
)
from clinic_toolkit.record.safety import inquiries, raised_prompts, risk_coverage, risk_entries
from clinic_toolkit.record.safety.inquiries import AnswerOccurrence
from clinic_toolkit.record.safety.raised_prompts import RaisedPrompts
from clinic_toolkit.record.safety.risk_entry_record import RaisingAnswer, RiskEntry
from clinic_toolkit.vault.vault import Vault


class PromptStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The prompt that one question of one questionnaire raised, by the answers `raised_by`.

    It is open while both `closed_by` and `covered_by_inquiry` are None. `covered_by_inquiry` is the inquiry
    of the last ninety days that covers it; `deferred_by` is the entry that deferred an open prompt.
    """

    item_id: str
    flag: SafetyFlag
    observation: str
    quotations: tuple[str, ...]
    raised_by: tuple[RaisingAnswer, ...]
    closed_by: RecordVersion[RiskEntry] | None
    deferred_by: RecordVersion[RiskEntry] | None = None
    covered_by_inquiry: RecordVersion[RiskEntry] | None = None

    @property
    def is_open(self) -> bool:
        """Whether a risk entry is still due for it."""
        return self.closed_by is None and self.covered_by_inquiry is None

    @property
    def entry(self) -> RecordVersion[RiskEntry] | None:
        """The risk entry to show beside the prompt, if any."""
        return self.closed_by or self.deferred_by or self.covered_by_inquiry

    @property
    def observed(self) -> str:
        """What was observed, with the question and each answer in words."""
        return " ".join([self.observation, *self.quotations])

    @property
    def sentence(self) -> str:
        """What was observed, the question and each answer in words, and what to ask."""
        return f"{self.observed} {safety_prompt_rules.what_to_ask(self.flag)}"


class AdministrationPrompts(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire with its prompts, in the order of the questions; there is at least one."""

    administration: RecordVersion[Administration]
    prompts: tuple[PromptStatus, ...]

    @property
    def open_prompts(self) -> tuple[PromptStatus, ...]:
        """The prompts that are open."""
        return tuple(prompt for prompt in self.prompts if prompt.is_open)


def list_prompts_of_administration(
    db: Connection, vault: Vault, administration: RecordVersion[Administration]
) -> tuple[PromptStatus, ...]:
    """The prompts of one questionnaire, open and closed."""
    client_prompts = list_prompts_of_client(db, vault, administration.payload.client_id)
    return next(
        (
            form_prompts.prompts
            for form_prompts in client_prompts
            if form_prompts.administration.id == administration.id
        ),
        (),
    )


def list_prompts_of_client(db: Connection, vault: Vault, client_id: UUID) -> list[AdministrationPrompts]:
    """A client's questionnaires that have prompts, oldest first."""
    return list_prompts_in_rings(db, vault, clients.list_record_rings(db, vault, client_id))


def list_prompts_in_rings(db: Connection, vault: Vault, rings: Sequence[UUID]) -> list[AdministrationPrompts]:
    """The questionnaires of one person that have prompts, oldest first.

    Args:
        rings: the record rings of every entry of the person.
    """
    administrations_given = administrations.list_administrations_in_rings(db, vault, rings)[::-1]
    handovers = records.list_records_in_rings(db, vault, HANDOVER, rings)
    return _build_all(
        administrations_given, handovers, risk_entries.list_risk_entries_in_rings(db, vault, rings)
    )


def _build_all(
    administrations_given: Iterable[RecordVersion[Administration]],
    handovers: Iterable[RecordVersion[Handover]],
    entries: Iterable[RecordVersion[RiskEntry]],
) -> list[AdministrationPrompts]:
    administrations_given, entries = list(administrations_given), list(entries)
    returned_by_id: dict[UUID, list[RecordVersion[Handover]]] = defaultdict(list)
    for handover in handovers:
        if handover.state != HandoverState.OUT:
            returned_by_id[handover.payload.administration_id].append(handover)
    forms = []
    for administration in administrations_given:
        if administration.state not in ENDED_STATES and administration.id not in returned_by_id:
            continue
        try:
            forms.append(
                raised_prompts.collect_raised_prompts(
                    administration, returned_by_id.get(administration.id, [])
                )
            )
        except administrations.DefinitionUnreadable:
            continue  # without its definition no page can show anything of this questionnaire
    inquiry_by_answer = _answers_covered_by_inquiries(forms, administrations_given, entries)
    entry_by_answer = risk_coverage.last_entry_by_answer(entries)
    return [
        AdministrationPrompts(
            administration=form.administration,
            prompts=tuple(
                _build_prompt_status(form, item_id, entry_by_answer, inquiry_by_answer)
                for item_id in form.occurrences
            ),
        )
        for form in forms
        if form.occurrences
    ]


def _answers_covered_by_inquiries(
    forms: Iterable[RaisedPrompts],
    administrations_given: Iterable[RecordVersion[Administration]],
    entries: Iterable[RecordVersion[RiskEntry]],
) -> Mapping[RaisingAnswer, RecordVersion[RiskEntry]]:
    """The answers that a recent inquiry covers, each with the risk entry of that inquiry."""
    occurrences_by_topic: dict[inquiries.TopicKey, list[AnswerOccurrence]] = defaultdict(list)
    for form in forms:
        for item_id, item_occurrences in form.occurrences.items():
            occurrences_by_topic[form.topic(item_id)].extend(item_occurrences)
    inquiries_by_topic = inquiries.list_inquiries(entries)
    administrations_by_id = {administration.id: administration for administration in administrations_given}
    entry_by_answer = {}
    for topic, occurrences in occurrences_by_topic.items():
        for occurrence in occurrences if topic in inquiries_by_topic else ():
            if entry := inquiries.find_covering_inquiry(
                occurrence, inquiries_by_topic[topic], occurrences, administrations_by_id
            ):
                entry_by_answer[occurrence.answer] = entry
    return entry_by_answer


def _build_prompt_status(
    form: RaisedPrompts,
    item_id: str,
    entry_by_answer: Mapping[RaisingAnswer, RecordVersion[RiskEntry]],
    inquiry_by_answer: Mapping[RaisingAnswer, RecordVersion[RiskEntry]],
) -> PromptStatus:
    raising_answers = tuple(occurrence.answer for occurrence in form.occurrences[item_id])
    covering_entries = sorted(
        (entry_by_answer[answer] for answer in raising_answers if answer in entry_by_answer),
        key=lambda entry: entry.recorded_at,
    )
    inquiry_entries = [
        inquiry_by_answer[answer]
        for answer in raising_answers
        if answer in inquiry_by_answer and answer not in entry_by_answer
    ]
    deferring_entries = [entry for entry in covering_entries if entry.payload.is_deferral]
    is_covered = len(covering_entries) + len(inquiry_entries) == len(raising_answers)
    is_closed = is_covered and not deferring_entries
    return PromptStatus(
        item_id=item_id,
        flag=form.prompt_by_item[item_id].flag,
        observation=form.prompt_by_item[item_id].finding,
        quotations=tuple(dict.fromkeys(each.quotation for each in form.occurrences[item_id])),
        raised_by=raising_answers,
        closed_by=covering_entries[-1] if is_closed and covering_entries else None,
        deferred_by=deferring_entries[-1] if is_covered and deferring_entries else None,
        covered_by_inquiry=inquiry_entries[-1] if is_closed and not covering_entries else None,
    )
