"""What is still to be asked: one prompt for each client, person and flag, however many forms raised it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.safety_prompt_rules import what_to_ask
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administrations import Administration
from clinic_toolkit.record.safety import prompt_status
from clinic_toolkit.record.safety.inquiries import TopicKey, topic_key_of
from clinic_toolkit.record.safety.prompt_status import AdministrationPrompts, PromptStatus
from clinic_toolkit.record.safety.risk_entries import RaisingAnswer, RiskEntry
from clinic_toolkit.vault.vault import Vault


class PromptSource(Struct, frozen=True, kw_only=True):
    """One question that raised it, and the questionnaire in which it stands."""

    administration: RecordVersion[Administration]
    prompt: PromptStatus


class PromptGroup(Struct, frozen=True, kw_only=True):
    """One open prompt: one flag about one person, with what raised it, the oldest first."""

    flag: str
    sources: tuple[PromptSource, ...]

    @property
    def administration(self) -> RecordVersion[Administration]:
        """The oldest questionnaire that raised it."""
        return self.sources[0].administration

    @property
    def questionnaires(self) -> tuple[RecordVersion[Administration], ...]:
        """Every questionnaire that raised it, the oldest first."""
        return tuple({part.administration.id: part.administration for part in self.sources}.values())

    @property
    def raised_by(self) -> tuple[RaisingAnswer, ...]:
        """Every answer that raised it; one entry closes them all."""
        return tuple(answer for part in self.sources for answer in part.prompt.raised_by)

    @property
    def deferred_by(self) -> tuple[RecordVersion[RiskEntry], ...]:
        """The entries that put it off, or a part of it."""
        found = [part.prompt.deferred_by for part in self.sources]
        return tuple({entry.id: entry for entry in found if entry}.values())

    @property
    def is_deferred(self) -> bool:
        """Whether all of it was put off."""
        return all(part.prompt.deferred_by for part in self.sources)

    def sentence(self, current_id: UUID) -> str:
        """What was seen and what to ask; where that was another questionnaire than `current_id`, it is
        named."""
        saw = [
            part.prompt.observation
            if part.administration.id == current_id
            else f"{source_label(part)}: {part.prompt.observation}"
            for part in self.sources
        ]
        return " ".join([*saw, what_to_ask(self.flag)])


def source_label(source: PromptSource) -> str:
    """From which questionnaire, of which day."""
    return (
        f"“{administrations.title_of(source.administration.payload)}”, "
        f"{format_date(source.administration.payload.answered_on)}"
    )


def list_prompt_groups(db: Connection, vault: Vault, client_id: UUID) -> list[PromptGroup]:
    """What is still to be asked of one client, the oldest first."""
    return group_prompts(prompt_status.list_prompts_of_client(db, vault, client_id))


def list_all_prompt_groups(db: Connection, vault: Vault) -> list[PromptGroup]:
    """What is still to be asked of anyone, the oldest first."""
    return group_prompts(prompt_status.list_all_prompts(db, vault))


def list_groups_after(
    db: Connection, vault: Vault, administration: RecordVersion[Administration]
) -> list[PromptGroup]:
    """What is open after this questionnaire, with what others raised of the same about the same person."""
    found = list_prompt_groups(db, vault, administration.payload.client_id)
    return [each for each in found if administration.id in {one.id for one in each.questionnaires}]


def group_prompts(administration_prompts: Iterable[AdministrationPrompts]) -> list[PromptGroup]:
    """Put together what is open about one person and one flag; what comes first, stays first."""
    found: dict[TopicKey, list[PromptSource]] = {}
    for each in administration_prompts:
        for prompt in each.open_prompts:
            matter = topic_key_of(each.administration.payload, prompt.flag)
            part = PromptSource(administration=each.administration, prompt=prompt)
            found.setdefault(matter, []).append(part)
    return [PromptGroup(flag=flag, sources=tuple(parts)) for (_, flag), parts in found.items()]


def find_deferring_entry(groups: Iterable[PromptGroup]) -> RecordVersion[RiskEntry] | None:
    """The entry that put all of it off, the one with the nearest check; None if any of it was not put off."""
    groups = list(groups)
    if not groups or not all(each.is_deferred for each in groups):
        return None
    entries = [entry for each in groups for entry in each.deferred_by]
    return min(entries, key=lambda entry: entry.payload.next_check_date or date.max)
