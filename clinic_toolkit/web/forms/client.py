"""What is typed about a client."""

from datetime import date
from typing import Any

import msgspec
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record.clients import ADULT, UNREADABLE, Client, TooYoung, age_on
from clinic_toolkit.record.days import written
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.days import day

LEAVE_MESSAGE = [("ask", "Not asked yet"), ("yes", "Yes"), ("no", "No")]
EARLIEST = 1900


class ClientForm(Form):
    """Who someone is and how to reach them; only the name, code or initials are needed."""

    name = fields.line("Client’s name", limit=80, needed="Write a name. Initials or a code are enough.")
    code = fields.line("Shown instead of the name", limit=20)
    birth_date = day("Birth date", back=105, ahead=None)
    phone = fields.line("Telephone", limit=60)
    email = fields.line("E-mail", limit=120)
    address = fields.text("Address", limit=400)
    reach_note = fields.text("How and when to reach them", limit=500)
    leave_message = fields.choice("May I leave a message?", LEAVE_MESSAGE)
    emergency_name = fields.line("Name in an emergency", limit=80)
    emergency_phone = fields.line("Telephone in an emergency", limit=60)
    emergency_relation = fields.line("Who this is to the client", limit=60)
    version = StringField("Version", default="0")

    def __init__(self, typed: Any, *, today: date, kept: Client | None = None) -> None:
        shown = msgspec.structs.replace(kept, code=_code_of(kept)) if kept else None
        super().__init__(typed, obj=shown)
        self.today = today
        self.kept = kept

    def validate_birth_date(self, field: Any) -> None:
        """An adult's birth date, with a year that can be."""
        if not field.data:
            return
        if field.data.year < EARLIEST or field.data > self.today:
            raise ValidationError(
                "Check this birth date: it needs a year with four digits, and must be in the past."
            )
        if age_on(field.data, self.today) < ADULT:
            raise ValidationError(TooYoung().sentence)

    def differing(self, kept: Client) -> list[tuple[str, str]]:
        """Each detail that is kept now and differs from what was typed: its label and its words."""
        typed, kept = self.body(), msgspec.structs.replace(kept, code=_code_of(kept))
        return [
            (field.label.text, _words(getattr(kept, name)) or "nothing")
            for name, field in self._fields.items()
            if name != "version" and getattr(kept, name) != getattr(typed, name)
        ]

    def says(self, kept: Client) -> bool:
        """Whether these are the details that are kept, with the initials that were proposed for them."""
        code = self.code.data or kept.code
        return msgspec.structs.replace(self.body(), code=code) in (
            kept,
            msgspec.structs.replace(kept, code=_code_of(kept)),
        )

    def body(self) -> Client:
        """The details as typed."""
        return Client(
            joined_to=self.kept.joined_to if self.kept else None,
            code=self.code.data,
            name=self.name.data,
            birth_date=self.birth_date.data,
            phone=self.phone.data,
            email=self.email.data,
            address=self.address.data,
            reach_note=self.reach_note.data,
            leave_message=self.leave_message.data,
            emergency_name=self.emergency_name.data,
            emergency_phone=self.emergency_phone.data,
            emergency_relation=self.emergency_relation.data,
        )


def _code_of(kept: Client) -> str:
    return "" if kept.name == UNREADABLE else kept.initials


def _words(value: Any) -> str:
    if value is None or isinstance(value, str):
        return dict(LEAVE_MESSAGE).get(value or "", value or "")
    return written(value)
