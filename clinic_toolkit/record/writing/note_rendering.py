"""Notes in words, for paper and as plain text."""

from collections.abc import Sequence

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date, format_date_and_time, format_time, written_in
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import therapy_session_facts
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.values.note_values import NoteAdditionPage, NotePage, NoteSection
from clinic_toolkit.record.values.page_values import Letterhead, TherapySessionFacts
from clinic_toolkit.record.writing import (
    addition_rendering,
    changes_after_signing,
    goal_parts,
    late_entries,
    note_formats,
    notes,
    signature_facts,
)
from clinic_toolkit.record.writing.changes_after_signing import ChangesAfterSigning
from clinic_toolkit.record.writing.note_facts import NotedGoal
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.standing_sentences import CHANGED_LATER, NOT_PART_OF_NOTE, SOME_UNREADABLE
from clinic_toolkit.vault.vault import Vault


def build_note_page(
    db: Connection,
    vault: Vault,
    letterhead: Letterhead,
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote],
    *,
    asks_countersignature: bool = False,
) -> NotePage:
    """Build a note for paper: its sections, and signer, time and check code once it is signed.

    A signed note is built from the signed values alone; later changes are kept apart in
    `changes_after_signing`.

    Args:
        letterhead: that of the present, for a note that is not signed.
        asks_countersignature: leave an empty line for the signature of a supervisor on paper.
    """
    facts = signature_facts.facts_of_signed_note(note) if note.final else None
    with written_in(facts.style if facts else letterhead.style):
        later_changes = (
            changes_after_signing.find_changes_after_signing(
                db, vault, facts, session, author_id=note.author_id
            )
            if facts
            else changes_after_signing.ChangesAfterSigning()
        )
        evidence_lines = (
            facts.evidence_lines if facts else signature_facts.list_evidence_lines(db, vault, note.payload)
        )
        return NotePage(
            letterhead=facts.letterhead if facts else letterhead,
            session_facts=facts.session_facts
            if facts
            else therapy_session_facts.load_session_facts(db, vault, session),
            sections=build_sections(note.payload, evidence_lines),
            signer_name=notes.signer_label(vault, note) if note.final else None,
            signed_at=note.payload.signed_at_local if note.final else None,
            check_code=notes.format_check_code(note) if note.final else "",
            changes_after_signing=later_changes.changes,
            some_unreadable=later_changes.some_unreadable,
            goals=tuple(goal.words for goal in list_goals_of_note(db, vault, session, note)),
            late_entry=late_entries.describe_late_entry(note.payload),
            additions=addition_rendering.list_pages_beside(db, vault, session, note),
            asks_countersignature=asks_countersignature,
        )


def list_goals_of_note(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote],
) -> tuple[NotedGoal, ...]:
    """The goals that the note worked on: a signed one with their words as they were then."""
    if note.final:
        return signature_facts.facts_of_signed_note(note).goals
    return goal_parts.list_noted_goals(db, vault, session, note.payload)


def build_sections(note: ClinicalNote, status_lines: tuple[str, ...]) -> tuple[NoteSection, ...]:
    """The sections of the note that are not empty, in the order of its format.

    Args:
        status_lines: the validation status of the questionnaires that the note quotes. It is added to the
            sections that quote them; at the end of the note it would seem to be about the note itself.
    """
    quoting_sections = {part.section for part in note.included_parts if part.quotes_questionnaire}
    evidence_lines = tuple(f"About the questionnaire: {line}" for line in status_lines)
    return tuple(
        NoteSection(
            heading=heading, text=text, evidence_lines=evidence_lines if key in quoting_sections else ()
        )
        for key, heading in headings_of(note)
        if (text := render_section(note, key))
    )


def list_sources(note: ClinicalNote) -> list[str]:
    """The sources of the prefilled texts of a note, in words, each once."""
    return sorted({part.source_words for part in note.included_parts if part.source_words})


def list_empty_sections(note: ClinicalNote) -> list[str]:
    """The headings of the empty sections, to show before a note is signed."""
    return [
        section.heading
        for section in note_formats.format_of(note).sections
        if not render_section(note, section.key)
    ]


