"""Forms for writing and signing a note.

A note's fields follow its parts: one for each section that the clinician writes, and one for each prefilled
block, with a checkbox to leave it out; a block that is only offered has a checkbox to include it. Beside a
questionnaire stand two optional fields: whether numbers and room agree, and the client's view.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from wtforms import StringField
from wtforms.validators import ValidationError

from clinic_toolkit.note_formats.model import NoteFormat
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.record.writing.questionnaire_parts import room_sentence
from clinic_toolkit.web.forms import fields

# What to do with the text that another window saved: its field is named by this and the name of the text's.
KEEP_PREFIX, KEEP_THEIRS, KEEP_BOTH = "keep-", "theirs", "both"
# A key of a section comes back from a page, and is stored.
SECTION_KEY = re.compile(r"[a-z0-9_-]{1,40}")
# The optional fields beside a questionnaire; any other block is named "block".
_PREFIX_BY_SOURCE = {PartSource.ROOM: "room", PartSource.CLIENT_VIEW: "view"}


class PartField(msgspec.Struct, frozen=True, kw_only=True):
    """One part with the name of its field, and the heading over it.

    `is_former` marks text under a heading that the present format does not have.
    """

    name: str
    heading: str
    part: NotePart
    hint: str = ""
    is_former: bool = False


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One field whose text was saved in another window, too: both texts, and the name of the field."""

    name: str
    heading: str
    mine: str
    theirs: str


class NoteForm:
    """A note as typed. `sections` and `prefilled_blocks` hold each part with the name of its field."""

    def __init__(
        self,
        parts: Sequence[NotePart],
        note_format: NoteFormat,
        headings: Sequence[tuple[str, str]] = (),
        version: int = 0,
    ) -> None:
        self.expected_version = version
        self.errors_by_field: dict[str, list[str]] = {}
        own_parts = {part.section: part for part in parts if part.source == PartSource.CLINICIAN}
        heading_by_key = dict(headings)
        self.sections = [
            PartField(
                name=f"section-{section.key}",
                heading=section.heading,
                hint=section.hint,
                part=own_parts.get(section.key)
                or NotePart(section=section.key, source=PartSource.CLINICIAN, text=""),
            )
            for section in note_format.sections
        ]
        self.sections += [
            PartField(name=f"section-{key}", heading=heading_by_key.get(key, key), part=part, is_former=True)
            for key, part in own_parts.items()
            if key not in note_format.keys and part.text.strip()
        ]
        self.prefilled_blocks = [
            PartField(name=_block_name(part), heading=part.source_words or part.title, part=part)
            for part in parts
            if part.source != PartSource.CLINICIAN
        ]

    @classmethod
    def from_request(
        cls,
        parts: Sequence[NotePart],
        note_format: NoteFormat,
        headings: Sequence[tuple[str, str]],
        posted: Mapping[str, str],
    ) -> "NoteForm":
        """Make the form from posted fields; a block that the page did not show yet stays unchanged.

        Args:
            parts: those that are stored now, which may be newer than what the page showed.
        """
        form = cls(parts, note_format, headings, fields.parse_whole_number(posted.get("version")))
        form.sections += _fields_of_former_sections(form, posted, dict(headings))
        form.sections = [
            msgspec.structs.replace(
                field, part=msgspec.structs.replace(field.part, text=_chosen_text(field, posted))
            )
            for field in form.sections
        ]
        form.prefilled_blocks = [
            msgspec.structs.replace(field, part=_submitted_block(field, posted))
            for field in form.prefilled_blocks
        ]
        return form

    def parts(self) -> list[NotePart]:
        """The parts to save: the clinician's sections, then the prefilled blocks."""
        return [field.part for field in (*self.sections, *self.prefilled_blocks)]

    def insert(self, name: str, words: str) -> None:
        """Put the words of a phrase at the end of the section with this field; elsewhere nothing changes."""
        for place, field in enumerate(self.sections):
            if field.name == name and words:
                text = "\n".join(filter(None, (field.part.text, words)))
                part = msgspec.structs.replace(field.part, text=text)
                self.sections[place] = msgspec.structs.replace(field, part=part)

    def blocks_of(self, section: str, *sources: str) -> list[PartField]:
        """The prefilled blocks of a section that have one of these sources, without sensitive ones."""
        return [
            field
            for field in self.prefilled_blocks
            if field.part.section == section and field.part.source in sources and not field.part.is_sensitive
        ]

    def list_differences(self, stored: Sequence[NotePart]) -> list[Difference]:
        """The fields whose text differs from what is stored, each with both texts.

        Args:
            stored: the parts as another window saved them.
        """
        stored_form = {
            ("section", part.section)
            if part.source == PartSource.CLINICIAN
            else ("block", part.origin_id): part
            for part in stored
        }
        differences = []
        for field in (*self.sections, *self.prefilled_blocks):
            is_block = field.part.source != PartSource.CLINICIAN
            theirs = stored_form.get(
                ("block", field.part.origin_id) if is_block else ("section", field.part.section)
            )
            if not field.part.is_offered and (theirs.text if theirs else "") != field.part.text:
                differences.append(
                    Difference(
                        name=field.name,
                        heading=field.heading[:1].upper() + field.heading[1:],
                        mine=field.part.text,
                        theirs=theirs.text if theirs else "",
                    )
                )
        return differences

    def validate(self) -> bool:
        """Check the lengths; the error messages are in `errors_by_field`."""
        for field in (*self.sections, *self.prefilled_blocks):
            excess = len(field.part.text) - fields.MAX_PAGE
            if excess > 0:
                self.errors_by_field[field.name] = [fields.too_long_message(excess, fields.MAX_PAGE)]
        return not self.errors_by_field


