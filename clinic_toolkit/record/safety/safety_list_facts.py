"""What lists need to know of safety prompts and planned checks, by person.

Nothing here depends on the present day: which check is due is decided when a list is made.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.record.handovers.handover_record import HANDOVER
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.questionnaires.own_questionnaire_record import OWN_QUESTIONNAIRE
from clinic_toolkit.record.safety import (
    open_prompt_groups,
    prompt_status,
    risk_coverage,
    risk_entries,
)
from clinic_toolkit.record.safety.open_prompt_groups import PromptGroup
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY
from clinic_toolkit.vault.vault import Vault


class PromptFacts(msgspec.Struct, frozen=True, array_like=True):
    """The open prompts of one person: the oldest questionnaire that raised one, and how many did.

    Deferred prompts count only if all were; then `deferring_entry` is the risk entry with the
    nearest next check.
    """

    administration: bytes
    answered_on: date
    questionnaire_count: int
    deferring_entry: bytes | None


class CheckFacts(msgspec.Struct, frozen=True, array_like=True):
    """A check that a risk entry plans and that no later entry followed; `entry` is that risk entry.

    `is_deferral`: the entry says "not today", so the check is due until it was asked. `is_shown_with_prompt`:
    an open prompt says the same.
    """

    entry: bytes
    planned_for: date
    is_deferral: bool
    is_shown_with_prompt: bool


class PersonSafety(msgspec.Struct, frozen=True, array_like=True):
    """What is to be asked of one person: open prompts, if there are any, and checks, earliest first."""

    prompts: PromptFacts | None = None
    checks: tuple[CheckFacts, ...] = ()


NOTHING_TO_ASK = PersonSafety()


def _compute_safety_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> PersonSafety:
    groups = open_prompt_groups.group_prompts(prompt_status.list_prompts_in_rings(db, vault, rings))
    entries = risk_entries.list_risk_entries_in_rings(db, vault, rings)
    shown_with_prompt = {entry.id for group in groups for entry in group.deferred_by}
    return PersonSafety(
        _prompt_facts(groups) if groups else None,
        tuple(
            CheckFacts(
                entry.id.bytes,
                entry.payload.next_check_date,
                entry.payload.is_deferral,
                entry.id in shown_with_prompt,
            )
            for entry in risk_coverage.list_due_checks(entries, today=date.max)
            if entry.payload.next_check_date
        ),
    )


def _prompt_facts(groups: Sequence[PromptGroup]) -> PromptFacts:
    shown_groups = [group for group in groups if not group.is_deferred] or groups
    deferring_entry = open_prompt_groups.find_deferring_entry(groups)
    oldest = shown_groups[0].administration
    return PromptFacts(
        oldest.id.bytes,
        oldest.payload.answered_on,
        len({form.id for group in shown_groups for form in group.questionnaires}),
        deferring_entry.id.bytes if deferring_entry else None,
    )


PERSON_SAFETY = register_facts(
    FactsKind(
        name="safety",
        kinds=(ADMINISTRATION, HANDOVER, RISK_ENTRY, RELATIONSHIP),
        fixed_kinds=(OWN_QUESTIONNAIRE,),
        facts_type=PersonSafety,
        compute=_compute_safety_facts,
    )
)


def load_person_safety(db: Connection, vault: Vault, client_id: UUID) -> PersonSafety:
    """Return what is to be asked of the person whose entry this is, from the records of that person alone."""
    return _compute_safety_facts(db, vault, clients.list_record_rings(db, vault, client_id))


def list_person_safety(reader: FactsReader, db: Connection, vault: Vault) -> list[PersonSafety]:
    """Return the facts of every person of whom something is to be asked; joined entries are one person."""

    def rings_by_person() -> dict[UUID, list[UUID]]:
        primary_by_id = clients.load_client_joins(db, vault)
        rings_by_person: dict[UUID, list[UUID]] = {}
        for ring in reader.list_rings(ADMINISTRATION, RISK_ENTRY):
            owner = vault.rings.find_owner(ring)
            if owner is None:
                _note_unreadable(db, vault, ring)
            else:
                rings_by_person.setdefault(primary_by_id.get(owner, owner), []).append(ring)
        return rings_by_person

    all_facts = reader.load_all(PERSON_SAFETY, rings_by_person, subject_kinds=(CLIENT,))
    return [facts for _, facts in all_facts if facts != NOTHING_TO_ASK]


def _note_unreadable(db: Connection, vault: Vault, ring: UUID) -> None:
    # Without its key nothing of a ring can be read; each record that the log names there is noted as lost.
    kinds: tuple[RecordKind[Any], ...] = (ADMINISTRATION, HANDOVER, RISK_ENTRY)
    for kind in kinds:
        records.list_records_in_rings(db, vault, kind, [ring])
