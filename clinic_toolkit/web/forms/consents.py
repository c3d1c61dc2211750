"""The forms for a consent, and for its withdrawal."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from wtforms import SelectMultipleField, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record.people import consents
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.consent_record import (
    METHOD_LABELS,
    POLICY_LABELS,
    SUBJECT_LABELS,
    Consent,
    ConsentMethod,
    ConsentState,
    ConsentSubject,
    CouplePolicy,
)
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field

AGREED, DECLINED = "agreed", "declined"
ANSWERS = [(AGREED, "Agreed"), (DECLINED, "Declined")]


class ConsentForm(fields.VersionedForm):
    """What was asked, what was answered, by whom, how and when."""

    subject = fields.choice_field("What it is about", (), needed="Choose what it is about.")
    title = fields.line_field("In your own words", limit=200)
    policy = StringField("Which of the two", default="")
    answer = fields.choice_field("The answer", ANSWERS, needed="Choose the answer.")
    given_by = SelectMultipleField("Who answered", validate_choice=False)
    method = fields.choice_field("How", METHOD_LABELS.items(), needed="Choose how it was given.")
    answered_on = date_field("Day", years_back=20, years_ahead=0, needed="Enter a day.")
    wording = fields.line_field("Which text was read", limit=200)
    remark = fields.text_field("Anything to add")

    def __init__(self, typed: Any, *, case: Case, names: Mapping[UUID, str], **values: Any) -> None:
        super().__init__(typed, **values)
        self.case = case
        subjects = consents.list_subjects(case)
        self.subject.choices = [(subject, SUBJECT_LABELS[subject]) for subject in subjects]
        self.given_by.choices = [(id.hex, names[id]) for id in case.client_ids]
        self.policy_choices = list(POLICY_LABELS.items())

    @property
    def is_declined(self) -> bool:
        """Whether the answer was no."""
        return bool(self.answer.data == DECLINED)

    def build_consent(self, case_id: UUID) -> Consent:
        """Build the consent from a valid form; of a single client, the one client gave it."""
        subject = ConsentSubject(self.subject.data)
        is_policy = subject == ConsentSubject.COUPLE_POLICY
        chosen = set(self.given_by.data or ())
        given_by = [id.bytes for id in self.case.client_ids if id.hex in chosen or not self.case.is_couple]
        return Consent(
            case=case_id.bytes,
            subject=subject,
            title=self.title.data if subject == ConsentSubject.OTHER else "",
            policy=CouplePolicy(self.policy.data or "") if is_policy else CouplePolicy.NOT_CHOSEN,
            given_by=tuple(given_by),
            answered_on=self.answered_on.data,
            method=ConsentMethod(self.method.data),
            wording=self.wording.data,
            remark=self.remark.data,
        )

    def validate_title(self, field: Any) -> None:
        """Words are needed for what has no name of its own."""
        if self.subject.data == ConsentSubject.OTHER and not field.data:
            raise ValidationError("Write in a few words what it is about.")

    def validate_policy(self, field: Any) -> None:
        """A policy is needed for that question alone."""
        if self.subject.data == ConsentSubject.COUPLE_POLICY and field.data not in POLICY_LABELS:
            raise ValidationError("Choose which of the two.")

    def validate_given_by(self, field: Any) -> None:
        """Of a couple, one or both are ticked."""
        if self.case.is_couple and not {id.hex for id in self.case.client_ids} & set(field.data or ()):
            raise ValidationError("Tick who answered.")


def values_of(consent: Consent, state: str, version: int) -> dict[str, Any]:
    """The values of the form for a consent that is corrected."""
    return {
        "subject": consent.subject,
        "title": consent.title,
        "policy": consent.policy,
        "answer": DECLINED if state == ConsentState.DECLINED else AGREED,
        "given_by": [id.hex for id in consent.given_by_ids],
        "method": consent.method,
        "answered_on": consent.answered_on,
        "wording": consent.wording,
        "remark": consent.remark,
        "version": str(version),
    }


class WithdrawalForm(fields.VersionedForm):
    """Who takes it back, and when."""

    by = fields.choice_field("Who withdraws it", (), needed="Choose who withdraws it.")
    on = date_field("Day", years_back=20, years_ahead=0, needed="Enter a day.")
    words = fields.text_field("In their words")

    def __init__(self, typed: Any, *, people: Sequence[tuple[str, str]], today: date) -> None:
        alone = people[0][0] if len(people) == 1 else None
        super().__init__(typed, data={"on": today, "by": alone})
        self.by.choices = list(people)
