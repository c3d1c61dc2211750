"""Additions to a signed note: addendum, amendment, changed facts, countersigned on paper.

A signed note never changes. What is added later is a record of its own in the ring of the note: it names the
note and the content id of its bytes, says why, and is signed at once. Until then its words are a form draft.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import UNREADABLE_NAME
from clinic_toolkit.record.writing import signatures
from clinic_toolkit.record.writing.note_addition_record import (
    ADDITION_PURPOSE,
    NOTE_ADDITION,
    AdditionEvent,
    AdditionKind,
    AdditionState,
    FactChange,
    NoteAddition,
)
from clinic_toolkit.record.writing.note_facts import NoteFacts
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.record.writing.notes import ClientNameUnreadable, SignerNameMissing
from clinic_toolkit.vault.vault import Vault


class NoteNotSigned(ClinicError):
    """Only a signed note has additions; a draft is simply changed."""

    def __init__(self) -> None:
        super().__init__("This note is not signed yet. Change the note itself.")


class AdditionIsEmpty(ClinicError):
    """An addition says something, and why."""

    def __init__(self) -> None:
        super().__init__("Write what is added, and why. Nothing was signed.")


def build_addition(
    note: RecordVersion[ClinicalNote],
    facts: NoteFacts,
    kind: AdditionKind,
    *,
    reason: str,
    now: datetime,
    text: str = "",
    changes: Sequence[FactChange] = (),
    countersigner_name: str = "",
    licence_line: str = "",
    countersigned_on: date | None = None,
) -> NoteAddition:
    """Build what is signed.

    Args:
        facts: the facts that are shown beside it: the present names of practice and clinician.
    """
    signed_facts = note.payload.facts or facts
    return NoteAddition(
        note=note.id.bytes,
        note_content_id=note.content_id,
        kind=kind,
        text=text,
        reason=reason,
        added_at=now,
        utc_offset_minutes=signatures.local_offset_minutes(now),
        client_names=signed_facts.client_names,
        session_date=signed_facts.session_date,
        practice_name=facts.practice_name,
        clinician_name=facts.clinician_name,
        changes=tuple(changes),
        countersigner_name=countersigner_name,
        licence_line=licence_line,
        countersigned_on=countersigned_on,
    )


def sign_addition(
    db: Connection,
    vault: Vault,
    note: RecordVersion[ClinicalNote],
    addition: NoteAddition,
    *,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[NoteAddition]:
    """Sign an addition and record it beside the note, which is not changed.

    Args:
        addition: as `build_addition` makes it.

    Raises:
        NoteNotSigned: the note is still a draft.
        AdditionIsEmpty: it says nothing, or not why.
        SignerNameMissing: the settings name no clinician or no practice.
        ClientNameUnreadable: the name of a client cannot be read.
    """
    if not note.final:
        raise NoteNotSigned
    says_something = {
        AdditionKind.FACTS: bool(addition.changes),
        AdditionKind.COUNTERSIGNED: bool(addition.countersigner_name.strip() and addition.countersigned_on),
    }.get(addition.kind, bool(addition.text.strip()))
    is_reason_needed = addition.kind != AdditionKind.COUNTERSIGNED
    if not says_something or (is_reason_needed and not addition.reason.strip()):
        raise AdditionIsEmpty
    for name, is_practice in ((addition.practice_name, True), (addition.clinician_name, False)):
        if not name.strip():
            raise SignerNameMissing(is_practice=is_practice)
    if UNREADABLE_NAME in addition.client_names:
        raise ClientNameUnreadable
    return records.create_record(
        db,
        vault,
        NOTE_ADDITION,
        addition,
        ring=note.ring,
        state=AdditionState.SIGNED,
        event=AdditionEvent[addition.kind.name],
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def list_additions(
    db: Connection, vault: Vault, note: RecordVersion[ClinicalNote]
) -> list[RecordVersion[NoteAddition]]:
    """The additions to a note, in the order in which they were made."""
    if not note.final:
        return []
    found = records.list_records_in_rings(db, vault, NOTE_ADDITION, [note.ring])
    return [addition for addition in found if addition.payload.note_id == note.id]


def signer_label(
    vault: Vault, note: RecordVersion[ClinicalNote], addition: RecordVersion[NoteAddition]
) -> str:
    """The name under an addition, with a warning if its signature does not hold for this very note."""
    if addition.payload.note_content_id != note.content_id:
        return f"{addition.payload.clinician_name} (signed for another text of this note)"
    return signatures.signer_label(vault, addition, ADDITION_PURPOSE, addition.payload.clinician_name)
