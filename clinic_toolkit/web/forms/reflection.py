"""What is written down while a result is looked at together."""

from wtforms import Form, StringField

from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.web.forms import fields


class ReflectionForm(Form):
    """Where it is wrong, what the client says of it in their own words, one next step."""

    wrong = fields.text("Where is this wrong?")
    own_words = fields.text("In your own words")
    next_step = fields.line("One next step", limit=200)
    version = StringField("Version", default="0")

    @property
    def seen_version(self) -> int:
        """The version that was on the page."""
        return fields.whole(self.version.data)

    def changes(self, body: Administration) -> bool:
        """Whether anything was typed that is not kept yet."""
        return (self.wrong.data, self.own_words.data, self.next_step.data) != (
            body.wrong,
            body.own_words,
            body.next_step,
        )
