"""Builds the clinician's printed summary of a session from the present record."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.people import therapy_session_facts, therapy_session_loader
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.values.page_values import Letterhead, TherapySessionSummary
from clinic_toolkit.record.writing import additions_after_signing, changes_after_signing, handouts, notes
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.vault.vault import Vault


def build_session_summary(
    db: Connection,
    vault: Vault,
    letterhead: Letterhead,
    session: RecordVersion[TherapySession],
    session_administrations: Sequence[RecordVersion[Administration]],
) -> TherapySessionSummary:
    """Build the printed summary of a session, with a label on what was added after the note was signed.

    The summary of a couple's session holds no questionnaires and no worksheets, because what each partner
    answered or was given is private.

    Args:
        session_administrations: the questionnaires of the session, from
            `answered_items.list_single_client_administrations`.
    """
    note = notes.find_note_of_session(db, vault, session)
    sheets = handouts.list_handouts_in_session(
        db, vault, therapy_session_loader.single_client_of(db, vault, session), session.id
    )
    labels = {
        addition.id: addition.after_signing_label
        for addition in additions_after_signing.list_additions_among(
            db, vault, note, session_administrations, sheets
        )
    }
    return TherapySessionSummary(
        letterhead=letterhead,
        session_facts=therapy_session_facts.load_session_facts(db, vault, session),
        results=tuple(
            msgspec.structs.replace(
                results.build_result(db, vault, administration),
                after_signing_label=labels.get(administration.id, ""),
            )
            for administration in session_administrations
        ),
        worksheet_titles=tuple(
            sheet.payload.title + (f" ({labels[sheet.id]})" if sheet.id in labels else "") for sheet in sheets
        ),
        note_state_label=_note_state_label(db, vault, session, note),
    )


def _note_state_label(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote] | None,
) -> str:
    if note is None:
        return "No note yet"
    if not note.final:
        return "Note: draft, not signed"
    facts = note.payload.facts
    if (
        facts
        and changes_after_signing.find_changes_after_signing(
            db, vault, facts, session, author_id=note.author_id
        ).changes
    ):
        return "Note: signed; some details shown here were changed later"
    return "Note: signed"
