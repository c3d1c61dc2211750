"""Forms before a check-in: whom it is about, and which question is watched."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.administrations import AboutChoice, relationship_choices


class CheckInForm(Form):
    """Whom the check-in is about, and whether an interpreter is present."""

    about = fields.choice_field("About whom", (), needed="Choose whom it is about.")
    interpreter = fields.checkbox_field("With an interpreter")

    @classmethod
    def for_client(
        cls,
        client_relationships: Sequence[RecordVersion[Relationship]],
        ordered_ids: Sequence[UUID],
        typed: Any,
        preselected: str,
    ) -> "CheckInForm":
        """Make the form for one client; `preselected` is whom the last check-in was about."""
        form = cls(typed, data={"about": preselected})
        form.about.choices = relationship_choices(client_relationships, ordered_ids)
        form.about.choices += [(AboutChoice.IN_GENERAL, "People in general")]
        return form

    def matches_record(self, body: Administration, instrument: str) -> bool:
        """Whether the check-in was begun with exactly these fields."""
        relationship_id = body.relationship_id
        return (body.instrument_id, self.about.data) == (
            instrument,
            relationship_id.hex if relationship_id else AboutChoice.IN_GENERAL,
        )


class WatchedForm(Form):
    """The question that a client chose to watch, as "questionnaire:question", or none."""

    item = StringField("Question", default="")
    version = StringField("Version", default="0")

    @classmethod
    def for_choices(
        cls, choices: Iterable[tuple[Instrument, tuple[Item, ...]]], typed: Any, chosen: str
    ) -> "WatchedForm":
        """Make the form with the questions that may be watched in this relationship."""
        form = cls(typed, data={"item": chosen})
        form.allowed_values = {
            f"{instrument.id}:{item.id}" for instrument, items in choices for item in items
        } | {""}
        return form

    allowed_values: Iterable[str] = ()

    def validate_item(self, field: StringField) -> None:
        """Allow only a question of the list, or none."""
        if (field.data or "") not in self.allowed_values:
            raise ValidationError("Choose one of the questions shown here, or none.")

    @property
    def chosen_item(self) -> tuple[str, str] | None:
        """The ids of questionnaire and question, or None if no question is watched."""
        instrument_id, _, item_id = (self.item.data or "").partition(":")
        return (instrument_id, item_id) if item_id else None
