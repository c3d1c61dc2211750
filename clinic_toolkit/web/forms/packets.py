"""The form for several copies of a sheet."""

from typing import Any

from wtforms import Form
from wtforms.validators import ValidationError

from clinic_toolkit.web.forms import fields

MOST_COPIES = 40


class CopiesForm(Form):
    """How many copies are printed."""

    copies = fields.line_field("How many copies", needed="Write how many copies.")

    def validate_copies(self, field: Any) -> None:
        """Take a number that a group can have."""
        if not 2 <= fields.parse_whole_number(field.data) <= MOST_COPIES:
            raise ValidationError(f"Write a whole number from 2 to {MOST_COPIES}.")

    @property
    def number(self) -> int:
        """How many; only after the form was found valid."""
        return fields.parse_whole_number(self.copies.data)
