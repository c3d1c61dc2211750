"""The form for a client's details."""

from datetime import date
from typing import Any

import msgspec
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.dates import format_date
from clinic_toolkit.record.people.client_record import (
    LEAVE_MESSAGE_LABELS,
    UNREADABLE_NAME,
    Client,
    LeaveMessage,
)
from clinic_toolkit.record.people.clients import ADULT_AGE, ClientIsMinor, age_on
from clinic_toolkit.web.forms import carers, fields
from clinic_toolkit.web.forms.date_fields import date_field
from clinic_toolkit.web.forms.time_zones import time_zone_field

EARLIEST_BIRTH_YEAR = 1900
EARLIER_RECORD_LIMIT = 8_000


class ClientDetailsForm(Form):
    """Who someone is and how to reach them; only the name, code or initials are needed."""

    name = fields.line_field("Client’s name", limit=80, needed="Write a name. Initials or a code are enough.")
    code = fields.line_field("Shown instead of the name", limit=20)
    preferred_name = fields.line_field("What they like to be called", limit=80)
    pronouns = fields.line_field("Pronouns", limit=40)
    birth_date = date_field("Birth date", years_back=105, years_ahead=None)
    phone = fields.line_field("Telephone", limit=60)
    email = fields.line_field("E-mail", limit=120)
    address = fields.text_field("Address", limit=400)
    reach_note = fields.text_field("How and when to reach them", limit=500)
    language = fields.line_field("Language", limit=60)
    time_zone = time_zone_field("Time zone")
    leave_message = fields.choice_field("May I leave a message?", LEAVE_MESSAGE_LABELS.items())
    emergency_name = fields.line_field("Name in an emergency", limit=80)
    emergency_phone = fields.line_field("Telephone in an emergency", limit=60)
    emergency_relation = fields.line_field("Who this is to the client", limit=60)
    earlier_record = fields.text_field("From an earlier record", limit=EARLIER_RECORD_LIMIT)
    referrer = fields.line_field("Who referred them", limit=120)
    version = StringField("Version", default="0")

    def __init__(self, typed: Any, *, today: date, current: Client | None = None) -> None:
        """Make the form for a new client, or for the stored details of one."""
        prefill = msgspec.structs.replace(current, code=_shown_code(current)) if current else None
        super().__init__(typed, obj=prefill, data=carers.prefill_carers(current.carers if current else ()))
        self.today = today
        self.current = current
        # A page that is shown again has the rows it had, so that each error is at its place.
        self._sent_rows = [number for number in carers.ROW_NUMBERS if typed and f"carer{number}_who" in typed]

    def validate_birth_date(self, field: Any) -> None:
        """Require an adult's birth date with a plausible year."""
        if not field.data:
            return
        if field.data.year < EARLIEST_BIRTH_YEAR or field.data > self.today:
            raise ValidationError(
                "Check this birth date: it needs a year with four digits, and must be in the past."
            )
        if age_on(field.data, self.today) < ADULT_AGE:
            raise ValidationError(ClientIsMinor().sentence)

    def differences(self, current: Client) -> list[tuple[str, str]]:
        """Label and stored value of each detail whose stored value differs from the typed one."""
        typed, current = self.payload(), msgspec.structs.replace(current, code=_shown_code(current))
        labels = {name: field.label.text for name, field in self._fields.items() if hasattr(current, name)}
        return [
            (label, _display_text(getattr(current, name)) or "nothing")
            for name, label in (labels | {"carers": "GP and other carers"}).items()
            if getattr(current, name) != getattr(typed, name)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; a carer of whom something is known needs a name."""
        is_valid: bool = super().validate(extra_validators)
        for number in carers.list_unnamed_rows(self.data):
            field = self[f"carer{number}_who"]
            field.errors = [*field.errors, carers.NEEDS_NAME]
            is_valid = False
        return is_valid

    @property
    def carer_rows(self) -> list[int]:
        """The numbers of the rows for carers that the page shows."""
        return self._sent_rows or carers.list_shown_rows(self.data)

    def matches_record(self, current: Client) -> bool:
        """Whether these are the stored details, apart from initials that were suggested and filled in."""
        typed = self._replace_in(current)
        return msgspec.structs.replace(typed, code=typed.code or current.code) in (
            current,
            msgspec.structs.replace(current, code=_shown_code(current)),
        )

    def payload(self) -> Client:
        """The details as typed; what this form does not ask for stays as it is stored."""
        return self._replace_in(self.current or Client(name=""))

    def _replace_in(self, client: Client) -> Client:
        return msgspec.structs.replace(
            client,
            code=self.code.data,
            name=self.name.data,
            birth_date=self.birth_date.data,
            phone=self.phone.data,
            email=self.email.data,
            address=self.address.data,
            reach_note=self.reach_note.data,
            leave_message=LeaveMessage(self.leave_message.data),
            emergency_name=self.emergency_name.data,
            emergency_phone=self.emergency_phone.data,
            emergency_relation=self.emergency_relation.data,
            earlier_record=self.earlier_record.data,
            preferred_name=self.preferred_name.data,
            pronouns=self.pronouns.data,
            language=self.language.data,
            time_zone=self.time_zone.data,
            referrer=self.referrer.data,
            carers=carers.read_carers(self.data),
        )


for _name, _field in carers.carer_fields():
    setattr(ClientDetailsForm, _name, _field)


def _shown_code(client: Client) -> str:
    return "" if client.name == UNREADABLE_NAME else client.initials


def _display_text(value: Any) -> str:
    if isinstance(value, tuple):
        return carers.describe_carers(value)
    if isinstance(value, LeaveMessage):
        return LEAVE_MESSAGE_LABELS[value]
    return format_date(value) if isinstance(value, date) else value or ""
