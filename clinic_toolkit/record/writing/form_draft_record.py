"""What is stored about a form that was started and not finished."""

from datetime import datetime
from enum import StrEnum

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

form_draft_table = sealed_table("draft")


class FormDraftState(StrEnum):
    """The state of a form draft."""

    BEGUN = "begun"
    EMPTY = "empty"


class FormDraftEvent(StrEnum):
    """What the audit log says was done to a form draft."""

    SAVED = "draft.saved"
    DISCARDED = "draft.discarded"
    RECORDED = "draft.recorded"


class FormDraft(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The contents of the fields of a form, as typed.

    `form_code` names the form, `subject_id` (16 bytes) what it is about, and `path` is the form's address.
    `begun_at` is when the draft was first saved. An empty draft has no fields. `page` identifies the open
    page that saved it last, by 16 random bytes.
    """

    form_name: str
    subject_id: bytes
    path: str
    begun_at: datetime
    fields: tuple[tuple[str, str], ...] = ()
    page: bytes = b""

    def __repr__(self) -> str:
        return "<Draft>"


FORM_DRAFT = register_kind(
    RecordKind(
        table=form_draft_table,
        payload_type=FormDraft,
        states=FormDraftState,
        events=FormDraftEvent,
        nouns=RecordNouns(
            in_sentence="a form that was started and not finished",
            one="an unfinished form",
            many="unfinished forms",
        ),
    )
)
