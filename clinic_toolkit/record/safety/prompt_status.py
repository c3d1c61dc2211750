"""The status of each safety prompt: which answers raised it, and which risk entry closed it.

A "not today" entry does not close a prompt: it stays open, with the reason and the day of the next check.

A prompt opens when a questionnaire is finished, stopped or given back. It belongs to one answer: another
answer to the same question, in a later version or a later hand-over, opens it again, unless the topic was
asked about in the last ninety days and the answer says no more (`inquiries`). Answers that came back from a
hand-over count even if they were not taken into the record, since the clinician has seen them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import safety_prompt_rules
from clinic_toolkit.record.handovers import clinician_side, returned_answers
from clinic_toolkit.record.handovers.client_side import handover_table
from clinic_toolkit.record.handovers.clinician_side import Handover
from clinic_toolkit.record.people import clients, joined_entries
from clinic_toolkit.record.questionnaires import administrations, answers, own_questionnaires
from clinic_toolkit.record.questionnaires.administrations import Administration
from clinic_toolkit.record.safety import inquiries, prompt_closings, risk_entries
from clinic_toolkit.record.safety.inquiries import AnswerOccurrence
from clinic_toolkit.record.safety.risk_entries import HOW_NOT_TODAY, RaisingAnswer, RiskEntry
from clinic_toolkit.vault.vault import Vault


class _ItemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    item_id: str
    status: str
    value: int | None
    wants_to_talk: bool


class PromptStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The prompt that one question of one questionnaire raised, by the answers `raised_by`.

    It is open while both `closed_by` and `already_asked_by` are None. `already_asked_by` is the inquiry of
    the last ninety days that covers it; `deferred_by` is the entry that put an open prompt off.
    """

    item_id: str
    flag: str
    observation: str
    raised_by: tuple[RaisingAnswer, ...]
    closed_by: RecordVersion[RiskEntry] | None
    deferred_by: RecordVersion[RiskEntry] | None = None
    already_asked_by: RecordVersion[RiskEntry] | None = None

    @property
    def is_open(self) -> bool:
        """Whether a risk entry is still due for it."""
        return self.closed_by is None and self.already_asked_by is None

    @property
    def entry(self) -> RecordVersion[RiskEntry] | None:
        """The risk entry to show beside the prompt, if any."""
        return self.closed_by or self.deferred_by or self.already_asked_by

    @property
    def sentence(self) -> str:
        """What was observed, and what to ask."""
        return f"{self.observation} {safety_prompt_rules.what_to_ask(self.flag)}"


