"""The safety summary of one client: open prompts, due checks, and fear of somebody.

It is for the clinician alone and always about one person. A couple's case has none: both partners may be
looking at the screen, and neither must learn what the other answered.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.safety import (
    fear_holds,
    inquiries,
    open_prompt_groups,
    risk_coverage,
    risk_entries,
)
from clinic_toolkit.record.safety.open_prompt_groups import PromptGroup
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry
from clinic_toolkit.vault.vault import Vault


class FearStatus(Struct, frozen=True, kw_only=True):
    """Whether fear of one person was asked about, and whether sheets about them stay in the room.

    `relationship_id` and `relationship_word` are None and empty for nobody in particular. `asked_recently`
    says that the last inquiry still counts. `prompt_asked_on` is the day on which a prompt about this was
    closed with "asked today", if no later entry says where sheets may go. `kept_in_room_on` is the day of
    the entry that keeps sheets in the room, and `is_prompt_open` whether an open prompt does.
    `held_alongside` holds the id and word of other held relationships of the same frame, if sheets stay in
    the room because of those and not of this person.
    """

    relationship_id: UUID | None
    relationship_word: str
    asked_on: date | None
    asked_recently: bool
    is_room_only: bool
    prompt_asked_on: date | None = None
    kept_in_room_on: date | None = None
    is_prompt_open: bool = False
    held_alongside: tuple[tuple[UUID, str], ...] = ()


class SafetySummary(Struct, frozen=True, kw_only=True):
    """The open safety matters of one client, oldest first. `later_checks` are checks that are not due yet."""

    prompt_groups: tuple[PromptGroup, ...]
    due_checks: tuple[RecordVersion[RiskEntry], ...]
    later_checks: tuple[RecordVersion[RiskEntry], ...]
    fear_statuses: tuple[FearStatus, ...]


def load_safety_summary(db: Connection, vault: Vault, client_id: UUID, *, now: datetime) -> SafetySummary:
    """Load the open prompts, due checks and fear statuses of a client as of `now`."""
    today = now.astimezone().date()
    groups = tuple(open_prompt_groups.list_prompt_groups(db, vault, client_id))
    deferring_ids = {entry.id for group in groups for entry in group.deferred_by}
    entries = risk_entries.list_risk_entries_of_client(db, vault, client_id)[::-1]
    checks = risk_coverage.list_due_checks(entries, today=today)
    later_checks = risk_coverage.list_later_checks(entries, today=today, until=date.max)
    holds = fear_holds.load_fear_holds(db, vault, client_id)
    word_by_id = {
        relationship.id: relationship.payload.word
        for relationship in relationships.list_relationships(db, vault, client_id)
    }
    prompt_asked_on = _prompt_asked_on_by_person(entries)
    open_about = {group.relationship_id for group in groups if group.flag == SafetyFlag.FEAR}
    persons: list[tuple[UUID | None, str]] = [*word_by_id.items(), (None, "")]
    return SafetySummary(
        prompt_groups=groups,
        due_checks=tuple(entry for entry in checks if entry.id not in deferring_ids),
        later_checks=tuple(later_checks),
        fear_statuses=tuple(
            FearStatus(
                relationship_id=id,
                relationship_word=word,
                asked_on=holds.asked_on_by_person.get(id),
                asked_recently=holds.is_asked(id, today=today),
                is_room_only=id in holds.held_relationships or bool(alongside),
                prompt_asked_on=prompt_asked_on.get(id),
                kept_in_room_on=holds.kept_in_room_on_by_person.get(id),
                is_prompt_open=id in open_about,
                held_alongside=tuple(
                    (other_id, word_by_id[other_id])
                    for other_id in alongside
                    if other_id in word_by_id and id not in holds.held_relationships
                ),
            )
            for id, word in persons
            for alongside in [holds.held_alongside(id) if id else ()]
            if id in holds.asked_on_by_person or id in holds.held_relationships or alongside
        ),
    )


def _prompt_asked_on_by_person(entries: Sequence[RecordVersion[RiskEntry]]) -> dict[UUID | None, date]:
    """By person, the day of the last inquiry about fear, where it does not say where sheets may go.

    Args:
        entries: the oldest first.
    """
    asked_on = {}
    for ((_, relationship), flag), found in inquiries.list_inquiries(entries).items():
        last = max((inquiry.entry for inquiry in found), key=lambda entry: entry.recorded_at).payload
        if flag == SafetyFlag.FEAR and not last.says_fear_was_asked:
            asked_on[UUID(bytes=relationship) if relationship else None] = last.entry_date
    return asked_on
