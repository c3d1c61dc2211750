"""The clinician's printed summary of an hour, as the record stands now."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.record import (
    handouts,
    hours,
    later_arrivals,
    later_changes,
    notes,
    results,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.notes import ClinicalNote
from clinic_toolkit.record.practice import Practice, letterhead
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.summaries import SessionSummary
from clinic_toolkit.vault.vault import Vault


def session_summary_of(
    db: Connection,
    vault: Vault,
    settings: Practice,
    hour: Kept[TherapySession],
    given: Sequence[Kept[Administration]],
) -> SessionSummary:
    """The clinician's printed summary of an hour; it says what came after the note was signed.

    A couple's summary holds no questionnaire: each partner's answers are that partner's own.

    Args:
        given: the questionnaires of the hour, as `results.of_hour` finds them.
    """
    note = notes.of_session(db, vault, hour)
    sheets = handouts.of_session(db, vault, results.alone(db, vault, hour), hour.id)
    marks = {each.id: each.mark for each in later_arrivals.among(db, vault, note, given, sheets)}
    return SessionSummary(
        letterhead=letterhead(settings),
        hour=hours.hour_facts(db, vault, hour),
        results=tuple(
            msgspec.structs.replace(results.result_of(db, vault, kept), joined=marks.get(kept.id, ""))
            for kept in given
        ),
        worksheets=tuple(
            kept.body.title + (f" ({marks[kept.id]})" if kept.id in marks else "") for kept in sheets
        ),
        note_state=_note_state(db, vault, hour, note),
    )


def _note_state(
    db: Connection, vault: Vault, hour: Kept[TherapySession], note: Kept[ClinicalNote] | None
) -> str:
    if note is None:
        return "No note yet"
    if not note.final:
        return "Note: draft, not signed"
    facts = note.body.facts
    if facts and later_changes.of_facts(db, vault, facts, hour).found:
        return "Note: signed; some details shown here were changed later"
    return "Note: signed"
