"""Open prompts grouped by topic: one for each client, person and flag, however many forms raised it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.safety_prompt_rules import what_to_ask
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.safety import prompt_status
from clinic_toolkit.record.safety.inquiries import TopicKey, topic_key_of
from clinic_toolkit.record.safety.prompt_status import AdministrationPrompts, PromptStatus
from clinic_toolkit.record.safety.risk_entry_record import RaisingAnswer, RiskEntry
from clinic_toolkit.vault.vault import Vault


class PromptSource(Struct, frozen=True, kw_only=True):
    """One question that raised a prompt, and the questionnaire that holds it."""

    administration: RecordVersion[Administration]
    prompt: PromptStatus


class PromptGroup(Struct, frozen=True, kw_only=True):
    """One open prompt: a flag about one person, with its sources, oldest first."""

    flag: SafetyFlag
    sources: tuple[PromptSource, ...]

    @property
    def administration(self) -> RecordVersion[Administration]:
        """The oldest questionnaire that raised it."""
        return self.sources[0].administration

    @property
    def relationship_id(self) -> UUID | None:
        """Whom it is about; None is people in general."""
        return self.administration.payload.relationship_id

    @property
    def questionnaires(self) -> tuple[RecordVersion[Administration], ...]:
        """Every questionnaire that raised it, the oldest first."""
        return tuple({source.administration.id: source.administration for source in self.sources}.values())

    @property
    def raised_by(self) -> tuple[RaisingAnswer, ...]:
        """Every answer that raised it; one entry closes them all."""
        return tuple(answer for source in self.sources for answer in source.prompt.raised_by)

    @property
    def deferred_by(self) -> tuple[RecordVersion[RiskEntry], ...]:
        """The risk entries that deferred the prompt, or one of its sources; each once."""
        entries = [source.prompt.deferred_by for source in self.sources]
        return tuple({entry.id: entry for entry in entries if entry}.values())

    @property
    def is_deferred(self) -> bool:
        """Whether every source was deferred."""
        return all(source.prompt.deferred_by for source in self.sources)

    def sentence(self, current_id: UUID) -> str:
        """What was observed and what to ask, in one paragraph.

        Args:
            current_id: the questionnaire on screen; every other source is named by title and day.
        """
        observations = [
            source.prompt.observed
            if source.administration.id == current_id
            else f"{source_label(source)}: {source.prompt.observed}"
            for source in self.sources
        ]
        return " ".join([*observations, what_to_ask(self.flag)])


def source_label(source: PromptSource) -> str:
    """The title and the day of the questionnaire, to name it in a sentence."""
    return (
        f"“{administrations.title_of(source.administration.payload)}”, "
        f"{format_date(source.administration.payload.answered_on)}"
    )


def list_prompt_groups(db: Connection, vault: Vault, client_id: UUID) -> list[PromptGroup]:
    """The open prompts of one client, grouped by topic, oldest first."""
    return group_prompts(prompt_status.list_prompts_of_client(db, vault, client_id))


def list_groups_after(
    db: Connection, vault: Vault, administration: RecordVersion[Administration]
) -> list[PromptGroup]:
    """The open prompts that this questionnaire raised, each with its sources in other questionnaires."""
    groups = list_prompt_groups(db, vault, administration.payload.client_id)
    return [group for group in groups if administration.id in {form.id for form in group.questionnaires}]


def list_fear_groups_about(
    db: Connection, vault: Vault, client_id: UUID, relationship_id: UUID | None
) -> list[PromptGroup]:
    """The open prompts about fear of this person; None is people in general."""
    return [
        group
        for group in list_prompt_groups(db, vault, client_id)
        if group.flag == SafetyFlag.FEAR and group.relationship_id == relationship_id
    ]


def group_prompts(administration_prompts: Iterable[AdministrationPrompts]) -> list[PromptGroup]:
    """Group open prompts by topic, in the order in which each topic first appears."""
    sources_by_topic: dict[TopicKey, list[PromptSource]] = {}
    for form_prompts in administration_prompts:
        for prompt in form_prompts.open_prompts:
            topic = topic_key_of(form_prompts.administration.payload, prompt.flag)
            source = PromptSource(administration=form_prompts.administration, prompt=prompt)
            sources_by_topic.setdefault(topic, []).append(source)
    return [PromptGroup(flag=flag, sources=tuple(sources)) for (_, flag), sources in sources_by_topic.items()]


def find_deferring_entry(groups: Iterable[PromptGroup]) -> RecordVersion[RiskEntry] | None:
    """Of the entries that deferred these groups, the one with the nearest next check.

    Returns:
        None if there are no groups, or if any source of any group was not deferred.
    """
    groups = list(groups)
    if not groups or not all(group.is_deferred for group in groups):
        return None
    entries = [entry for group in groups for entry in group.deferred_by]
    return min(entries, key=lambda entry: entry.payload.next_check_date or date.max)
