"""Forms for writing and signing a note.

A note's fields follow its parts: one for each section that the clinician writes, and one for each prefilled
block, with a checkbox to leave it out; a block that is only offered has a checkbox to include it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record.writing.note_formats import NoteFormat
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.web.forms import fields


class NoteForm:
    """A note as typed. `sections` and `prefilled_blocks` hold each part with the name of its field."""

    def __init__(self, parts: Sequence[NotePart], note_format: NoteFormat, version: int = 0) -> None:
        self.expected_version = version
        self.errors_by_field: dict[str, list[str]] = {}
        own_parts = {part.section: part for part in parts if part.source == PartSource.CLINICIAN}
        self.sections = [
            (
                f"section-{key}",
                heading,
                own_parts.get(key) or NotePart(section=key, source=PartSource.CLINICIAN, text=""),
            )
            for key, heading in note_format.sections
        ]
        self.prefilled_blocks = [
            (f"block-{part.origin_id}", part) for part in parts if part.source != PartSource.CLINICIAN
        ]

    @classmethod
    def from_parts(cls, parts: Sequence[NotePart], note_format: NoteFormat) -> "NoteForm":
        """Make the form from the stored parts."""
        return cls(parts, note_format)

    @classmethod
    def from_request(
        cls, parts: Sequence[NotePart], note_format: NoteFormat, posted: Mapping[str, str]
    ) -> "NoteForm":
        """Make the form from posted fields; a block that the page did not show yet stays unchanged."""
        form = cls(parts, note_format, fields.parse_whole_number(posted.get("version")))
        form.sections = [
            (
                name,
                heading,
                msgspec.structs.replace(part, text=fields.clean_text(posted.get(name, part.text))),
            )
            for name, heading, part in form.sections
        ]
        form.prefilled_blocks = [
            (name, _submitted_block(name, part, posted)) for name, part in form.prefilled_blocks
        ]
        return form

    def parts(self) -> list[NotePart]:
        """The parts to save: the clinician's sections, then the prefilled blocks."""
        return [part for _, _, part in self.sections] + [part for _, part in self.prefilled_blocks]

    def validate(self) -> bool:
        """Check the lengths; the error messages are in `errors_by_field`."""
        for name, part in [(name, part) for name, _, part in self.sections] + self.prefilled_blocks:
            excess = len(part.text) - fields.MAX_PAGE
            if excess > 0:
                self.errors_by_field[name] = [fields.too_long_message(excess, fields.MAX_PAGE)]
        return not self.errors_by_field


def _submitted_block(name: str, part: NotePart, posted: Mapping[str, str]) -> NotePart:
    if part.is_offered:
        # Another person's words cannot be edited: they are included unchanged or left out.
        return msgspec.structs.replace(part, is_excluded=f"take-{name}" not in posted)
    if name not in posted:
        return part
    return msgspec.structs.replace(
        part, text=fields.clean_text(posted[name]), is_excluded=f"leave-{name}" in posted
    )


class SignForm(Form):
    """The form on the page that is read before signing.

    `facts` is the digest of the facts that the page showed, `versions` the record versions they come from.
    """

    read = fields.checkbox_field("I have read this note")
    code = StringField("Return code")
    late_reason = fields.text_field("Why this note comes so late", limit=1000)
    version = StringField("Version")
    versions = StringField("Versions of the facts")
    facts = StringField("Facts")

    @property
    def expected_version(self) -> int:
        """The version that the page showed."""
        return fields.parse_whole_number(self.version.data)

    def validate_read(self, field: Any) -> None:
        """Require the tick, because nothing can be changed after signing."""
        if not field.data:
            raise ValidationError(
                "Tick this once you have read the note. After signing nothing in it can be changed."
            )
