"""What is sent when a worksheet is given."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.handouts import Handout
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship, words
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.risk_entry import NOBODY, NOT_ASKED, FearForm
from clinic_toolkit.worksheets import catalogue

SENTENCE_LIMIT = 160


class HandoutForm(FearForm):
    """Which sheet, for whom, about whom, and one sentence in the client's words, if they want it printed."""

    worksheet = fields.choice("Worksheet", (), needed="Choose a worksheet.")
    client = fields.choice("For", (), needed="Choose who takes it.")
    about = fields.choice("About whom", ())
    said = fields.line("What the client said", limit=SENTENCE_LIMIT)
    sentence = fields.line("A sentence of the client’s to print on it", limit=SENTENCE_LIMIT)

    @property
    def printed(self) -> str:
        """The sentence to print: what was typed, else what was chosen of what the client said."""
        return self.sentence.data or self.said.data or ""

    def says(self, body: Handout) -> bool:
        """Whether this is the form that this sheet was given with."""
        about = body.about_id.hex if body.about_id else NOBODY
        sent = (self.worksheet.data, self.client.data, self.about.data or NOBODY, self.printed)
        return sent == (body.worksheet, body.client_id.hex, about, body.sentence)

    @classmethod
    def for_clients(
        cls,
        people: Sequence[Kept[Client]],
        names: Mapping[UUID, str],
        typed: Any,
        known: Sequence[Kept[Relationship]] = (),
        about: str = NOBODY,
    ) -> "HandoutForm":
        """The form for the clients of one case, and whom a sheet may be about; `about` is chosen at first."""
        form = cls(typed, data={"fear": NOT_ASKED, "about": about})
        form.about.choices = [
            (NOBODY, "Nobody in particular"),
            *((id.hex, word) for id, word in words(list(known)).items()),
        ]
        # Asked for only where a sheet needs it.
        form.about.validators, form.fear.validators = [], []
        form.worksheet.choices = [(sheet.slug, sheet.title) for sheet in catalogue.worksheets()]
        form.client.choices = [(kept.id.hex, names[kept.id]) for kept in people]
        return form