def headings_of(note: ClinicalNote) -> tuple[tuple[str, str], ...]:
    """The key and heading of each section, as the note was signed or last saved."""
    return note_formats.list_headings(note, note_formats.format_of(note).headings)


def render_section(note: ClinicalNote, section: str) -> str:
    """One section as plain text; a prefilled part is followed by its source."""
    blocks = [
        _render_part(part)
        for part in note.parts
        if part.section == section and part.text.strip() and not part.is_excluded
    ]
    return "\n\n".join(blocks)


def _render_part(part: NotePart) -> str:
    if part.source == PartSource.CLIENT_VIEW:
        return f"Client’s view of {part.title}: {part.text}"
    return f"{part.text} [from the {part.source_words}]" if part.source_words else part.text


def load_plain_note(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote],
) -> str:
    """The note as plain text: a signed note with the signed facts, a draft with the present facts."""
    if not note.final:
        evidence_lines = signature_facts.list_evidence_lines(db, vault, note.payload)
        return render_plain_note(
            therapy_session_facts.load_session_facts(db, vault, session),
            note,
            build_sections(note.payload, evidence_lines),
            goals=list_goals_of_note(db, vault, session, note),
        )
    facts = signature_facts.facts_of_signed_note(note)
    with written_in(facts.style):
        sections = build_sections(note.payload, facts.evidence_lines)
        return render_plain_note(
            facts.session_facts,
            note,
            sections,
            changes_after_signing.find_changes_after_signing(
                db, vault, facts, session, author_id=note.author_id
            ),
            additions=addition_rendering.list_pages_beside(db, vault, session, note),
            signer=notes.signer_label(vault, note),
            goals=facts.goals,
        )


def render_plain_note(
    facts: TherapySessionFacts,
    note: RecordVersion[ClinicalNote],
    sections: tuple[NoteSection, ...],
    changes: ChangesAfterSigning | None = None,
    *,
    additions: Sequence[NoteAdditionPage] = (),
    signer: str = "",
    goals: tuple[NotedGoal, ...] = (),
) -> str:
    """Render the note as plain text, for another record: facts, sections, and how it was signed.

    Args:
        facts: the signed facts, or the present ones for a draft.
        sections: the sections that are not empty.
        changes: the changes after signing, printed below the note and apart from it.
        additions: what was added after signing, each with its own signature.
        signer: who signed, as `notes.signer_label` says it; "" for a draft.
        goals: those of the treatment plan that the note worked on.
    """
    date_and_times = format_date(facts.session_date)
    if facts.start:
        date_and_times += f", {format_time(facts.start)}" + (
            f" to {format_time(facts.end)}" if facts.end else ""
        )
    lines = [
        f"{facts.client_names}, {facts.kind.lower()}, {date_and_times}",
        " ".join(f"{fact}." for fact in (facts.place, facts.attendance.rstrip(".")) if fact),
    ]
    if facts.remark:
        lines.append(facts.remark)
    if late_entry := late_entries.describe_late_entry(note.payload):
        lines.append(late_entry)
    if facts.present_names:
        lines.append(f"Present: {facts.present_names}.")
    lines += [f"Goal worked on: “{goal.words}”" for goal in goals]
    for section in sections:
        lines += ["", section.heading, section.text, *section.evidence_lines]
    if note.final and (signed_at := note.payload.signed_at_local):
        lines += [
            "",
            f"Signed by {signer}, {format_date_and_time(signed_at)}. Mark {notes.format_check_code(note)}.",
        ]
    else:
        lines += ["", "Draft, not signed."]
    lines += addition_rendering.list_plain_lines(additions)
    return "\n".join(lines + (_changes_below(changes) if changes else []))


def _changes_below(changes: ChangesAfterSigning) -> list[str]:
    lines = [f"{change.fact_name}: {change.sentence}." for change in changes.changes]
    lines += [SOME_UNREADABLE] if changes.some_unreadable else []
    return ["", "", f"{CHANGED_LATER}. {NOT_PART_OF_NOTE}", *lines] if lines else []
