"""The form for a relationship."""

from typing import Any

from wtforms import Form, StringField

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.web.forms import fields


class RelationshipForm(Form):
    """The client's own word, and who this person is to the client."""

    word = fields.line_field(
        "The client’s own word for this person, or an initial", limit=60, needed="Write a word or an initial."
    )
    frame = fields.choice_field("Who this person is to the client", (), needed="Choose who this person is.")
    version = StringField("Version", default="0")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (frame.id, frame.label_with_line) for frame in catalogue.list_frames() if not frame.general
        ]
        self.frame.choices = [("", "Choose"), *choices]
