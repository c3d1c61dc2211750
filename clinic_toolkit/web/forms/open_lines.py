"""What is sent with the open line of a check-in: by the clinician in the hour, or by the client alone."""

from collections.abc import Sequence

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record.questionnaires import answers
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.items import REMARK_LIMIT, ClientItemForm, ItemForm


class OpenLineForm(Form):
    """What was said to the open line, and where to go."""

    open_line = fields.text_field("In the client’s words", limit=REMARK_LIMIT)
    go = StringField("Where to go", default="next")
    version = StringField("What the page saw of the line", default="")

    shown_mark: str | None = None

    buttons: Sequence[str] = ItemForm.buttons

    def merge_with(self, stored: str) -> tuple[str, bool]:
        """The line to keep, and whether it was changed on this page and elsewhere as well."""
        seen = (self.version.data or "") if self.shown_mark is None else self.shown_mark
        sent = self.open_line.data
        if answers.text_fingerprint(sent) in (seen, answers.text_fingerprint(stored)):
            return stored, False
        return sent, seen != answers.text_fingerprint(stored)

    @property
    def mark_after_save(self) -> str:
        """The mark of what the page shows, for its next save."""
        return answers.text_fingerprint(self.open_line.data)

    def validate_go(self, field: StringField) -> None:
        """Only a button of the page."""
        if (field.data or "next") not in self.buttons:
            raise ValidationError("Use one of the buttons on this page.")


class ClientOpenLineForm(OpenLineForm):
    """The same in the client's hands."""

    buttons = ClientItemForm.buttons
