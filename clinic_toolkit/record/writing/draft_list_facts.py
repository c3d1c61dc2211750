"""What lists need to know of form drafts: which risk entries were begun and not recorded."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, register_facts
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT, FormDraftState
from clinic_toolkit.record.writing.form_drafts import RISK_ENTRY_FORM
from clinic_toolkit.vault.vault import Vault


class RingDrafts(msgspec.Struct, frozen=True, array_like=True):
    """The ids of the drafts of risk entries that were begun in one ring and not recorded."""

    risk_entry_ids: tuple[bytes, ...]


def _compute_draft_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingDrafts:
    return RingDrafts(
        tuple(
            draft.id.bytes
            for draft in records.list_records_in_rings(db, vault, FORM_DRAFT, rings)
            if draft.state == FormDraftState.BEGUN and draft.payload.form_name == RISK_ENTRY_FORM
        )
    )


RING_DRAFTS = register_facts(
    FactsKind(name="drafts", kinds=(FORM_DRAFT,), facts_type=RingDrafts, compute=_compute_draft_facts)
)
