"""What is sent while a note is written and signed.

The fields of a note follow its parts: one for each section of the clinician's, and one for each
block that was filled in, with a tick to leave it out; what is only offered has a tick to put it in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record import notes
from clinic_toolkit.record.notes import CLINICIAN, Part
from clinic_toolkit.web.forms import fields


class NoteForm:
    """A note as typed. `sections` and `blocks` pair the field's name with its part."""

    def __init__(self, parts: Sequence[Part], version: int) -> None:
        self.seen_version = version
        self.problems: dict[str, list[str]] = {}
        own = {part.section: part for part in parts if part.source == CLINICIAN}
        self.sections = [
            (f"section-{key}", heading, own.get(key) or Part(section=key, source=CLINICIAN, text=""))
            for key, heading in notes.SECTIONS["DAP"].items()
        ]
        self.blocks = [(f"block-{part.origin}", part) for part in parts if part.source != CLINICIAN]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> "NoteForm":
        """The form as it stands in the record."""
        return cls(parts, 0)

    @classmethod
    def typed(cls, parts: Sequence[Part], sent: Mapping[str, str]) -> "NoteForm":
        """The form as it was sent; a block the page did not show yet stays as it is."""
        form = cls(parts, fields.whole(sent.get("version")))
        form.sections = [
            (name, heading, msgspec.structs.replace(part, text=fields.clean(sent.get(name, part.text))))
            for name, heading, part in form.sections
        ]
        form.blocks = [(name, _block_typed(name, part, sent)) for name, part in form.blocks]
        return form

    def parts(self) -> list[Part]:
        """The parts to keep: the clinician's first in each section, then what was filled in."""
        return [part for _, _, part in self.sections] + [part for _, part in self.blocks]

    def validate(self) -> bool:
        """Check the lengths; the sentences are in `problems`, by field."""
        for name, part in [(name, part) for name, _, part in self.sections] + self.blocks:
            over = len(part.text) - fields.PAGE
            if over > 0:
                self.problems[name] = [fields.too_long(over, fields.PAGE)]
        return not self.problems


def _block_typed(name: str, part: Part, sent: Mapping[str, str]) -> Part:
    if part.offered:
        # Another person's words: they go in as they are or stay out.
        return msgspec.structs.replace(part, left_out=f"take-{name}" not in sent)
    if name not in sent:
        return part
    return msgspec.structs.replace(part, text=fields.clean(sent[name]), left_out=f"leave-{name}" in sent)


class SignForm(Form):
    """The last look before signing.

    `facts` is the digest of the facts that the page showed, `versions` those they were read from.
    """

    read = fields.tick("I have read this note")
    code = StringField("Return code")
    version = StringField("Version")
    versions = StringField("Versions of the facts")
    facts = StringField("Facts")

    @property
    def seen_version(self) -> int:
        """The version that was on the page."""
        return fields.whole(self.version.data)

    def validate_read(self, field: Any) -> None:
        """Signing needs the tick: nothing can be changed afterwards."""
        if not field.data:
            raise ValidationError(
                "Tick this once you have read the note. After signing nothing in it can be changed."
            )
