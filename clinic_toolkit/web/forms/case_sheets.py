"""Forms of a case sheet: of which days, the question, and the text as it was changed."""

from wtforms import DateField, Form
from wtforms.validators import ValidationError

from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field

MAX_TEXT = 200_000


class CaseSheetDaysForm(Form):
    """Of which days, and what is asked in supervision."""

    from_day = date_field("From", years_back=60, years_ahead=0)
    to_day = date_field("To", years_back=60, years_ahead=1)
    question = fields.text_field("The question for supervision")

    def validate_to_day(self, field: DateField) -> None:
        """Require an end that is not before the beginning."""
        if field.data and self.from_day.data and field.data < self.from_day.data:
            raise ValidationError("The last day is before the first one.")


class CaseSheetTextForm(Form):
    """The question and the text, as they were changed."""

    question = fields.text_field("The question for supervision")
    text = fields.text_field("What happened", limit=MAX_TEXT, needed="There is no text.")
