"""Notes in words: the prefilled parts a draft may start with, and a note for paper and as plain text."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import result_sentences
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.people import therapy_session_facts, therapy_session_loader
from clinic_toolkit.record.people.practice import PracticeSettings, build_letterhead
from clinic_toolkit.record.people.therapy_sessions import TherapySession
from clinic_toolkit.record.questionnaires import administrations, answered_items, remarks
from clinic_toolkit.record.questionnaires.administrations import Administration
from clinic_toolkit.record.safety import risk_entries
from clinic_toolkit.record.values.page_values import (
    CHANGED_LATER,
    NOT_PART_OF_NOTE,
    SOME_UNREADABLE,
    NotePage,
    NoteSection,
    Result,
    TherapySessionFacts,
)
from clinic_toolkit.record.writing import changes_after_signing, handouts, notes, signature_facts
from clinic_toolkit.record.writing.changes_after_signing import ChangesAfterSigning
from clinic_toolkit.vault.vault import Vault


def list_prefilled_parts(
    db: Connection,
    vault: Vault,
    hour: RecordVersion[TherapySession],
    given: Sequence[RecordVersion[Administration]] | None = None,
) -> list[notes.NotePart]:
    """The prefilled parts that a note of this hour may start with, each marked with its source.

    The client's remarks and risk entries are offered as parts that stay excluded until they are ticked. An
    hour without questionnaires, worksheets and risk entries has no parts, so that its note shows no trace of
    a form.

    Args:
        given: the questionnaires of the hour, if the caller has loaded them already.
    """
    parts = []
    for administration in (
        answered_items.list_single_client_administrations(db, vault, hour) if given is None else given
    ):
        if administration.state not in ("completed", "stopped"):
            continue
        with suppress(administrations.DefinitionUnreadable):
            result = results.build_result(db, vault, administration)
            parts.append(_questionnaire_part(administration, result))
            parts += _remark_parts(administration, result)
    for handout in handouts.list_handouts_in_session(
        db, vault, therapy_session_loader.single_client_of(db, vault, hour), hour.id
    ):
        parts.append(
            notes.NotePart(
                section="plan",
                source_label=f"worksheet, {format_date(handout.payload.given_at.astimezone())}",
                # Whether it stays in the room is left out: a client who reads along would learn of the hold.
                text=f"Worksheet “{handout.payload.title}” given.",
                origin_id=handout.id.hex,
            )
        )
    return parts + _risk_parts(db, vault, hour)


def list_current_parts(
    db: Connection,
    vault: Vault,
    hour: RecordVersion[TherapySession],
    note: RecordVersion[notes.ClinicalNote] | None,
    given: Sequence[RecordVersion[Administration]] | None = None,
) -> list[notes.NotePart]:
    """The parts of the draft, and any prefilled part that became available since it was started."""
    offered = list_prefilled_parts(db, vault, hour, given)
    parts = list(note.payload.parts) if note else []
    existing_ids = {part.origin_id for part in parts if part.origin_id}
    return parts + [part for part in offered if part.origin_id not in existing_ids]


def _risk_parts(db: Connection, vault: Vault, hour: RecordVersion[TherapySession]) -> list[notes.NotePart]:
    """The risk entries of the hour, excluded until they are ticked, because other people read notes."""
    return [
        notes.NotePart(
            section="assessment",
            source_label=f"risk entry of {format_date(entry.payload.entry_date)}",
            text=risk_entries.render_risk_entry(entry.payload),
            origin_id=entry.id.hex,
            is_excluded=True,
            is_offered=True,
        )
        for entry in risk_entries.list_risk_entries_in_session(
            db, vault, therapy_session_loader.single_client_of(db, vault, hour), hour.id
        )
    ]


def _questionnaire_part(administration: RecordVersion[Administration], result: Result) -> notes.NotePart:
    return notes.NotePart(
        section="data",
        source_label=f"questionnaire “{result.instrument.title}”, {format_date(result.answered_on)}",
        text=_questionnaire_sentence(result, administration),
        origin_id=administration.id.hex,
    )


def _remark_parts(administration: RecordVersion[Administration], result: Result) -> list[notes.NotePart]:
    return [
        notes.NotePart(
            section="data",
            source_label=f"questionnaire “{result.instrument.title}”, {format_date(result.answered_on)}",
            text=f"Said beside “{remark.question}”: “{remark.text}”",
            origin_id=f"{administration.id.hex}-{remark.index}",
            is_excluded=True,
            is_offered=True,
        )
        for remark in remarks.list_remarks(administration.payload)
    ]


def _questionnaire_sentence(result: Result, administration: RecordVersion[Administration]) -> str:
    outcome = "Completed" if administration.state == "completed" else "Began and stopped"
    has_relationship = administration.payload.relationship is not None
    subject = (
        f"about one relationship ({result.frame_label})"
        if has_relationship
        else f"about {answered_items.ABOUT_PEOPLE_IN_GENERAL}"
    )
    marked_questions = [f"“{item.text}”" for item in result.to_talk_about]
    talk_sentence = f"Marked to talk about: {' '.join(marked_questions)}" if marked_questions else ""
    sentences = " ".join(
        filter(
            None,
            (_answers_in_words(result), talk_sentence, f"{_evidence_standing(result)}; used for discussion."),
        )
    )
    return (
        f"{outcome} “{result.instrument.title}” {subject}, {result.mode_label}, {result.answered} of "
        f"{result.asked} answered. {sentences}"
    )


def _evidence_standing(result: Result) -> str:
    if not result.instrument.own:
        return "Unvalidated tool"
    return f"The practice’s own questionnaire; its card says “{result.instrument.evidence.level}”"


def _answers_in_words(result: Result) -> str:
    """What was answered: facet by facet with counts, or every answer of a check-in, which has no facets."""
    if result.instrument.missing is not None:
        return result_sentences.describe_all_facets(
            result.instrument, answered_items.score_answers(result.items, result.instrument)
        )
    return " ".join(result_sentences.quote_item(item.label, item.text) for item in result.items if item.label)


def build_note_page(
    db: Connection,
    vault: Vault,
    settings: PracticeSettings,
    hour: RecordVersion[TherapySession],
    note: RecordVersion[notes.ClinicalNote],
) -> NotePage:
    """Build a note for paper: its sections, and signer, time and mark once it is signed.

    A signed note is built from the signed values alone; later changes are kept apart in
    `changes_after_signing`.
    """
    facts = signature_facts.facts_of_signed_note(note) if note.final else None
    later_changes = (
        changes_after_signing.find_changes_after_signing(db, vault, facts, hour)
        if facts
        else changes_after_signing.ChangesAfterSigning()
    )
    evidence_lines = (
        facts.evidence_lines if facts else signature_facts.list_evidence_lines(db, vault, note.payload)
    )
    return NotePage(
        letterhead=facts.letterhead if facts else build_letterhead(settings),
        session_facts=facts.session_facts
        if facts
        else therapy_session_facts.load_session_facts(db, vault, hour),
        sections=build_sections(note.payload, evidence_lines),
        signer_name=note.payload.signer_name if note.final else None,
        signed_at=note.payload.signed_at_local if note.final else None,
        mark=notes.content_mark(note) if note.final else "",
        changes_after_signing=later_changes.changes,
        some_unreadable=later_changes.some_unreadable,
    )


def build_sections(note: notes.ClinicalNote, status_lines: tuple[str, ...]) -> tuple[NoteSection, ...]:
    """The sections of the note that are not empty, in the order of its format.

    Args:
        status_lines: the validation status of the questionnaires that the note quotes. It is added to the
            sections that quote them; at the end of the note it would seem to be about the note itself.
    """
    quoting_sections = {
        part.section for part in note.included_parts if part.source_label.startswith("questionnaire")
    }
    evidence_lines = tuple(f"About the questionnaire: {line}" for line in status_lines)
    return tuple(
        NoteSection(
            heading=heading, text=text, evidence_lines=evidence_lines if key in quoting_sections else ()
        )
        for key, heading in notes.SECTIONS_BY_FORMAT[note.format].items()
        if (text := render_section(note, key))
    )


def list_empty_sections(note: notes.ClinicalNote) -> list[str]:
    """The headings of the empty sections, to show before a note is signed."""
    return [
        heading
        for key, heading in notes.SECTIONS_BY_FORMAT[note.format].items()
        if not render_section(note, key)
    ]


def render_section(note: notes.ClinicalNote, section: str) -> str:
    """One section as plain text; a prefilled part is followed by its source."""
    blocks = [
        part.text
        if part.source_label == notes.SOURCE_CLINICIAN
        else f"{part.text} [from the {part.source_label}]"
        for part in note.parts
        if part.section == section and part.text.strip() and not part.is_excluded
    ]
    return "\n\n".join(blocks)


def load_plain_note(
    db: Connection, vault: Vault, hour: RecordVersion[TherapySession], note: RecordVersion[notes.ClinicalNote]
) -> str:
    """The note as plain text: a signed note with the signed facts, a draft with the present facts."""
    if not note.final:
        evidence_lines = signature_facts.list_evidence_lines(db, vault, note.payload)
        return render_plain_note(
            therapy_session_facts.load_session_facts(db, vault, hour),
            note,
            build_sections(note.payload, evidence_lines),
        )
    facts = signature_facts.facts_of_signed_note(note)
    sections = build_sections(note.payload, facts.evidence_lines)
    return render_plain_note(
        facts.session_facts,
        note,
        sections,
        changes_after_signing.find_changes_after_signing(db, vault, facts, hour),
    )


def render_plain_note(
    facts: TherapySessionFacts,
    note: RecordVersion[notes.ClinicalNote],
    sections: tuple[NoteSection, ...],
    changes: ChangesAfterSigning | None = None,
) -> str:
    """Render the note as plain text, for another record: facts, sections, and how it was signed.

    Args:
        facts: the signed facts, or the present ones for a draft.
        sections: the sections that are not empty.
        changes: the changes after signing, printed below the note and apart from it.
    """
    date_and_times = format_date(facts.session_date)
    if facts.start:
        date_and_times += f", {facts.start:%H:%M}" + (f" to {facts.end:%H:%M}" if facts.end else "")
    lines = [
        f"{facts.client_names}, {facts.kind.lower()}, {date_and_times}",
        " ".join(f"{fact}." for fact in (facts.place, facts.attendance.rstrip(".")) if fact),
    ]
    if facts.remark:
        lines.append(facts.remark)
    if facts.present_names:
        lines.append(f"Present: {facts.present_names}.")
    for section in sections:
        lines += ["", section.heading, section.text, *section.evidence_lines]
    if note.final and (signed_at := note.payload.signed_at_local):
        lines += [
            "",
            f"Signed by {note.payload.signer_name}, {format_date(signed_at)}, {signed_at:%H:%M}. "
            f"Mark {notes.content_mark(note)}.",
        ]
    else:
        lines += ["", "Draft, not signed."]
    return "\n".join(lines + (_changes_below(changes) if changes else []))


def _changes_below(changes: ChangesAfterSigning) -> list[str]:
    lines = [f"{change.fact_name}: {change.sentence}." for change in changes.changes]
    lines += [SOME_UNREADABLE] if changes.some_unreadable else []
    return ["", "", f"{CHANGED_LATER}. {NOT_PART_OF_NOTE}", *lines] if lines else []
