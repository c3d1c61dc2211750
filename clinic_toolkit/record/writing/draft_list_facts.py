"""What lists need to know of form drafts: which risk entries and additions to notes were begun only."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, register_facts
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT, FormDraftState
from clinic_toolkit.record.writing.form_drafts import ADDITION_FORM, RISK_ENTRY_FORM
from clinic_toolkit.vault.vault import Vault


class RingDrafts(msgspec.Struct, frozen=True, array_like=True):
    """The ids of the drafts of risk entries, and of additions to notes, that were begun and not recorded."""

    risk_entry_ids: tuple[bytes, ...]
    addition_ids: tuple[bytes, ...] = ()


def _compute_draft_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingDrafts:
    begun = [
        draft
        for draft in records.list_records_in_rings(db, vault, FORM_DRAFT, rings)
        if draft.state == FormDraftState.BEGUN
    ]
    return RingDrafts(
        *(
            tuple(draft.id.bytes for draft in begun if draft.payload.form_name == form)
            for form in (RISK_ENTRY_FORM, ADDITION_FORM)
        )
    )


RING_DRAFTS = register_facts(
    FactsKind(name="drafts", kinds=(FORM_DRAFT,), facts_type=RingDrafts, compute=_compute_draft_facts)
)
