"""What a search looks at in each kind of record: the words that somebody typed, and the day they belong to.

Only the kinds that are listed here are searched. Psychotherapy notes are not among them and must never be:
they have a ring and a key of their own, and what is not opened cannot be found.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.consent_record import CONSENT, Consent
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION, TherapySession
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.safety.hard_moments_record import HARD_MOMENTS_PLAN, HardMomentsPlan
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY, RiskEntry
from clinic_toolkit.record.values.search_values import SearchPart
from clinic_toolkit.record.writing.filled_sheet_record import FILLED_SHEET, FilledSheet
from clinic_toolkit.record.writing.handout_record import HANDOUT, Handout
from clinic_toolkit.record.writing.note_addition_record import NOTE_ADDITION, NoteAddition
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote
from clinic_toolkit.record.writing.treatment_plan_record import TREATMENT_PLAN, TreatmentPlan


class SearchedTexts(msgspec.Struct, frozen=True):
    """The texts of one record, its day, and the record whose page shows them."""

    on: date
    texts: tuple[str, ...]
    target_kind: str
    target_id: UUID


class SearchedKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of record that is searched.

    `read` is given a version and the day of each session of its ring.
    """

    kind: RecordKind[Any]
    part: SearchPart
    read: Callable[[RecordVersion[Any], Mapping[UUID, date]], SearchedTexts]

    def texts_of(self, version: RecordVersion[Any], session_days: Mapping[UUID, date]) -> SearchedTexts:
        """The texts of a record; those that are empty are left out."""
        found = self.read(version, session_days)
        return msgspec.structs.replace(found, texts=tuple(text for text in found.texts if text.strip()))


def _recorded_on(version: RecordVersion[Any]) -> date:
    return version.recorded_at.astimezone().date()


def _read_note(version: RecordVersion[ClinicalNote], days: Mapping[UUID, date]) -> SearchedTexts:
    note = version.payload
    on = days.get(note.therapy_session_id) or (
        note.facts.session_date if note.facts else _recorded_on(version)
    )
    texts = tuple(part.text for part in note.included_parts)
    return SearchedTexts(on, texts, CLINICAL_NOTE.name, version.id)


def _read_addition(version: RecordVersion[NoteAddition], days: Mapping[UUID, date]) -> SearchedTexts:
    addition = version.payload
    texts = (addition.text, addition.reason)
    return SearchedTexts(addition.session_date, texts, CLINICAL_NOTE.name, addition.note_id)


def _read_session(version: RecordVersion[TherapySession], days: Mapping[UUID, date]) -> SearchedTexts:
    session = version.payload
    return SearchedTexts(
        session.on, (session.agreed_for_next, session.task_said), THERAPY_SESSION.name, version.id
    )


def _read_form(version: RecordVersion[Administration], days: Mapping[UUID, date]) -> SearchedTexts:
    form = version.payload
    texts = (
        *(remark for _, remark in form.answers.remarks),
        *(typed.text for _, typed in form.answers.typed_values),
        form.open_line_answer,
        *(correction.replacement for correction in form.corrections),
        form.wrong,
        form.own_words,
        form.next_step,
    )
    return SearchedTexts(form.answered_on, texts, ADMINISTRATION.name, version.id)


def _read_handout(version: RecordVersion[Handout], days: Mapping[UUID, date]) -> SearchedTexts:
    sheet = version.payload
    texts = (
        sheet.title,
        sheet.client_sentence,
        sheet.agreement,
        *(words for review in sheet.reviews for words in (review.client_said, review.smaller_step)),
    )
    return SearchedTexts(sheet.given_at.astimezone().date(), texts, HANDOUT.name, version.id)


def _read_filled_sheet(version: RecordVersion[FilledSheet], days: Mapping[UUID, date]) -> SearchedTexts:
    sheet = version.payload
    on = sheet.answered_at.astimezone().date() if sheet.answered_at else _recorded_on(version)
    return SearchedTexts(on, sheet.written_texts, HANDOUT.name, sheet.handout_id)


def _read_risk_entry(version: RecordVersion[RiskEntry], days: Mapping[UUID, date]) -> SearchedTexts:
    entry = version.payload
    texts = (
        entry.deferral_reason,
        entry.asked_text,
        entry.answered_text or "",
        entry.protective_factors,
        entry.action_taken,
        entry.consultation,
    )
    return SearchedTexts(entry.entry_date, texts, RISK_ENTRY.name, version.id)


def _read_treatment_plan(version: RecordVersion[TreatmentPlan], days: Mapping[UUID, date]) -> SearchedTexts:
    plan = version.payload
    goals = (words for goal in plan.goals for words in (goal.words, goal.means))
    texts = (plan.problems, *goals, plan.diagnosis)
    return SearchedTexts(_recorded_on(version), texts, TREATMENT_PLAN.name, version.id)


def _read_hard_moments(version: RecordVersion[HardMomentsPlan], days: Mapping[UUID, date]) -> SearchedTexts:
    texts = (*(words for _, words in version.payload.sections), version.payload.card)
    return SearchedTexts(_recorded_on(version), texts, HARD_MOMENTS_PLAN.name, version.id)


def _read_consent(version: RecordVersion[Consent], days: Mapping[UUID, date]) -> SearchedTexts:
    consent = version.payload
    texts = (consent.title, consent.remark, consent.withdrawal_words)
    return SearchedTexts(consent.answered_on, texts, CONSENT.name, version.id)


# Sessions come first: the others ask for their days.
SEARCHED_KINDS = (
    SearchedKind(kind=THERAPY_SESSION, part=SearchPart.AGREED, read=_read_session),
    SearchedKind(kind=CLINICAL_NOTE, part=SearchPart.NOTES, read=_read_note),
    SearchedKind(kind=NOTE_ADDITION, part=SearchPart.NOTES, read=_read_addition),
    SearchedKind(kind=ADMINISTRATION, part=SearchPart.FORMS, read=_read_form),
    SearchedKind(kind=HANDOUT, part=SearchPart.SHEETS, read=_read_handout),
    SearchedKind(kind=FILLED_SHEET, part=SearchPart.SHEETS, read=_read_filled_sheet),
    SearchedKind(kind=RISK_ENTRY, part=SearchPart.RISK_ENTRIES, read=_read_risk_entry),
    SearchedKind(kind=TREATMENT_PLAN, part=SearchPart.PLANS, read=_read_treatment_plan),
    SearchedKind(kind=HARD_MOMENTS_PLAN, part=SearchPart.PLANS, read=_read_hard_moments),
    SearchedKind(kind=CONSENT, part=SearchPart.CONSENTS, read=_read_consent),
)
