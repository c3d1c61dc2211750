"""One entry of a release for each kind of record that may go: its facts, and the texts that were typed."""

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date, format_time_range
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.people import task_words, therapy_sessions
from clinic_toolkit.record.people.consent_record import CONSENT
from clinic_toolkit.record.people.therapy_session_record import (
    KIND_LABELS,
    SETTING_LABELS,
    THERAPY_SESSION,
    TherapySession,
)
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.release.entry_parts import list_texts, with_values
from clinic_toolkit.record.safety.hard_moments_record import HARD_MOMENTS_PLAN
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY, RiskEntry
from clinic_toolkit.record.values.page_values import AnsweredItem
from clinic_toolkit.record.values.release_values import ReleaseEntry, ReleaseKind
from clinic_toolkit.record.writing import handout_words, note_rendering, notes, signature_facts
from clinic_toolkit.record.writing.filled_sheet_record import FILLED_SHEET, FilledSheet
from clinic_toolkit.record.writing.handout_record import HANDOUT, Handout
from clinic_toolkit.record.writing.note_addition_record import NOTE_ADDITION
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote
from clinic_toolkit.record.writing.treatment_plan_record import TREATMENT_PLAN
from clinic_toolkit.vault.vault import Vault

RELEASED_TABLES = frozenset(
    kind.name
    for kind in (
        THERAPY_SESSION,
        CLINICAL_NOTE,
        NOTE_ADDITION,
        ADMINISTRATION,
        HANDOUT,
        FILLED_SHEET,
        TREATMENT_PLAN,
        HARD_MOMENTS_PLAN,
        CONSENT,
        RISK_ENTRY,
    )
)
_UNANSWERED_LABELS = {
    ResponseStatus.DECLINED: "would rather not answer",
    ResponseStatus.DID_NOT_COME_UP: "did not come up",
    ResponseStatus.NOT_REACHED: "left open",
}


def make_session(session: RecordVersion[TherapySession], *, is_joint: bool) -> ReleaseEntry:
    """When a session was, and what was agreed. Where the client was, and who else, does not go."""
    payload = session.payload
    facts = (
        ("Time", format_time_range(payload.start, payload.end)),
        ("Held", SETTING_LABELS[payload.setting]),
        ("Attendance", therapy_sessions.attendance_label(payload)),
    )
    return ReleaseEntry(
        kind=ReleaseKind.SESSION,
        table=THERAPY_SESSION.name,
        id=session.id,
        version=session.version,
        on=payload.on,
        title=KIND_LABELS[payload.kind],
        facts=with_values(facts),
        texts=list_texts(
            session.id,
            [
                ("Agreed for next time", payload.agreed_for_next),
                ("What was agreed before", task_words.describe_task(payload)),
            ],
        ),
        is_joint=is_joint,
    )


def make_note(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote],
    *,
    is_joint: bool,
) -> ReleaseEntry:
    """A signed note: its sections, who signed it and when, its mark, and what was added or changed later."""
    facts = signature_facts.facts_of_signed_note(note)
    page = note_rendering.build_note_page(db, vault, facts.letterhead, session, note)
    signed_at = note.payload.signed_at_local
    shown = (
        ("Signed by", page.signer_name or ""),
        ("Signed on", format_date(signed_at.date()) if signed_at else ""),
        ("Mark", notes.format_check_code(note)),
        *((change.fact_name, change.sentence) for change in page.changes_after_signing),
        *(
            (addition.heading, f"{format_date(addition.signed_at.date())}, {addition.signer_name}")
            for addition in page.additions
            if addition.signed_at
        ),
    )
    said = [
        *((section.heading, section.text) for section in page.sections),
        *(
            (f"{addition.heading}: {label}", text)
            for addition in page.additions
            for label, text in addition.lines
        ),
    ]
    return ReleaseEntry(
        kind=ReleaseKind.NOTE,
        table=CLINICAL_NOTE.name,
        id=note.id,
        version=note.version,
        on=session.payload.on,
        title="Progress note",
        facts=with_values(shown),
        texts=list_texts(note.id, said),
        is_joint=is_joint,
    )


def make_questionnaire(
    db: Connection, vault: Vault, form: RecordVersion[Administration], *, with_answers: bool
) -> ReleaseEntry:
    """A questionnaire with its result in words and what the client said. Whom it is about goes as the kind
    of relationship, not as the client's own word.

    Args:
        with_answers: every question with its answer goes too.
    """
    payload = form.payload
    result = results.build_result(db, vault, form)
    facts = [
        ("Version", payload.instrument_version),
        ("About", result.frame_label.lower()),
        ("Given", result.mode_label),
        ("Answered", f"{result.answered} of {result.asked}"),
        *((facet.name, facet.sentence) for facet in result.facets),
    ]
    if with_answers:
        facts += [(f"{item.number}. {item.text}", _answer_of(item)) for item in result.items]
    said = [
        *((f"Beside question {item.number}", item.remark) for item in result.remarks),
        (result.open_line_question, result.open_line_answer),
        ("Where the client says it is wrong", payload.wrong),
        *(("The client says instead", correction.replacement) for correction in payload.corrections),
        ("In the client’s words", payload.own_words),
        ("Next step", payload.next_step),
    ]
    return ReleaseEntry(
        kind=ReleaseKind.QUESTIONNAIRE,
        table=ADMINISTRATION.name,
        id=form.id,
        version=form.version,
        on=payload.answered_on,
        title=administrations.title_of(payload),
        facts=with_values(facts),
        texts=list_texts(form.id, said),
    )


def _answer_of(item: AnsweredItem) -> str:
    return item.label or _UNANSWERED_LABELS.get(item.status, "answered")


def make_worksheet(
    handout: RecordVersion[Handout], filled: RecordVersion[FilledSheet] | None
) -> ReleaseEntry:
    """A worksheet that was given, what was agreed, how it went, and what came back of it as a file."""
    payload = handout.payload
    said = [
        ("The client’s sentence", payload.client_sentence),
        ("Agreed", payload.agreement),
        *(
            pair
            for review in payload.reviews
            for pair in (("The client said", review.client_said), ("Smaller step", review.smaller_step))
        ),
        *(("On the sheet", text) for text in (filled.payload.written_texts if filled else ())),
    ]
    reviews = [
        (
            f"Looked at on {format_date(review.reviewed_at.astimezone().date())}",
            handout_words.outcome_label(review.outcome),
        )
        for review in payload.reviews
    ]
    return ReleaseEntry(
        kind=ReleaseKind.WORKSHEET,
        table=HANDOUT.name,
        id=handout.id,
        version=handout.version,
        on=payload.given_at.astimezone().date(),
        title=payload.title,
        facts=with_values(reviews),
        texts=list_texts(handout.id, said),
    )


def make_risk_entry(entry: RecordVersion[RiskEntry]) -> ReleaseEntry:
    """A risk entry, line by line."""
    lines = [("What was done", entry.payload.action_label), *entry.payload.labelled_lines]
    return ReleaseEntry(
        kind=ReleaseKind.RISK_ENTRY,
        table=RISK_ENTRY.name,
        id=entry.id,
        version=entry.version,
        on=entry.payload.entry_date,
        title="Risk entry",
        texts=list_texts(entry.id, lines),
    )
