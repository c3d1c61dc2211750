"""Changing the facts of a session whose note is signed: an amendment, signed with its reason."""

from collections.abc import Sequence

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import changes_after_signing, note_additions, notes, signature_facts
from clinic_toolkit.record.writing.note_addition_record import AdditionKind, FactChange
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.sessions import SessionForm

REASON_MISSING = (
    "The note of this session is signed with these facts. Write why they are changed; "
    "it is signed with the change."
)


def find_signed_note(session: RecordVersion[TherapySession]) -> RecordVersion[ClinicalNote] | None:
    """The signed note of a session, or None."""
    note = notes.find_note_of_session(context.db(), context.vault(), session)
    return note if note is not None and note.final else None


def list_changes(
    session: RecordVersion[TherapySession], form: SessionForm, people: Sequence[RecordVersion[Client]]
) -> tuple[FactChange, ...]:
    """The facts beside the signed note that the form changes; their reason is asked for."""
    names = {client.id: client.payload.name for client in people}
    return changes_after_signing.list_fact_changes(session, form.payload(), names)


def sign_changes(
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote],
    changes: tuple[FactChange, ...],
    reason: str,
) -> None:
    """Sign the change of the facts as an amendment to the note."""
    db, vault, now = context.db(), context.vault(), context.now()
    facts = signature_facts.build_note_facts(db, vault, session, note)
    addition = note_additions.build_addition(
        note, facts, AdditionKind.FACTS, reason=reason, changes=changes, now=now
    )
    note_additions.sign_addition(db, vault, note, addition, now=now)
