"""The form for days on which the practice is closed."""

from datetime import date
from typing import Any

from wtforms import Form
from wtforms.validators import ValidationError

from clinic_toolkit.record.scheduling import closures
from clinic_toolkit.record.scheduling.closure_record import PracticeClosure
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field

MAX_YEARS_AHEAD = 5


class ClosureForm(Form):
    """From which day to which, and a few words."""

    first_on = date_field("From", years_back=None, years_ahead=2, needed="Write the first day.")
    last_on = date_field("To", years_back=None, years_ahead=2, needed="Write the last day.")
    words = fields.line_field("What for", limit=60)
    today: date

    def validate_last_on(self, field: Any) -> None:
        """Refuse an end before the beginning, days that are past, and more than a year."""
        if not field.data or not self.first_on.data:
            return
        if self.first_on.data.year > self.today.year + MAX_YEARS_AHEAD:
            raise ValidationError("That is many years ahead. Check the year of these days.")
        if field.data < self.first_on.data:
            raise ValidationError(closures.ClosureEndsBeforeStart().sentence)
        if (field.data - self.first_on.data).days >= closures.MAX_DAYS:
            raise ValidationError(closures.ClosureTooLong().sentence)
        if field.data < self.today:
            raise ValidationError("These days are past. Write days of which one is still to come.")

    def payload(self) -> PracticeClosure:
        """The closure as typed."""
        return PracticeClosure(first_on=self.first_on.data, last_on=self.last_on.data, words=self.words.data)
