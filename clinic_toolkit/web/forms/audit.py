"""What the audit trail is searched by."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from wtforms import Form, StringField

from clinic_toolkit.record.clients import JOINED, Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.web.audit_words import KINDS
from clinic_toolkit.web.forms import days, fields

EVERYONE, EVERYTHING = ("", "Everyone"), ("", "Everything")


class FindForm(Form):
    """Whose lines, of which kind, of which day; and before which line."""

    client = StringField("Whose", default="")
    kind = StringField("What", default="")
    day = days.day("Day", back=None, ahead=None)
    before = StringField("Before line", default="")

    def choices(
        self, clients: Sequence[Kept[Client]], names: Mapping[UUID, str]
    ) -> Mapping[str, list[tuple[str, str]]]:
        """What the two lists offer."""
        people = [(kept.id.hex, names[kept.id]) for kept in clients if kept.state != JOINED]
        return {"client": [EVERYONE, *people], "kind": [EVERYTHING, *KINDS.items()]}

    @property
    def upper(self) -> int | None:
        """The line to look before, or None for the newest."""
        return fields.whole(self.before.data) or None

    @property
    def asks(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.client.data or self.kind.data or self.day.data)

    def values(self) -> dict[str, Any]:
        """What was chosen, for the page."""
        return {"client": self.client.data, "kind": self.kind.data, "day": self.day.data}
