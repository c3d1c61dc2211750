"""Co-signatures: a supervisor signs what a trainee signed, with the supervisor's own key.

The ground for it: a practice has one clinician with a login so far, so no page makes one. What can be done
today is a signature on paper, of which `note_additions` keeps who, with which licence line, and when.
"""

from datetime import datetime

from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing import notes, signatures
from clinic_toolkit.record.writing.cosignature_record import (
    COSIGNATURE,
    COSIGNATURE_PURPOSE,
    Cosignature,
    CosignatureEvent,
    CosignatureState,
)
from clinic_toolkit.record.writing.note_additions import NoteNotSigned
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.vault.vault import Vault


class OwnNote(ClinicError):
    """Nobody co-signs a note of their own."""

    def __init__(self) -> None:
        super().__init__("You signed this note yourself. Somebody else has to countersign it.")


class FirstSignatureInvalid(ClinicError):
    """The first signature does not hold, so nobody can stand behind it."""

    def __init__(self) -> None:
        super().__init__("The first signature of this note does not hold. It cannot be countersigned.")


def cosign_note(
    db: Connection,
    vault: Vault,
    note: RecordVersion[ClinicalNote],
    *,
    name: str,
    licence_line: str,
    now: datetime,
) -> RecordVersion[Cosignature]:
    """Sign the content id of a signed note and its first signature, with the key of this clinician.

    Args:
        name: whose co-signature it is, as it is printed.

    Raises:
        NoteNotSigned: the note is a draft.
        OwnNote: it was signed with the same key.
        FirstSignatureInvalid: its signature does not hold.
    """
    if not note.final or note.signature is None:
        raise NoteNotSigned
    if note.author_id == vault.user_id:
        raise OwnNote
    if not notes.has_valid_signature(vault, note):
        raise FirstSignatureInvalid
    payload = Cosignature(
        note=note.id.bytes,
        note_content_id=note.content_id,
        first_signature=note.signature,
        signer_name=name,
        licence_line=licence_line,
        signed_at=now,
        utc_offset_minutes=signatures.local_offset_minutes(now),
    )
    return records.create_record(
        db,
        vault,
        COSIGNATURE,
        payload,
        ring=note.ring,
        state=CosignatureState.SIGNED,
        event=CosignatureEvent.SIGNED,
        now=now,
        final=True,
    )


def list_cosignatures(
    db: Connection, vault: Vault, note: RecordVersion[ClinicalNote]
) -> list[RecordVersion[Cosignature]]:
    """The co-signatures of a note, in the order in which they were made, also those that do not hold."""
    found = records.list_records_in_rings(db, vault, COSIGNATURE, [note.ring])
    return [each for each in found if each.payload.note_id == note.id]


def holds(vault: Vault, note: RecordVersion[ClinicalNote], cosignature: RecordVersion[Cosignature]) -> bool:
    """Whether somebody other than the author signed exactly this note and its first signature."""
    payload = cosignature.payload
    return (
        (payload.note_content_id, payload.first_signature) == (note.content_id, note.signature)
        and cosignature.author_id != note.author_id
        and signatures.has_valid_signature(vault, cosignature, COSIGNATURE_PURPOSE)
    )


def signer_label(
    vault: Vault, note: RecordVersion[ClinicalNote], cosignature: RecordVersion[Cosignature]
) -> str:
    """The name of a co-signature, with a warning if its key is not confirmed or it does not hold."""
    name = signatures.signer_label(vault, cosignature, COSIGNATURE_PURPOSE, cosignature.payload.signer_name)
    if holds(vault, note, cosignature) or signatures.SIGNATURE_INVALID in name:
        return name
    return f"{name} ({signatures.SIGNATURE_INVALID})"
