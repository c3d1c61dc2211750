"""Form drafts: what was typed into a form and is not recorded yet.

A draft belongs to one form and one subject, such as the risk entry of one client. It is stored in the ring in
which the form will be recorded; if there is none yet, and for what is recorded for the whole practice, in the
clinician's own ring, of which nobody else is ever a member. It is not part of the clinical record: only its
form, *Today* and the list of one's own worksheets read it.
Once the form is recorded or discarded, the draft is overwritten with an empty version. It is not deleted,
because the audit log would then report a missing record.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing.form_draft_record import (
    FORM_DRAFT,
    FormDraft,
    FormDraftEvent,
    FormDraftState,
)
from clinic_toolkit.vault.vault import Vault

RISK_ENTRY_FORM, ADDITION_FORM = "risk_entry", "note_addition"


def find_form_draft(
    db: Connection, vault: Vault, ring: UUID | None, form_name: str, subject_id: UUID
) -> RecordVersion[FormDraft] | None:
    """The draft of this form about this subject, which may be empty; None if there never was one.

    Args:
        ring: the ring it would be stored in; None if the clinician has no ring of their own yet.
    """
    if ring is None:
        return None
    drafts = records.list_records_in_rings(db, vault, FORM_DRAFT, [ring])
    form_and_subject = (form_name, subject_id.bytes)
    return next(
        (
            draft
            for draft in drafts
            if (draft.payload.form_name, draft.payload.subject_id) == form_and_subject
        ),
        None,
    )


def list_begun_drafts(
    db: Connection, vault: Vault, ring: UUID | None, form_name: str
) -> list[RecordVersion[FormDraft]]:
    """The drafts of this form that were begun and neither recorded nor discarded, oldest first.

    Args:
        ring: the ring they are stored in; None if the clinician has no ring of their own yet.
    """
    drafts = records.list_records_in_rings(db, vault, FORM_DRAFT, [ring]) if ring else []
    return [
        draft
        for draft in drafts
        if draft.state == FormDraftState.BEGUN and draft.payload.form_name == form_name
    ]


def save_form_draft(
    db: Connection,
    vault: Vault,
    current: RecordVersion[FormDraft] | None,
    draft: FormDraft,
    *,
    ring: UUID,
    now: datetime,
) -> RecordVersion[FormDraft]:
    """Save what is typed now; identical contents make no new version.

    Args:
        current: the version that the author had on screen, or None if there is no draft yet.

    Raises:
        StaleVersion: the draft was saved in another window since `current` was read.
    """
    if current is None:
        return records.create_record(
            db,
            vault,
            FORM_DRAFT,
            draft,
            ring=ring,
            state=FormDraftState.BEGUN,
            event=FormDraftEvent.SAVED,
            now=now,
        )
    if current.state == FormDraftState.BEGUN:
        draft = msgspec.structs.replace(draft, begun_at=current.payload.begun_at)
    if draft == current.payload:
        return current
    return records.replace_draft(
        db, vault, FORM_DRAFT, current, draft, state=FormDraftState.BEGUN, event=FormDraftEvent.SAVED, now=now
    )


def discard_form_draft(
    db: Connection, vault: Vault, current: RecordVersion[FormDraft], *, now: datetime
) -> RecordVersion[FormDraft]:
    """Overwrite the draft with an empty version, because the author discarded it."""
    return _overwrite_draft(db, vault, current, FormDraftEvent.DISCARDED, now=now)


def clear_recorded_draft(
    db: Connection, vault: Vault, current: RecordVersion[FormDraft], *, now: datetime
) -> RecordVersion[FormDraft]:
    """Overwrite the draft with an empty version, in the transaction that records the form."""
    return _overwrite_draft(db, vault, current, FormDraftEvent.RECORDED, now=now)


def _overwrite_draft(
    db: Connection, vault: Vault, current: RecordVersion[FormDraft], event: FormDraftEvent, *, now: datetime
) -> RecordVersion[FormDraft]:
    if current.state == FormDraftState.EMPTY:
        return current
    payload = msgspec.structs.replace(current.payload, fields=())
    return records.replace_draft(
        db, vault, FORM_DRAFT, current, payload, state=FormDraftState.EMPTY, event=event, now=now
    )
