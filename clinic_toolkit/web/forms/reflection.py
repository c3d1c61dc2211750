"""What is written down while a result is looked at together."""

from typing import Any

from wtforms import Form, SelectMultipleField, StringField

from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.summaries import Together
from clinic_toolkit.web.forms import fields


class ReflectionForm(Form):
    """Where it is wrong, what the client says of it in their own words, one next step."""

    wrong = fields.text("Where is this wrong?")
    own_words = fields.text("In your own words")
    taken = SelectMultipleField("What you said on the way", coerce=int)
    next_step = fields.line("One next step", limit=200)
    version = StringField("Version", default="0")

    @classmethod
    def about(cls, together: Together, body: Administration, typed: Any) -> "ReflectionForm":
        """The form beside what was told, with what was said there to choose from."""
        form = cls(typed, obj=body)
        form.taken.choices = [(line.place, line.words) for line in together.spoken]
        return form

    @property
    def seen_version(self) -> int:
        """The version that was on the page."""
        return fields.whole(self.version.data)

    @property
    def chosen(self) -> tuple[int, ...]:
        """The places whose words go on the client's page."""
        return tuple(sorted(self.taken.data or ()))

    def changes(self, body: Administration) -> bool:
        """Whether anything was typed that is not kept yet."""
        typed = (self.wrong.data, self.own_words.data, self.next_step.data, self.chosen)
        return typed != (body.wrong, body.own_words, body.next_step, body.taken)
