"""Forms for the open line of a check-in: the clinician's and the client's."""

from collections.abc import Sequence

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record.questionnaires import answers
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.items import REMARK_LIMIT, ClientItemForm, FormButton, ItemForm


class OpenLineForm(Form):
    """The answer to the open line, and the button that was pressed."""

    open_line = fields.text_field("In the client’s words", limit=REMARK_LIMIT)
    go = StringField("Where to go", default=FormButton.NEXT)
    version = StringField("What the page saw of the line", default="")

    shown_digest: str | None = None

    buttons: Sequence[FormButton] = ItemForm.buttons

    @property
    def button(self) -> FormButton:
        """The button that was pressed."""
        return FormButton(self.go.data or FormButton.NEXT)

    def merge_with(self, stored: str) -> tuple[str, bool]:
        """The text to save, and whether it conflicts: changed both on this page and elsewhere."""
        shown_digest = (self.version.data or "") if self.shown_digest is None else self.shown_digest
        text = self.open_line.data
        if answers.text_digest(text) in (shown_digest, answers.text_digest(stored)):
            return stored, False
        return text, shown_digest != answers.text_digest(stored)

    @property
    def digest_after_save(self) -> str:
        """The digest of what the page shows, for its next save."""
        return answers.text_digest(self.open_line.data)

    def validate_go(self, field: StringField) -> None:
        """Allow only a button of the page."""
        if (field.data or FormButton.NEXT) not in self.buttons:
            raise ValidationError("Use one of the buttons on this page.")


class ClientOpenLineForm(OpenLineForm):
    """The form on a device in the client's hands."""

    buttons = ClientItemForm.buttons
