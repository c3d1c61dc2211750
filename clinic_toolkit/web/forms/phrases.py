"""The form for a phrase that the practice keeps for its notes."""

from wtforms import Form, StringField

from clinic_toolkit.record.writing.phrase_record import Phrase
from clinic_toolkit.web.forms import fields


class PhraseForm(Form):
    """Its short name and its text."""

    name = fields.line_field("Name", limit=60, needed="Give the phrase a short name, by which you find it.")
    text = fields.text_field("Text", needed="Write the words that go into a note.")
    version = StringField("Version", default="0")

    def payload(self) -> Phrase:
        """The phrase as typed."""
        return Phrase(name=self.name.data, text=self.text.data)
