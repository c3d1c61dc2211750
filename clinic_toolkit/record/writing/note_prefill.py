"""The prefilled parts that a note may start with: questionnaires, worksheets, risk entries in words."""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import result_sentences
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.people import therapy_session_loader
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires import administrations, answered_items, remarks
from clinic_toolkit.record.questionnaires.administration_record import (
    ENDED_STATES,
    Administration,
    AdministrationState,
)
from clinic_toolkit.record.safety import risk_entries, risk_entry_subject
from clinic_toolkit.record.values.page_values import Result
from clinic_toolkit.record.writing import goal_parts, handout_parts
from clinic_toolkit.record.writing.note_formats import DEFAULT_FORMAT, NoteFormat, format_of
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.vault.vault import Vault


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
    worksheets and risk entries has no other parts, so that its note shows no trace of a form. So has a
    couple's session: what either partner answered or was given is not in the joint note.

    Args:
        session_administrations: the questionnaires of the session, if the caller has loaded them already.
        note_format: decides the sections that the parts go to.
    """
    sections = note_format.section_by_source
    parts = []
    if PartSource.GOAL in sections:
        parts += goal_parts.list_goal_parts(db, vault, session, sections[PartSource.GOAL])
    for administration in (
        answered_items.list_single_client_administrations(db, vault, session)
        if session_administrations is None
        else session_administrations
    ):
        if administration.state not in ENDED_STATES:
            continue
        with suppress(administrations.DefinitionUnreadable):
            result = results.build_result(db, vault, administration)
            parts.append(_questionnaire_part(administration, result, sections[PartSource.QUESTIONNAIRE]))
            parts += _client_says_parts(administration, result, sections[PartSource.QUESTIONNAIRE])
            parts += _remark_parts(administration, result, sections[PartSource.REMARK])
    parts += handout_parts.list_handout_parts(db, vault, session, sections[PartSource.WORKSHEET])
    return parts + _risk_parts(db, vault, session, sections[PartSource.RISK_ENTRY])


def list_current_parts(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote] | None,
    session_administrations: Sequence[RecordVersion[Administration]] | None = None,
) -> list[NotePart]:
    """The parts of the draft, and any prefilled part that became available since it was started."""
    note_format = format_of(note.payload if note else None)
    offered = list_prefilled_parts(db, vault, session, session_administrations, note_format)
    parts = list(note.payload.parts) if note else []
    existing_ids = {part.origin_id for part in parts if part.origin_id}
    return parts + [part for part in offered if part.origin_id not in existing_ids]


def _risk_parts(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], section: str
) -> list[NotePart]:
    """The risk entries of the session, each with what it is about.

    They are excluded until they are ticked, because other people read notes.
    """
    return [
        NotePart(
            section=section,
            source=PartSource.RISK_ENTRY,
            source_label=f"risk entry of {format_date(entry.payload.entry_date)}",
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


def _questionnaire_part(
    administration: RecordVersion[Administration], result: Result, section: str
) -> NotePart:
    return NotePart(
        section=section,
        source=PartSource.QUESTIONNAIRE,
        source_label=f"questionnaire “{result.instrument.title}”, {format_date(result.answered_on)}",
        text=_questionnaire_sentence(result, administration),
        origin_id=administration.id.hex,
    )


def _client_says_parts(
    administration: RecordVersion[Administration], result: Result, section: str
) -> list[NotePart]:
    """What the client says against the questionnaire: in the note, like its summary, until it is left out."""
    says = result.client_says
    sentences = [f"The client corrects: “{says.wrong}”"] if says.wrong else []
    sentences += [
        f"The result says: {line.text} The client says instead: “{line.correction}”"
        for line in says.corrected
    ]
    if not sentences:
        return []
    text = "\n".join(sentences)
    # The words may change while the note is a draft; the newer ones are then offered beside the older.
    digest = sha256(text.encode()).hexdigest()[:8]
    return [
        NotePart(
            section=section,
            source=PartSource.REMARK,
            source_label=f"client’s correction of “{result.instrument.title}”, "
            f"{format_date(result.answered_on)}",
            text=text,
            origin_id=f"{administration.id.hex}-says-{digest}",
        )
    ]


def _remark_parts(
    administration: RecordVersion[Administration], result: Result, section: str
) -> list[NotePart]:
    return [
        NotePart(
            section=section,
            source=PartSource.REMARK,
            source_label=f"questionnaire “{result.instrument.title}”, {format_date(result.answered_on)}",
            text=f"Said beside “{remark.question}”: “{remark.text}”",
            origin_id=f"{administration.id.hex}-{remark.index}",
            is_excluded=True,
            is_offered=True,
        )
        for remark in remarks.list_remarks(administration.payload)
    ]


def _questionnaire_sentence(result: Result, administration: RecordVersion[Administration]) -> str:
    outcome = "Completed" if administration.state == AdministrationState.COMPLETED else "Began and stopped"
    has_relationship = administration.payload.relationship is not None
    subject = (
        f"about one relationship ({result.frame_label})"
        if has_relationship
        else f"about {answered_items.ABOUT_PEOPLE_IN_GENERAL}"
    )
    questions_to_talk_about = [f"“{item.text}”" for item in result.to_talk_about]
    talk_sentence = (
        f"Marked to talk about: {' '.join(questions_to_talk_about)}" if questions_to_talk_about else ""
    )
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
