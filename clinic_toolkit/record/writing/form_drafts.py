"""Drafts: what was typed into a form and is not recorded yet.

A draft belongs to one form and one subject, such as the risk entry of one client. It lies in the ring in
which the form will be recorded; where there is none yet, and for the settings, in the clinician's own ring,
which nobody else is ever a member of. It is no part of the clinical record: nothing reads it but its form
and *Today*. Once the form is recorded or given up, its words are overwritten and an empty version stays,
because a row that was gone would be missed by the trail.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

form_draft_table = sealed_table("draft")

STATE_BEGUN, STATE_EMPTY = "begun", "empty"
RISK_ENTRY_FORM = "risk_entry"


class FormDraft(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What stands in the fields of a form, as it was typed.

    `form_code` names the form and `subject_id` what it is about, 16 bytes; `path` is the address of the form,
    and `begun` when the first words were kept. An empty draft has no fields. `page` is the mark of the open
    page that kept it last, 16 random bytes.
    """

    form_code: str
    subject_id: bytes
    path: str
    begun_at: datetime
    fields: tuple[tuple[str, str], ...] = ()
    page: bytes = b""

    def __repr__(self) -> str:
        return "<Draft>"


def find_form_draft(
    db: Connection, vault: Vault, ring: UUID | None, form_code: str, subject_id: UUID
) -> RecordVersion[FormDraft] | None:
    """The draft of this form about this subject, which may be empty; None if there never was one.

    Args:
        ring: where it would lie; None if the clinician has no ring of their own yet.
    """
    if ring is None:
        return None
    found = records.list_records_in_rings(db, vault, form_draft_table, [ring], FormDraft)
    wanted = (form_code, subject_id.bytes)
    return next((kept for kept in found if (kept.payload.form_code, kept.payload.subject_id) == wanted), None)


def save_form_draft(
    db: Connection,
    vault: Vault,
    current: RecordVersion[FormDraft] | None,
    draft: FormDraft,
    *,
    ring: UUID,
    now: datetime,
) -> RecordVersion[FormDraft]:
    """Keep what is typed now. The same words again make no new version.

    Raises:
        StaleVersion: it was kept in another window meanwhile.
    """
    if current is None:
        return records.create_record(
            db, vault, form_draft_table, draft, ring=ring, state=STATE_BEGUN, event="draft.saved", now=now
        )
    if current.state == STATE_BEGUN:
        draft = msgspec.structs.replace(draft, begun_at=current.payload.begun_at)
    if draft == current.payload:
        return current
    return records.replace_draft(
        db, vault, form_draft_table, current, draft, state=STATE_BEGUN, event="draft.saved", now=now
    )


def discard_form_draft(
    db: Connection, vault: Vault, current: RecordVersion[FormDraft], *, now: datetime
) -> RecordVersion[FormDraft]:
    """Overwrite what was typed: it is not wanted."""
    return _overwrite_draft(db, vault, current, "draft.discarded", now=now)


def clear_recorded_draft(
    db: Connection, vault: Vault, current: RecordVersion[FormDraft], *, now: datetime
) -> RecordVersion[FormDraft]:
    """Overwrite what was typed: the form is recorded, in the same transaction."""
    return _overwrite_draft(db, vault, current, "draft.recorded", now=now)


def _overwrite_draft(
    db: Connection, vault: Vault, current: RecordVersion[FormDraft], event: str, *, now: datetime
) -> RecordVersion[FormDraft]:
    if current.state == STATE_EMPTY:
        return current
    body = msgspec.structs.replace(current.payload, fields=())
    return records.replace_draft(
        db, vault, form_draft_table, current, body, state=STATE_EMPTY, event=event, now=now
    )


def list_unfinished_risk_entries(db: Connection, vault: Vault) -> list[RecordVersion[FormDraft]]:
    """The risk entries that were begun and not recorded, oldest first."""
    found = records.list_all_records(db, vault, form_draft_table, FormDraft)
    begun = [
        kept for kept in found if kept.state == STATE_BEGUN and kept.payload.form_code == RISK_ENTRY_FORM
    ]
    return sorted(begun, key=lambda kept: kept.payload.begun_at)
