"""The form for giving a worksheet."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.people.relationships import numbered_words
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.risk_entries import NOBODY_IN_PARTICULAR, NOT_ASKED, FearForm
from clinic_toolkit.worksheets.model import Worksheet

SENTENCE_LIMIT = 160


class HandoutForm(FearForm):
    """Which sheet, for whom, about whom, and optionally one sentence of the client's to print on it."""

    worksheet = fields.choice_field("Worksheet", (), needed="Choose a worksheet.")
    client = fields.choice_field("For", (), needed="Choose who takes it.")
    about = fields.choice_field("About whom", ())
    said = fields.line_field("What the client said", limit=SENTENCE_LIMIT)
    sentence = fields.line_field("A sentence of the client’s to print on it", limit=SENTENCE_LIMIT)

    @property
    def sentence_to_print(self) -> str:
        """The sentence to print: the typed one, else the one chosen from the client's remarks."""
        return self.sentence.data or self.said.data or ""

    def matches_record(self, body: Handout) -> bool:
        """Whether the sheet was given with exactly these fields."""
        relationship_choice = body.relationship_id.hex if body.relationship_id else NOBODY_IN_PARTICULAR
        typed = (
            self.worksheet.data,
            self.client.data,
            self.about.data or NOBODY_IN_PARTICULAR,
            self.sentence_to_print,
        )
        return typed == (body.worksheet_slug, body.client_id.hex, relationship_choice, body.client_sentence)

    @classmethod
    def for_clients(
        cls,
        people: Sequence[RecordVersion[Client]],
        names: Mapping[UUID, str],
        typed: Any,
        client_relationships: Sequence[RecordVersion[Relationship]] = (),
        preselected: str = NOBODY_IN_PARTICULAR,
        sheets: Sequence[Worksheet] = (),
    ) -> "HandoutForm":
        """Make the form for clients of a case, their relationships and these sheets, `preselected` chosen."""
        form = cls(typed, data={"fear": NOT_ASKED, "about": preselected})
        form.about.choices = [
            (NOBODY_IN_PARTICULAR, "Nobody in particular"),
            *((id.hex, word) for id, word in numbered_words(list(client_relationships)).items()),
        ]
        # Required only for a sheet that needs them.
        form.about.validators, form.fear.validators = [], []
        form.worksheet.choices = [(sheet.slug, sheet.title) for sheet in sheets]
        form.client.choices = [(client.id.hex, names[client.id]) for client in people]
        return form
