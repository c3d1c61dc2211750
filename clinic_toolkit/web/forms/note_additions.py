"""Forms for what is added to a signed note."""

from typing import Any

from wtforms import Form, StringField

from clinic_toolkit.record.writing.note_addition_record import ADDITION_LABELS, AdditionKind, NoteAddition
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field

KIND_CHOICES = (
    (
        AdditionKind.ADDENDUM,
        "Addendum",
        "Something that was not known, or not written, when the note was signed",
    ),
    (AdditionKind.AMENDMENT, "Amendment", "Something in the note is wrong; here is what is right"),
)


class AdditionForm(Form):
    """An addendum or an amendment: what is added, and why."""

    kind = fields.choice_field(
        "What it is",
        [(kind, ADDITION_LABELS[kind]) for kind, _, _ in KIND_CHOICES],
        needed="Choose what it is.",
    )
    text = fields.text_field("What is added", limit=fields.MAX_PAGE, needed="Write what is added.")
    reason = fields.text_field("Why", limit=1000, needed="Write why this is added now.")
    sign_code = StringField("Return code")

    def matches_record(self, stored: NoteAddition) -> bool:
        """Whether the addition as typed is the stored one."""
        typed = (self.kind.data, self.text.data, self.reason.data)
        return typed == (stored.kind, stored.text, stored.reason)


class CountersignedForm(Form):
    """Who signed the printed note by hand."""

    name = fields.line_field("Name", needed="Write who signed.")
    licence = fields.line_field("Licence line", limit=200)
    on: Any = date_field("Day", years_back=2, years_ahead=0, needed="Write the day on the paper.")
    sign_code = StringField("Return code")

    def matches_record(self, stored: NoteAddition) -> bool:
        """Whether what was typed is the stored one."""
        typed = (self.name.data, self.licence.data, self.on.data)
        return typed == (stored.countersigner_name, stored.licence_line, stored.countersigned_on)
