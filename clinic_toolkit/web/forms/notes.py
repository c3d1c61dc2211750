"""What is sent while a note is written and signed.

The fields of a note follow its parts: one for each section of the clinician's, and one for each
block that was filled in, with a tick to leave it out; what is only offered has a tick to put it in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.notes import SOURCE_CLINICIAN, NotePart
from clinic_toolkit.web.forms import fields


class NoteForm:
    """A note as typed. `sections` and `prefilled_blocks` pair the field's name with its part."""

    def __init__(self, parts: Sequence[NotePart], version: int) -> None:
        self.expected_version = version
        self.errors_by_field: dict[str, list[str]] = {}
        own = {part.section: part for part in parts if part.source_label == SOURCE_CLINICIAN}
        self.sections = [
            (
                f"section-{key}",
                heading,
                own.get(key) or NotePart(section=key, source_label=SOURCE_CLINICIAN, text=""),
            )
            for key, heading in notes.SECTIONS_BY_FORMAT["DAP"].items()
        ]
        self.prefilled_blocks = [
            (f"block-{part.origin_id}", part) for part in parts if part.source_label != SOURCE_CLINICIAN
        ]

    @classmethod
    def from_parts(cls, parts: Sequence[NotePart]) -> "NoteForm":
        """The form as it stands in the record."""
        return cls(parts, 0)

    @classmethod
    def from_request(cls, parts: Sequence[NotePart], sent: Mapping[str, str]) -> "NoteForm":
        """The form as it was sent; a block the page did not show yet stays as it is."""
        form = cls(parts, fields.parse_whole_number(sent.get("version")))
        form.sections = [
            (name, heading, msgspec.structs.replace(part, text=fields.clean_text(sent.get(name, part.text))))
            for name, heading, part in form.sections
        ]
        form.prefilled_blocks = [
            (name, _submitted_block(name, part, sent)) for name, part in form.prefilled_blocks
        ]
        return form

    def parts(self) -> list[NotePart]:
        """The parts to keep: the clinician's first in each section, then what was filled in."""
        return [part for _, _, part in self.sections] + [part for _, part in self.prefilled_blocks]

    def validate(self) -> bool:
        """Check the lengths; the sentences are in `errors_by_field`."""
        for name, part in [(name, part) for name, _, part in self.sections] + self.prefilled_blocks:
            over = len(part.text) - fields.MAX_PAGE
            if over > 0:
                self.errors_by_field[name] = [fields.too_long_message(over, fields.MAX_PAGE)]
        return not self.errors_by_field


def _submitted_block(name: str, part: NotePart, sent: Mapping[str, str]) -> NotePart:
    if part.is_offered:
        # Another person's words: they go in as they are or stay out.
        return msgspec.structs.replace(part, is_excluded=f"take-{name}" not in sent)
    if name not in sent:
        return part
    return msgspec.structs.replace(
        part, text=fields.clean_text(sent[name]), is_excluded=f"leave-{name}" in sent
    )


class SignForm(Form):
    """The last look before signing.

    `facts` is the digest of the facts that the page showed, `versions` those they were read from.
    """

    read = fields.checkbox_field("I have read this note")
    code = StringField("Return code")
    version = StringField("Version")
    versions = StringField("Versions of the facts")
    facts = StringField("Facts")

    @property
    def expected_version(self) -> int:
        """The version that was on the page."""
        return fields.parse_whole_number(self.version.data)

    def validate_read(self, field: Any) -> None:
        """Signing needs the tick: nothing can be changed afterwards."""
        if not field.data:
            raise ValidationError(
                "Tick this once you have read the note. After signing nothing in it can be changed."
            )
