"""Progress notes: drafts until they are signed, and never changed afterwards.

A note belongs to a session and is stored in the ring of the session's case. It is a list of parts: what the
clinician wrote, and what the toolkit prefilled, each marked with its source.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.note_formats.model import NoteFormat
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import UNREADABLE_NAME
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import signatures
from clinic_toolkit.record.writing.note_facts import NoteFacts
from clinic_toolkit.record.writing.note_formats import (
    DEFAULT_FORMAT,
    format_of,
    list_headings,
    write_note,
)
from clinic_toolkit.record.writing.note_record import (
    CLINICAL_NOTE,
    SIGNATURE_PURPOSE,
    ClinicalNote,
    NoteEvent,
    NotePart,
    NoteState,
)
from clinic_toolkit.vault.vault import Vault


class NoteIsSigned(ClinicError):
    """The note is signed and can no longer be changed."""

    def __init__(self) -> None:
        super().__init__("This note is signed and can no longer be changed.")


class NoteIsEmpty(ClinicError):
    """A note without text cannot be signed."""

    def __init__(self) -> None:
        super().__init__("There is nothing in this note yet. Write at least one line before you sign it.")


class SignerNameMissing(ClinicError):
    """The name of the practice or of the signer is unknown, because its record cannot be read."""

    def __init__(self, *, is_practice: bool) -> None:
        super().__init__(
            (
                "The note was not signed: the settings of the practice cannot be read, so its name would be "
                if is_practice
                else "The note was not signed: your own details cannot be read, so your name would be "
            )
            + "missing from it. Enter them again on “Your practice”, then sign."
        )


class ClientNameUnreadable(ClinicError):
    """A client's name cannot be read, and a note signed without it could never be completed."""

    def __init__(self) -> None:
        super().__init__(
            "The note was not signed: the details of the client cannot be read, so the name would be "
            "missing from it. Enter them again on the client’s page, then sign."
        )


def create_note(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    parts: Sequence[NotePart],
    *,
    now: datetime,
    note_format: NoteFormat = DEFAULT_FORMAT,
    goal_ids: Sequence[bytes] = (),
    known_headings: Sequence[tuple[str, str]] = (),
    begun_at: datetime | None = None,
    late_reason: str = "",
) -> RecordVersion[ClinicalNote]:
    """Create the note of a session as a draft.

    Args:
        goal_ids: the goals of the treatment plan that it worked on.
        known_headings: those of the format in which the parts were written, if it is another.
        begun_at: when it was first written, if that was before `now`, in another place.
        late_reason: why it is a late entry, if that is known already.
    """
    empty = ClinicalNote(
        therapy_session=session.id.bytes,
        format=note_format.id,
        parts=(),
        goal_ids=tuple(goal_ids),
        begun_at=begun_at or now,
        late_reason=late_reason,
    )
    payload = write_note(empty, parts, note_format, known_headings)
    return records.create_record(
        db,
        vault,
        CLINICAL_NOTE,
        payload,
        ring=session.ring,
        state=NoteState.DRAFT,
        event=NoteEvent.BEGUN,
        now=now,
    )


def revise_note(
    db: Connection,
    vault: Vault,
    current: RecordVersion[ClinicalNote],
    parts: Sequence[NotePart],
    *,
    expected_version: int,
    now: datetime,
    goal_ids: Sequence[bytes] | None = None,
    note_format: NoteFormat | None = None,
    known_headings: Sequence[tuple[str, str]] = (),
) -> RecordVersion[ClinicalNote]:
    """Save the parts of the draft, in another format if one is given; what is the same makes no new version.

    No switch loses anything: what the clinician wrote stays under its heading, and what the program filled in
    goes where the format puts it.

    Args:
        goal_ids: the goals of the treatment plan that it worked on; None to leave them as they are.
        expected_version: the version that the author had on screen.
        note_format: the format to sort the parts by; None for the one that the note has.
        known_headings: those of a section that the parts name and the note did not have.

    Raises:
        NoteIsSigned: the note is signed.
        StaleVersion: the draft was saved elsewhere since then.
    """
    if current.final:
        raise NoteIsSigned
    if current.version != expected_version:
        raise records.StaleVersion
    payload = write_note(current.payload, parts, note_format or format_of(current.payload), known_headings)
    if goal_ids is not None:
        payload = msgspec.structs.replace(payload, goal_ids=tuple(goal_ids))
    if payload == current.payload:
        return current
    return records.replace_draft(
        db, vault, CLINICAL_NOTE, current, payload, state=NoteState.DRAFT, event=NoteEvent.SAVED, now=now
    )


