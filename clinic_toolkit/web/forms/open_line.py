"""What is sent with the open line of a check-in: by the clinician in the hour, or by the client alone."""

from collections.abc import Sequence

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.item import SAID_LIMIT, ItemForm, OwnItemForm


class OpenLineForm(Form):
    """What was said to the open line, and where to go."""

    open_line = fields.text("In the client’s words", limit=SAID_LIMIT)
    go = StringField("Where to go", default="next")

    buttons: Sequence[str] = ItemForm.buttons

    def validate_go(self, field: StringField) -> None:
        """Only a button of the page."""
        if (field.data or "next") not in self.buttons:
            raise ValidationError("Use one of the buttons on this page.")


class OwnOpenLineForm(OpenLineForm):
    """The same in the client's hands."""

    buttons = OwnItemForm.buttons