def _block_name(part: NotePart) -> str:
    prefix = _PREFIX_BY_SOURCE.get(part.source, "block")
    return f"{prefix}-{part.origin_id}"


def _fields_of_former_sections(
    form: NoteForm, posted: Mapping[str, str], heading_by_key: Mapping[str, str]
) -> list[PartField]:
    """The posted sections that the form does not have, because another window switched the format."""
    known = {field.name for field in form.sections}
    return [
        PartField(
            name=name,
            heading=heading_by_key.get(key, key.replace("_", " ").capitalize()),
            part=NotePart(section=key, source=PartSource.CLINICIAN, text=""),
            is_former=True,
        )
        for name, text in posted.items()
        if name not in known
        and name.startswith("section-")
        and SECTION_KEY.fullmatch(key := name.removeprefix("section-"))
        and text.strip()
    ]


def _chosen_text(field: PartField, posted: Mapping[str, str]) -> str:
    """The text of a field as posted, or what was chosen where another window had saved one, too."""
    theirs, choice = field.part.text, posted.get(f"{KEEP_PREFIX}{field.name}")
    mine = fields.clean_text(posted.get(field.name, theirs))
    if choice == KEEP_THEIRS:
        return theirs
    # A form that was sent twice finds both there already.
    if choice == KEEP_BOTH and theirs != mine and not theirs.endswith(f"\n\n{mine}"):
        return "\n\n".join(filter(None, (theirs, mine)))
    return theirs if choice == KEEP_BOTH else mine


def _submitted_block(field: PartField, posted: Mapping[str, str]) -> NotePart:
    part, name = field.part, field.name
    if part.is_offered:
        # Another person's words cannot be edited: they are included unchanged or left out.
        return msgspec.structs.replace(part, is_excluded=f"take-{name}" not in posted)
    if name not in posted:
        return part
    if part.source == PartSource.ROOM:
        return msgspec.structs.replace(part, text=room_sentence(part.title, posted[name]))
    return msgspec.structs.replace(
        part, text=_chosen_text(field, posted), is_excluded=f"leave-{name}" in posted
    )


class SignForm(fields.VersionedForm):
    """The form on the page that is read before signing.

    That the note was read is said once: by the return code, or, where there is none, by a tick.
    `facts` is the digest of the facts that the page showed, `versions` the record versions they come from.
    """

    read = fields.checkbox_field("I have read this note")
    code = StringField("Return code")
    late_reason = fields.text_field("Why this note comes so late", limit=1000)
    versions = StringField("Versions of the facts")
    facts = StringField("Facts")

    asks_code: bool = False

    def validate_read(self, field: Any) -> None:
        """Require the tick where no code is asked, because nothing can be changed after signing."""
        if not field.data and not self.asks_code:
            raise ValidationError(
                "Tick this once you have read the note. After signing nothing in it can be changed."
            )