def sign_note(
    db: Connection,
    vault: Vault,
    current: RecordVersion[ClinicalNote],
    *,
    facts: NoteFacts,
    expected_version: int,
    now: datetime,
    late_reason: str = "",
) -> RecordVersion[ClinicalNote]:
    """Sign the note with the clinician's own key; afterwards no function changes it.

    The signature covers the content, the facts shown beside it, its author, its time and its place in the
    record. It is stored inside the sealed record: outside, anyone with the file could test guesses of the
    content against it.

    Args:
        facts: the facts that were shown beside the text (`signature_facts.build_note_facts`); the clinician
            named there is printed as the signer.
        expected_version: the version that the author had on screen.
        late_reason: of a late entry, why it was begun so long after the session (`late_entries`).

    Raises:
        NoteIsSigned: the note is signed already.
        NoteIsEmpty: the note holds no text.
        SignerNameMissing: the facts name no clinician or no practice.
        ClientNameUnreadable: the name of a client cannot be read.
        StaleVersion: the draft was saved elsewhere since it was read.
    """
    if current.final:
        raise NoteIsSigned
    if current.version != expected_version:
        raise records.StaleVersion
    if not current.payload.included_parts:
        raise NoteIsEmpty
    # What stands in for unreadable settings, or for an unreadable clinician, has no name; signing is final.
    for name, is_practice in ((facts.practice_name, True), (facts.clinician_name, False)):
        if not name.strip():
            raise SignerNameMissing(is_practice=is_practice)
    if UNREADABLE_NAME in facts.client_names:
        raise ClientNameUnreadable
    payload = msgspec.structs.replace(
        current.payload,
        parts=current.payload.included_parts,
        headings=list_headings(current.payload, format_of(current.payload).headings),
        signed_at=now,
        facts=facts,
        utc_offset_minutes=signatures.local_offset_minutes(now),
        late_reason=late_reason or current.payload.late_reason,
    )
    return records.replace_draft(
        db,
        vault,
        CLINICAL_NOTE,
        current,
        payload,
        state=NoteState.FINAL,
        event=NoteEvent.SIGNED,
        now=now,
        final=True,
    )


def has_valid_signature(vault: Vault, note: RecordVersion[ClinicalNote]) -> bool:
    """Whether the note carries a valid signature of its author over exactly this content."""
    return signatures.has_valid_signature(vault, note, SIGNATURE_PURPOSE)


def signer_label(vault: Vault, note: RecordVersion[ClinicalNote]) -> str:
    """The name under a signed note, with a warning if the author's key or the signature is not confirmed."""
    return signatures.signer_label(vault, note, SIGNATURE_PURPOSE, note.payload.signer_name)


def format_check_code(note: RecordVersion[ClinicalNote]) -> str:
    """Return the check code of a signed note (`signatures.format_check_code`)."""
    return signatures.format_check_code(note)


def load_note(db: Connection, vault: Vault, note_id: UUID) -> RecordVersion[ClinicalNote]:
    """Load one note.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, CLINICAL_NOTE, note_id)


def find_note_of_session(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession]
) -> RecordVersion[ClinicalNote] | None:
    """The note of a session, or None."""
    notes = records.list_records_in_rings(db, vault, CLINICAL_NOTE, [session.ring])
    return next((note for note in notes if note.payload.therapy_session_id == session.id), None)


def list_notes_by_session(
    db: Connection, vault: Vault, sessions: Sequence[RecordVersion[TherapySession]]
) -> dict[UUID, RecordVersion[ClinicalNote]]:
    """The notes of these sessions, by the id of the session; each ring is read once."""
    notes = records.list_records_in_rings(db, vault, CLINICAL_NOTE, {session.ring for session in sessions})
    return {note.payload.therapy_session_id: note for note in notes}


def list_notes_without_session(
    db: Connection,
    vault: Vault,
    cases: Sequence[RecordVersion[Case]],
    sessions: Sequence[RecordVersion[TherapySession]],
) -> list[RecordVersion[ClinicalNote]]:
    """The notes of these cases that belong to none of these sessions: their own cannot be read."""
    readable_ids = {session.id for session in sessions}
    notes = records.list_records_in_rings(db, vault, CLINICAL_NOTE, {case.ring for case in cases})
    return [note for note in notes if note.payload.therapy_session_id not in readable_ids]