class AdministrationPrompts(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire with its prompts, in the order of the questions; there is at least one."""

    administration: RecordVersion[Administration]
    prompts: tuple[PromptStatus, ...]

    @property
    def open_prompts(self) -> tuple[PromptStatus, ...]:
        """The prompts that are open."""
        return tuple(prompt for prompt in self.prompts if prompt.is_open)


class _FormPrompts(msgspec.Struct, frozen=True, kw_only=True):
    """One questionnaire: by item id, the prompt and the answers that raise it."""

    administration: RecordVersion[Administration]
    found: dict[str, safety_prompt_rules.SafetyPrompt]
    occurrences: dict[str, tuple[AnswerOccurrence, ...]]

    def topic(self, item_id: str) -> inquiries.TopicKey:
        return inquiries.topic_key_of(self.administration.payload, self.found[item_id].flag)


def list_prompts_of_administration(
    db: Connection, vault: Vault, administration: RecordVersion[Administration]
) -> tuple[PromptStatus, ...]:
    """The prompts of one questionnaire, open and closed."""
    found = list_prompts_of_client(db, vault, administration.payload.client_id)
    return next((each.prompts for each in found if each.administration.id == administration.id), ())


def list_prompts_of_client(db: Connection, vault: Vault, client_id: UUID) -> list[AdministrationPrompts]:
    """A client's questionnaires that have prompts, oldest first."""
    rings = clients.list_record_rings(db, vault, client_id)
    given = administrations.list_administrations(db, vault, client_id)[::-1]
    back = records.list_records_in_rings(db, vault, handover_table, rings, Handover)
    return _build_all(given, back, risk_entries.list_risk_entries_of_client(db, vault, client_id)[::-1])


def list_all_prompts(db: Connection, vault: Vault) -> list[AdministrationPrompts]:
    """Every questionnaire of this clinician that has prompts, the oldest first."""
    given = records.list_all_records(db, vault, administrations.administration_table, Administration)
    own_questionnaires.preload_definitions(db, vault, {kept.payload.definition_digest for kept in given})
    back = records.list_all_records(db, vault, handover_table, Handover)
    given = joined_entries.load_joined_entries(db, vault).under_primary(given)
    given.sort(key=lambda kept: (kept.payload.answered_on, kept.payload.begun_at))
    return _build_all(given, back, risk_entries.list_risk_entries(db, vault))


def _build_all(
    administrations_given: Iterable[RecordVersion[Administration]],
    handovers: Iterable[RecordVersion[Handover]],
    entries: Iterable[RecordVersion[RiskEntry]],
) -> list[AdministrationPrompts]:
    administrations_given, entries = list(administrations_given), list(entries)
    came_back: dict[UUID, list[RecordVersion[Handover]]] = defaultdict(list)
    for one in handovers:
        if one.state != clinician_side.STATE_OUT:
            came_back[one.payload.administration_id].append(one)
    forms = []
    for kept in administrations_given:
        if kept.state not in ("completed", "stopped") and kept.id not in came_back:
            continue
        try:
            forms.append(_collect_form_prompts(kept, came_back.get(kept.id, [])))
        except administrations.DefinitionUnreadable:
            continue  # without its definition no page can show anything of this questionnaire
    before = _answers_already_asked(forms, administrations_given, entries)
    closing = prompt_closings.last_entry_by_answer(entries)
    return [
        AdministrationPrompts(
            administration=form.administration,
            prompts=tuple(
                _build_prompt_status(form, item_id, closing, before) for item_id in form.occurrences
            ),
        )
        for form in forms
        if form.occurrences
    ]


def _answers_already_asked(
    forms: Iterable[_FormPrompts],
    administrations_given: Iterable[RecordVersion[Administration]],
    entries: Iterable[RecordVersion[RiskEntry]],
) -> Mapping[RaisingAnswer, RecordVersion[RiskEntry]]:
    """The answers that a recent inquiry covers, each with the risk entry of that inquiry."""
    matters: dict[inquiries.TopicKey, list[AnswerOccurrence]] = defaultdict(list)
    for form in forms:
        for item_id, came in form.occurrences.items():
            matters[form.topic(item_id)].extend(came)
    asked = inquiries.list_inquiries(entries)
    by_id = {kept.id: kept for kept in administrations_given}
    found = {}
    for matter, together in matters.items():
        for one in together if matter in asked else ():
            if entry := inquiries.find_covering_inquiry(one, asked[matter], together, by_id):
                found[one.answer] = entry
    return found


def _build_prompt_status(
    form: _FormPrompts,
    item_id: str,
    entry_by_answer: Mapping[RaisingAnswer, RecordVersion[RiskEntry]],
    inquiry_by_answer: Mapping[RaisingAnswer, RecordVersion[RiskEntry]],
) -> PromptStatus:
    raised = tuple(each.answer for each in form.occurrences[item_id])
    said = sorted(
        (entry_by_answer[each] for each in raised if each in entry_by_answer),
        key=lambda entry: entry.recorded_at,
    )
    quiet = [
        inquiry_by_answer[each]
        for each in raised
        if each in inquiry_by_answer and each not in entry_by_answer
    ]
    waits = [entry for entry in said if entry.payload.action == HOW_NOT_TODAY]
    is_told = len(said) + len(quiet) == len(raised)
    is_closed = is_told and not waits
    return PromptStatus(
        item_id=item_id,
        flag=form.found[item_id].flag,
        observation=form.found[item_id].finding,
        raised_by=raised,
        closed_by=said[-1] if is_closed and said else None,
        deferred_by=waits[-1] if is_told and waits else None,
        already_asked_by=quiet[-1] if is_closed and not said else None,
    )


def _collect_form_prompts(
    administration: RecordVersion[Administration], handovers: list[RecordVersion[Handover]]
) -> _FormPrompts:
    body = administration.payload
    finished = administration.state == "completed" or any(one.payload.was_finished for one in handovers)
    blank = _blank_item_ids(body)
    # The recorded answers come last, because the sentence of the last one is the one shown.
    bodies = [
        *(
            msgspec.structs.replace(body, answers=returned_answers.merge_into_answers(body, one.payload.rows))
            for one in handovers
        ),
        body,
    ]
    saw: dict[str, safety_prompt_rules.SafetyPrompt] = {}
    came: dict[str, dict[RaisingAnswer, AnswerOccurrence]] = defaultdict(dict)
    for each in bodies:
        for prompt, one in _find_raised(administration.id, each, finished=finished):
            if one.answer.status == "not_reached" and one.answer.item_id not in blank:
                continue  # a later version has an answer to this question
            saw[prompt.item_id] = prompt
            came[prompt.item_id].setdefault(one.answer, one)
    order = [item.id for item in administrations.instrument_of(body).items]
    return _FormPrompts(
        administration=administration,
        found=saw,
        occurrences={id: tuple(came[id].values()) for id in sorted(came, key=order.index)},
    )


def _blank_item_ids(administration: Administration) -> frozenset[str]:
    items, given = (
        administrations.instrument_of(administration).items,
        answers.decode_responses(administration.answers),
    )
    return frozenset(item.id for item, one in zip(items, given, strict=True) if one.status == "not_reached")


def _find_raised(
    administration_id: UUID, administration: Administration, *, finished: bool
) -> list[tuple[safety_prompt_rules.SafetyPrompt, AnswerOccurrence]]:
    instrument = administrations.instrument_of(administration)
    given = {
        item.id: _ItemAnswer(
            item_id=item.id, status=one.status, value=one.value, wants_to_talk=one.wants_to_talk
        )
        for item, one in zip(instrument.items, answers.decode_responses(administration.answers), strict=True)
    }
    found = []
    for prompt in safety_prompt_rules.list_safety_prompts(instrument, given.values(), finished=finished):
        one = given[prompt.item_id]
        answer = RaisingAnswer(
            item_id=one.item_id,
            flag=prompt.flag,
            status=one.status,
            value=one.value,
            wants_to_talk=one.wants_to_talk,
            administration_id_bytes=administration_id.bytes,
        )
        found.append((prompt, inquiries.build_occurrence(administration, answer, prompt.number - 1)))
    return found
