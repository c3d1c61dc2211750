"""Several unsigned notes, read one below the other and signed with one confirmation, each on its own."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION, TherapySession
from clinic_toolkit.record.retention import retention_list_facts
from clinic_toolkit.record.writing import late_entries, notes, signature_facts
from clinic_toolkit.record.writing.note_list_facts import RING_NOTES
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote
from clinic_toolkit.vault.vault import Vault


class ChangedSinceRead(ClinicError):
    """The note, or a fact beside it, is not as it was when it was read."""

    def __init__(self) -> None:
        super().__init__("It was changed after you opened this page. Read it once more.")


class UnsignedNote(Struct, frozen=True, kw_only=True):
    """A draft in which something is written, and its session."""

    note: RecordVersion[ClinicalNote]
    session: RecordVersion[TherapySession]


def list_unsigned_notes(db: Connection, vault: Vault) -> list[UnsignedNote]:
    """Return every draft in which something is written, by the day of its session, oldest first.

    Drafts of clients who are to be erased, and those whose session cannot be read, are left out.
    """
    reader = FactsReader(db, vault)
    leaving = retention_list_facts.list_leaving_owners(reader)
    rings = [
        ring
        for ring, facts in reader.load_of_rings(RING_NOTES)
        if facts.drafts and vault.rings.find_owner(ring) not in leaving
    ]
    drafts = [
        note
        for note in records.list_records_in_rings(db, vault, CLINICAL_NOTE, rings)
        if not note.final and note.payload.included_parts
    ]
    sessions = (
        records.find_readable_record(db, vault, THERAPY_SESSION, note.payload.therapy_session_id)
        for note in drafts
    )
    found = [
        UnsignedNote(note=note, session=session)
        for note, session in zip(drafts, sessions, strict=True)
        if session is not None and not session.is_substitute
    ]
    return sorted(found, key=lambda each: (each.session.payload.on, each.note.id))


def sign_as_read(
    db: Connection,
    vault: Vault,
    unsigned: UnsignedNote,
    *,
    read_version: int,
    facts_digest: str,
    late_reason: str,
    now: datetime,
) -> RecordVersion[ClinicalNote]:
    """Sign a note exactly as a page showed it.

    Args:
        read_version: the version that the page showed.
        facts_digest: the digest of the facts that it showed (`NoteFacts.digest`).

    Raises:
        ChangedSinceRead: the note or a fact is another one by now.
        LateReasonMissing: it is a late entry, and says not why.
        ClinicError: it cannot be signed, as `notes.sign_note` says.
    """
    note, session = unsigned.note, unsigned.session
    facts = signature_facts.build_note_facts(db, vault, session, note)
    if (note.version, facts.digest) != (read_version, facts_digest):
        raise ChangedSinceRead
    reason = late_entries.require_reason(session, note, late_reason)
    return notes.sign_note(
        db, vault, note, facts=facts, expected_version=read_version, now=now, late_reason=reason
    )
