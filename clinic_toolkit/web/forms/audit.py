"""The search form of the audit log."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from wtforms import Form, StringField

from clinic_toolkit.record.people.client_list_facts import ClientFacts
from clinic_toolkit.record.people.client_record import ClientState
from clinic_toolkit.web.content.event_kinds import EVENT_KINDS
from clinic_toolkit.web.forms import date_fields, fields

EVERYONE, EVERYTHING = ("", "Everyone"), ("", "Everything")


class AuditSearchForm(Form):
    """Filters by client, kind and day, and the entry before which to look."""

    client = StringField("Whose", default="")
    kind = StringField("What", default="")
    day = date_fields.date_field("Day", years_back=None, years_ahead=None)
    before = StringField("Before line", default="")

    def choices(
        self, clients: Sequence[ClientFacts], names: Mapping[UUID, str]
    ) -> Mapping[str, list[tuple[str, str]]]:
        """The choices of the two lists, by field name."""
        client_choices = [
            (client.id.hex, names[client.id]) for client in clients if client.state != ClientState.JOINED
        ]
        return {"client": [EVERYONE, *client_choices], "kind": [EVERYTHING, *EVENT_KINDS.items()]}

    @property
    def before_line(self) -> int | None:
        """The number of the entry before which to look, or None for the newest entries."""
        return fields.parse_whole_number(self.before.data) or None

    @property
    def has_filter(self) -> bool:
        """Whether any filter is set."""
        return bool(self.client.data or self.kind.data or self.day.data)

    def values(self) -> dict[str, Any]:
        """The filter values by field name."""
        return {"client": self.client.data, "kind": self.kind.data, "day": self.day.data}
