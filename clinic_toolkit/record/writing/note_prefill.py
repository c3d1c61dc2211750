"""The prefilled parts that a note may start with: questionnaires, worksheets, risk entries in words."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.note_formats.model import NoteFormat
from clinic_toolkit.record.people import task_words, therapy_session_loader
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires import answered_items
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.safety import risk_entries, risk_entry_subject
from clinic_toolkit.record.writing import goal_parts, handout_parts, questionnaire_parts
from clinic_toolkit.record.writing.note_formats import DEFAULT_FORMAT, format_of, sort_parts
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource, digest_of
from clinic_toolkit.record.writing.questionnaire_parts import next_step_sentence
from clinic_toolkit.vault.vault import Vault

# Quoted as they are, so that words that were changed at their source take the place of the older ones.
_QUOTED_SOURCES = (PartSource.CLIENT_WORDS, PartSource.NEXT_STEP, PartSource.AGREED)


def list_prefilled_parts(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    session_administrations: Sequence[RecordVersion[Administration]] | None = None,
    note_format: NoteFormat = DEFAULT_FORMAT,
) -> list[NotePart]:
    """The prefilled parts that a note of this session may start with, each marked with its source.

    Where the format has a section for goals, the current ones stand there. The client's remarks and risk
    entries are offered as parts that stay excluded until they are ticked. A session without questionnaires,
    worksheets, risk entries, a line for next time and one about the last has no other parts, so that its note
    shows no trace of a form. What either partner of a couple answered or was given is not in the joint note.

    Args:
        session_administrations: the questionnaires of the session, if the caller has loaded them already.
        note_format: decides the sections that the parts go to.
    """
    if session_administrations is None:
        session_administrations = answered_items.list_single_client_administrations(db, vault, session)
    agreed_step = next_step_sentence(session.payload.agreed_for_next)
    parts = []
    if goal_section := note_format.section_by_source.get(PartSource.GOAL):
        parts += goal_parts.list_goal_parts(db, vault, session, goal_section)
    parts += [
        part
        for part in questionnaire_parts.list_questionnaire_parts(db, vault, session_administrations)
        # What became the line for next time is not said twice.
        if not (part.source == PartSource.NEXT_STEP and part.text == agreed_step)
    ]
    parts += handout_parts.list_handout_parts(db, vault, session)
    parts += _agreed_parts(session)
    return sort_parts([*parts, *_risk_parts(db, vault, session)], note_format)


def list_current_parts(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote] | None,
    session_administrations: Sequence[RecordVersion[Administration]] | None = None,
    note_format: NoteFormat | None = None,
) -> list[NotePart]:
    """The parts of the draft, and any prefilled part that became available since it was started.

    Args:
        note_format: decides the sections; None for the format of the note.
    """
    note_format = note_format or format_of(note.payload if note else None)
    offered = list_prefilled_parts(db, vault, session, session_administrations, note_format)
    kept = _replace_quotes(list(note.payload.parts) if note else [], offered)
    existing_ids = {part.origin_id for part in kept if part.origin_id}
    return sort_parts([*kept, *(part for part in offered if part.origin_id not in existing_ids)], note_format)


def _replace_quotes(parts: Sequence[NotePart], offered: Sequence[NotePart]) -> list[NotePart]:
    """Put the present wording of a quote in the place of an older one; its tick stays as it is.

    A quote that is not at its source any more goes, too: nobody has typed it here. Where the source cannot be
    read now, or is open again, it stays.
    """
    readable = {part.origin_id for part in offered if part.source == PartSource.QUESTIONNAIRE}
    newest = {_origin_stem(part): part for part in offered if part.source in _QUOTED_SOURCES}
    # A draft of an earlier program does not know which remarks are about fear.
    remarks = {part.origin_id: part for part in offered if part.source == PartSource.REMARK}
    replaced = []
    for part in parts:
        if part.is_offered and part.origin_id in remarks:
            replaced.append(msgspec.structs.replace(remarks[part.origin_id], is_excluded=part.is_excluded))
        elif part.source not in _QUOTED_SOURCES or not part.is_offered:
            replaced.append(part)
        elif newer := newest.get(_origin_stem(part)):
            replaced.append(msgspec.structs.replace(newer, is_excluded=part.is_excluded))
        elif part.source != PartSource.AGREED and part.origin_id.partition("-")[0] not in readable:
            replaced.append(part)
    return replaced


def _origin_stem(part: NotePart) -> str:
    return part.origin_id.rpartition("-")[0]


def _agreed_parts(session: RecordVersion[TherapySession]) -> list[NotePart]:
    """What became of what was agreed before, and the line for next time, which is the clinician's own.

    Both are in the note until their tick is taken away.
    """
    next_time = session.payload.agreed_for_next
    return [
        NotePart(
            section="",
            source=PartSource.AGREED,
            title=title,
            text=text,
            origin_id=f"{session.id.hex}-{name}-{digest_of(text)}",
            is_offered=True,
        )
        for name, title, text in (
            ("task", "what was agreed before", task_words.describe_task(session.payload)),
            ("agreed", "agreed for next time", f"Agreed for next time: {next_time}" if next_time else ""),
        )
        if text
    ]


def _risk_parts(db: Connection, vault: Vault, session: RecordVersion[TherapySession]) -> list[NotePart]:
    """The risk entries of the session, each with what it is about.

    They are excluded until they are ticked, because other people read notes.
    """
    return [
        NotePart(
            section="",
            source=PartSource.RISK_ENTRY,
            title=format_date(entry.payload.entry_date),
            text=f"{risk_entry_subject.describe_subject(db, vault, entry.payload)} "
            f"{risk_entries.render_risk_entry(entry.payload)}",
            origin_id=entry.id.hex,
            is_excluded=True,
            is_offered=True,
        )
        for entry in risk_entries.list_risk_entries_in_session(
            db, vault, therapy_session_loader.single_client_of(db, vault, session), session.id
        )
    ]
