"""The safety summary of one client: open prompts, due checks, and fear of somebody.

It is for the clinician alone and always about one person. A couple's case has none: both partners may be
looking at the screen, and neither must learn what the other answered.
"""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.safety import fear_holds, open_prompt_groups, prompt_closings, risk_entries
from clinic_toolkit.record.safety.open_prompt_groups import PromptGroup
from clinic_toolkit.record.safety.risk_entries import RiskEntry
from clinic_toolkit.vault.vault import Vault


class FearStatus(Struct, frozen=True, kw_only=True):
    """Whether fear of one person was asked about, and whether sheets about them stay in the room.

    `relationship_id` and `relationship_word` are None and empty for nobody in particular. `asked_recently`
    says that the last inquiry still counts. `held_alongside` holds the id and word of other held
    relationships of the same frame, if sheets stay in the room because of those and not of this person.
    """

    relationship_id: UUID | None
    relationship_word: str
    asked_on: date | None
    asked_recently: bool
    is_room_only: bool
    held_alongside: tuple[tuple[UUID, str], ...] = ()


class SafetySummary(Struct, frozen=True, kw_only=True):
    """The open safety matters of one client; each kind is sorted oldest first."""

    prompt_groups: tuple[PromptGroup, ...]
    due_checks: tuple[RecordVersion[RiskEntry], ...]
    fear_statuses: tuple[FearStatus, ...]


def load_safety_summary(db: Connection, vault: Vault, client_id: UUID, *, now: datetime) -> SafetySummary:
    """Load the open prompts, due checks and fear statuses of a client as of `now`."""
    today = now.astimezone().date()
    asked = tuple(open_prompt_groups.list_prompt_groups(db, vault, client_id))
    beside = {entry.id for each in asked for entry in each.deferred_by}
    entries = risk_entries.list_risk_entries_of_client(db, vault, client_id)[::-1]
    checks = prompt_closings.list_due_checks(entries, today=today)
    known = fear_holds.load_fear_holds(db, vault, client_id)
    words = {kept.id: kept.payload.word for kept in relationships.list_relationships(db, vault, client_id)}
    about: list[tuple[UUID | None, str]] = [*words.items(), (None, "")]
    return SafetySummary(
        prompt_groups=asked,
        due_checks=tuple(kept for kept in checks if kept.id not in beside),
        fear_statuses=tuple(
            FearStatus(
                relationship_id=id,
                relationship_word=word,
                asked_on=known.asked_on_by_person.get(id),
                asked_recently=known.is_asked(id, today=today),
                is_room_only=id in known.held_relationships or bool(beside),
                held_alongside=tuple(
                    (each, words[each])
                    for each in beside
                    if each in words and id not in known.held_relationships
                ),
            )
            for id, word in about
            for beside in [known.held_alongside(id) if id else ()]
            if id in known.asked_on_by_person or id in known.held_relationships or beside
        ),
    )
