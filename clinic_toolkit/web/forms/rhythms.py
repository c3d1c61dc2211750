"""Forms for the agreement to repeat a questionnaire."""

from datetime import date
from typing import Any

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.score_change import MIN_BASELINE_ROUNDS
from clinic_toolkit.record.outcomes.repeat_agreement_record import RepeatAgreement, RepeatState
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field

MAX_TIMES = 60


class RhythmForm(Form):
    """Why it is repeated, until when or how often, and how many rounds make the baseline."""

    why = fields.line_field(
        "Why it is repeated", limit=200, needed="Write why it is repeated, in a few words."
    )
    until = date_field("Until", years_back=None, years_ahead=5)
    times = fields.line_field("How many times in all")
    baseline = fields.line_field("How many first rounds count as the baseline")
    version = StringField("Version", default="0")
    today: date

    @classmethod
    def for_rhythm(cls, typed: Any, body: RepeatAgreement | None, *, today: date) -> "RhythmForm":
        """Make the form, filled in with the present agreement, if there is one."""
        values = (
            {
                "why": body.purpose,
                "until": body.end_date,
                "times": str(body.max_rounds or ""),
                "baseline": str(body.baseline_rounds),
            }
            if body
            else {"baseline": str(MIN_BASELINE_ROUNDS)}
        )
        form = cls(typed, data=values)
        form.today = today
        return form

    def matches_record(self, rhythm: RecordVersion[RepeatAgreement]) -> bool:
        """Whether this agreement is active and has exactly these values."""
        typed = (self.why.data, self.until.data, fields.parse_whole_number(self.times.data) or None)
        agreed = (rhythm.payload.purpose, rhythm.payload.end_date, rhythm.payload.max_rounds)
        return (
            rhythm.state == RepeatState.ON
            and typed == agreed
            and fields.parse_whole_number(self.baseline.data) == rhythm.payload.baseline_rounds
        )

    def validate_until(self, field: Any) -> None:
        """Refuse an end that is past."""
        if field.data and field.data < self.today:
            raise ValidationError("This day is past. Write today or a later day, or leave it empty.")

    def validate_times(self, field: Any) -> None:
        """Require an end: a date, a number of times, or both."""
        if not field.data and not self.until.data and not self.until.errors:
            raise ValidationError("Write how many times in all, or until which day: a repeat needs an end.")
        if field.data and not 2 <= fields.parse_whole_number(field.data) <= MAX_TIMES:
            raise ValidationError(f"Write a whole number from 2 to {MAX_TIMES}, or leave it empty.")

    def validate_baseline(self, field: Any) -> None:
        """Require a baseline of at least `MIN_BASELINE_ROUNDS`."""
        if not MIN_BASELINE_ROUNDS <= fields.parse_whole_number(field.data) <= MAX_TIMES:
            raise ValidationError(f"Write a whole number from {MIN_BASELINE_ROUNDS} to {MAX_TIMES}.")


class GoOnForm(Form):
    """The reason why the repeating goes on although stopping was proposed."""

    because = fields.line_field("Go on, because", limit=200, needed="Write why it goes on, in a few words.")
    version = StringField("Version", default="0")

    def was_already_decided(self, rhythm: RecordVersion[RepeatAgreement] | None) -> bool:
        """Whether going on was recorded with this reason after the page was shown: it was sent twice."""
        shown_version = fields.parse_whole_number(self.version.data)
        return (
            rhythm is not None
            and 0 < shown_version < rhythm.version
            and rhythm.payload.continued_because == self.because.data
        )
