"""What is sent with the open line of a check-in: by the clinician in the hour, or by the client alone."""

from collections.abc import Sequence

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record import answers
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.item import SAID_LIMIT, ItemForm, OwnItemForm


class OpenLineForm(Form):
    """What was said to the open line, and where to go."""

    open_line = fields.text("In the client’s words", limit=SAID_LIMIT)
    go = StringField("Where to go", default="next")
    version = StringField("What the page saw of the line", default="")

    seen: str | None = None

    buttons: Sequence[str] = ItemForm.buttons

    def against(self, kept: str) -> tuple[str, bool]:
        """The line to keep, and whether it was changed on this page and elsewhere as well."""
        seen = (self.version.data or "") if self.seen is None else self.seen
        sent = self.open_line.data
        if answers.words_mark(sent) in (seen, answers.words_mark(kept)):
            return kept, False
        return sent, seen != answers.words_mark(kept)

    @property
    def shows(self) -> str:
        """The mark of what the page shows, for its next save."""
        return answers.words_mark(self.open_line.data)

    def validate_go(self, field: StringField) -> None:
        """Only a button of the page."""
        if (field.data or "next") not in self.buttons:
            raise ValidationError("Use one of the buttons on this page.")


class OwnOpenLineForm(OpenLineForm):
    """The same in the client's hands."""

    buttons = OwnItemForm.buttons
