"""The days of a record that are asked for: a first and a last one, each of which may be open."""

from wtforms import DateField, Form
from wtforms.validators import ValidationError

from clinic_toolkit.web.forms.date_fields import date_field


class DayRangeForm(Form):
    """The part of a form that asks for these days."""

    from_day = date_field("From", years_back=60, years_ahead=0)
    to_day = date_field("To", years_back=60, years_ahead=1)

    def validate_to_day(self, field: DateField) -> None:
        """Require an end that is not before the beginning."""
        if field.data and self.from_day.data and field.data < self.from_day.data:
            raise ValidationError("The last day is before the first one.")
