"""The form for adding a couple."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from wtforms import Form

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.web.forms import fields


class CoupleForm(Form):
    """Two clients who will have joint sessions."""

    first = fields.choice_field("One of the two", (), needed="Choose one of the two.")
    second = fields.choice_field("The other", (), needed="Choose the other.")

    @classmethod
    def for_clients(
        cls, people: Sequence[RecordVersion[Client]], names: Mapping[UUID, str], typed: Any
    ) -> "CoupleForm":
        """Make the form with these clients as choices."""
        form = cls(typed)
        choices = [("", "Choose")] + [(client.id.hex, names[client.id]) for client in people]
        form.first.choices = form.second.choices = choices
        return form
