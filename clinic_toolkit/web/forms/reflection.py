"""What is written down while a result is looked at together."""

from hashlib import sha256
from typing import Any

from wtforms import Form, SelectMultipleField, StringField

from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.corrections import Correction
from clinic_toolkit.record.summaries import Together
from clinic_toolkit.web.forms import fields


class ReflectionForm(Form):
    """Where it is wrong, what the client says of it in their own words, one next step.

    `lines` pairs the name of a field with the line that may be put right in it; `elsewhere` is what was put
    right of lines that are told no more, since an answer was changed.
    """

    wrong = fields.text("Where is this wrong?")
    own_words = fields.text("In your own words")
    taken = SelectMultipleField("What you said along the way", coerce=int)
    next_step = fields.line("One next step", limit=200)
    version = StringField("Version", default="0")

    lines: tuple[tuple[str, str], ...] = ()
    elsewhere: tuple[Correction, ...] = ()

    @classmethod
    def about(cls, together: Together, body: Administration, typed: Any) -> "ReflectionForm":
        """The form beside what was told, with each of its lines to be put right, and what was said."""
        lines = {_name(line.text): line for line in together.lines}
        made = type(cls.__name__, (cls,), {name: fields.line(line.text) for name, line in lines.items()})
        form: ReflectionForm = made(
            typed, obj=body, data={name: line.put_right for name, line in lines.items()}
        )
        form.lines = tuple((name, line.text) for name, line in lines.items())
        form.elsewhere = tuple(each for each in body.put_right if _name(each.of) not in lines)
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

    @property
    def put_right(self) -> tuple[Correction, ...]:
        """The lines that the client said otherwise."""
        typed = ((line, self[name].data) for name, line in self.lines)
        return (*self.elsewhere, *(Correction(of=line, words=words) for line, words in typed if words))

    def changes(self, body: Administration) -> bool:
        """Whether anything was typed that is not kept yet."""
        typed = (self.wrong.data, self.own_words.data, self.next_step.data, self.chosen, set(self.put_right))
        return typed != (body.wrong, body.own_words, body.next_step, body.taken, set(body.put_right))


def _name(line: str) -> str:
    # By its words and not by its place, so that what was typed stays with the line it was typed for.
    return f"right_{sha256(line.encode()).hexdigest()[:12]}"
