"""*Belongs to another client*, for a note: the original is set aside, and a late entry begins elsewhere."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import therapy_session_timeline, therapy_sessions
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import (
    addition_rendering,
    cosignatures,
    note_additions,
    note_formats,
    note_rendering,
    notes,
    set_aside_marks,
)
from clinic_toolkit.record.writing.cosignature_record import COSIGNATURE
from clinic_toolkit.record.writing.note_addition_record import NOTE_ADDITION
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote, NotePart, PartSource
from clinic_toolkit.vault.vault import Vault


def move_note(
    db: Connection,
    vault: Vault,
    note: RecordVersion[ClinicalNote],
    session: RecordVersion[TherapySession],
    case: RecordVersion[Case],
    *,
    reason: str,
    now: datetime,
) -> RecordVersion[ClinicalNote]:
    """Set a note aside, and begin its late entry for another client or couple.

    The late entry is a draft: it is read once more under the right name before it is signed. It belongs to
    a session of that case on the same day that has no note, or to a new one with the same times.

    Args:
        session: the session of the note.
        case: the client or couple that it belongs to.

    Raises:
        ReasonMissing: no reason is given.
        SameClient: it lies in the record of this case.
    """
    set_aside_marks.check_move(note, case.ring, reason)
    target = _find_session(db, vault, session, case, now=now)
    written_at = note.payload.begun_at or note.recorded_at
    late_reason = _describe_origin(note, written_at, now, reason)
    draft = notes.create_note(
        db,
        vault,
        target,
        _list_own_parts(db, vault, note),
        now=now,
        note_format=note_formats.format_of(note.payload),
        known_headings=note_rendering.headings_of(note.payload),
        begun_at=written_at,
        late_reason=late_reason,
    )
    for addition in note_additions.list_additions(db, vault, note):
        set_aside_marks.set_aside(db, vault, NOTE_ADDITION, addition, reason, now=now)
    for cosignature in cosignatures.list_cosignatures(db, vault, note):
        set_aside_marks.set_aside(db, vault, COSIGNATURE, cosignature, reason, now=now)
    set_aside_marks.mark_both(db, vault, CLINICAL_NOTE, note, draft, reason, written_at, now=now)
    return draft


def _describe_origin(
    note: RecordVersion[ClinicalNote], written_at: datetime, now: datetime, reason: str
) -> str:
    signed = ""
    if note.payload.signed_at_local:
        signed_on = format_date(note.payload.signed_at_local.date())
        signed = f", signed on {signed_on} with the mark {notes.format_check_code(note)},"
    return (
        f"It was written on {format_date(written_at.astimezone().date())}{signed} in the record of another "
        f"client by mistake, and entered here on {format_date(now.astimezone().date())}. {reason}"
    )


def _list_own_parts(db: Connection, vault: Vault, note: RecordVersion[ClinicalNote]) -> list[NotePart]:
    """What the clinician wrote, section by section.

    What was filled in from a questionnaire, a sheet or a plan is about the person whose record it came from,
    so it stays in the sealed original. If that form belongs to the other client too, it is moved by itself,
    and the note there offers it again.
    """
    written = msgspec.structs.replace(
        note.payload,
        parts=tuple(part for part in note.payload.parts if part.source == PartSource.CLINICIAN),
    )
    parts = [
        NotePart(section=key, source=PartSource.CLINICIAN, text=text)
        # Those of an earlier format too: what was written there is in the note.
        for key, _ in note_rendering.headings_of(written)
        if (text := note_rendering.render_section(written, key))
    ]
    added = addition_rendering.list_addition_pages(db, vault, note)
    if added and parts:
        told = "\n\n".join(
            "\n".join(
                [f"{each.heading}, {format_date(each.signed_at.date())}" if each.signed_at else each.heading]
                + [f"{label}: {text}" for label, text in each.lines]
            )
            for each in added
        )
        parts[-1] = msgspec.structs.replace(parts[-1], text=f"{parts[-1].text}\n\n{told}")
    return parts


def _find_session(
    db: Connection,
    vault: Vault,
    wrong: RecordVersion[TherapySession],
    case: RecordVersion[Case],
    *,
    now: datetime,
) -> RecordVersion[TherapySession]:
    """Return a session of the case on that day that has no note yet; a new one if there is none."""
    of_case = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, [case])
    noted = notes.list_notes_by_session(db, vault, of_case)
    free = [each for each in of_case if each.payload.on == wrong.payload.on and each.id not in noted]
    if free:
        return free[-1]
    payload = TherapySession(
        case_id_bytes=case.id.bytes,
        kind=wrong.payload.kind,
        on=wrong.payload.on,
        start=wrong.payload.start,
        end=wrong.payload.end,
        setting=wrong.payload.setting,
        present=case.payload.client_id_bytes,
        attendance=wrong.payload.attendance,
    )
    return therapy_sessions.create_therapy_session(db, vault, case, payload, now=now)
