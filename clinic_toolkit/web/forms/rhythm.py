"""What is agreed about asking a questionnaire again."""

from datetime import date
from typing import Any

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.psychometrics.change import LEAST_BASELINE
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.rhythms import ON, Rhythm
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.days import day

MOST_TIMES = 60


class RhythmForm(Form):
    """Why it is repeated, until when or how often, and which rounds everything later is seen beside."""

    why = fields.line("Why it is repeated", limit=200, needed="Write why it is repeated, in a few words.")
    until = day("Until", back=None, ahead=5)
    times = fields.line("How many times in all")
    baseline = fields.line("How many first rounds count as the baseline")
    version = StringField("Version", default="0")
    today: date

    @classmethod
    def of(cls, typed: Any, body: Rhythm | None, *, today: date) -> "RhythmForm":
        """The form, with what is agreed already."""
        known = (
            {
                "why": body.why,
                "until": body.until,
                "times": str(body.times or ""),
                "baseline": str(body.baseline),
            }
            if body
            else {"baseline": str(LEAST_BASELINE)}
        )
        form = cls(typed, data=known)
        form.today = today
        return form

    def says(self, kept: Kept[Rhythm]) -> bool:
        """Whether this is what is agreed already, and on."""
        sent = (self.why.data, self.until.data, fields.whole(self.times.data) or None)
        agreed = (kept.body.why, kept.body.until, kept.body.times)
        return kept.state == ON and sent == agreed and fields.whole(self.baseline.data) == kept.body.baseline

    def validate_until(self, field: Any) -> None:
        """It ends on a day that is still to come."""
        if field.data and field.data < self.today:
            raise ValidationError("This day is past. Write today or a later day, or leave it empty.")

    def validate_times(self, field: Any) -> None:
        """A repeat has an end: a day, a number of times, or both."""
        if not field.data and not self.until.data and not self.until.errors:
            raise ValidationError("Write how many times in all, or until which day: a repeat needs an end.")
        if field.data and not 2 <= fields.whole(field.data) <= MOST_TIMES:
            raise ValidationError(f"Write a whole number from 2 to {MOST_TIMES}, or leave it empty.")

    def validate_baseline(self, field: Any) -> None:
        """Three rounds or more."""
        if not LEAST_BASELINE <= fields.whole(field.data) <= MOST_TIMES:
            raise ValidationError(f"Write a whole number from {LEAST_BASELINE} to {MOST_TIMES}.")


class GoOnForm(Form):
    """Why it goes on although stopping was proposed."""

    because = fields.line("Go on, because", limit=200, needed="Write why it goes on, in a few words.")
    version = StringField("Version", default="0")

    def went_on(self, kept: Kept[Rhythm] | None) -> bool:
        """Whether going on was decided with these words already, after the page was shown."""
        seen = fields.whole(self.version.data)
        return kept is not None and 0 < seen < kept.version and kept.body.because == self.because.data
