"""What the pages of psychotherapy notes share: whether one may be written, and the line for what is shown."""

from uuid import UUID

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.writing import private_note_laws, psychotherapy_notes
from clinic_toolkit.record.writing.psychotherapy_note_record import PSYCHOTHERAPY_NOTE, PsychotherapyNote
from clinic_toolkit.web import context


def may_write_new() -> bool:
    """Whether new notes are offered: the country's law sets them apart, and this login can sign."""
    return private_note_laws.sets_notes_apart(context.load_practice().payload.country) and (
        context.vault().can_sign
    )


def check_note_is_there(note_id: UUID) -> None:
    """Check that there is such a note, open or closed, before anybody is asked for a passphrase.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    db, vault = context.db(), context.vault()
    is_open = vault.rings.opens_psychotherapy_notes
    if not is_open and not psychotherapy_notes.is_closed_note(db, vault, note_id):
        raise records.RecordNotFound


def load_case(case_id: UUID) -> RecordVersion[Case]:
    """Load the case that notes are about."""
    return cases.load_case(context.db(), context.vault(), case_id)


def load_notes(case: RecordVersion[Case]) -> list[RecordVersion[PsychotherapyNote]]:
    """Load the notes about a case, newest first, and write an audit entry of their own at once."""
    notes = psychotherapy_notes.list_notes_of_case(context.db(), context.vault(), case)
    audit(*notes)
    return notes


def audit(*notes: RecordVersion[PsychotherapyNote]) -> None:
    """Write that these notes are shown, before the page leaves and never grouped with other pages."""
    context.audit_read(PSYCHOTHERAPY_NOTE, *notes)
    context.audit_reads_at_once()
