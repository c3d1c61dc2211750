"""The form for a format of notes: up to eight sections, and what the program puts where."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from clinic_toolkit.note_formats.model import NoteFormat
from clinic_toolkit.record.writing.note_record import PartSource
from clinic_toolkit.record.writing.own_note_format_record import OwnNoteFormat, OwnSection
from clinic_toolkit.record.writing.own_note_formats import new_section_key
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.notes import SECTION_KEY

MAX_SECTIONS = 8
# What a person decides at once, because it belongs together.
SOURCE_GROUPS: tuple[tuple[str, str, tuple[PartSource, ...]], ...] = (
    ("form", "What a questionnaire says", (PartSource.QUESTIONNAIRE, PartSource.ROOM)),
    (
        "client",
        "What the client says of it",
        (PartSource.REMARK, PartSource.CORRECTION, PartSource.CLIENT_WORDS, PartSource.CLIENT_VIEW),
    ),
    ("sheet", "Worksheets given and looked at", (PartSource.WORKSHEET,)),
    ("next", "The next step, and what was agreed", (PartSource.NEXT_STEP, PartSource.AGREED)),
    ("goal", "The goal that was worked on", (PartSource.GOAL,)),
    ("risk", "A risk entry that you tick", (PartSource.RISK_ENTRY,)),
)


class SectionRow(Struct, frozen=True, kw_only=True):
    """One row of the form: number, key, heading and hint."""

    number: int
    key: str
    heading: str = ""
    hint: str = ""


class NoteFormatForm:
    """A format as typed: `rows` are its sections, with spare ones below.

    `places` is the number of the section that each group of sources goes to.
    """

    def __init__(
        self, name: str, rows: Sequence[SectionRow], places: Mapping[str, int], version: int
    ) -> None:
        self.name, self.places, self.version = name, places, version
        spare = (SectionRow(number=number, key="") for number in range(len(rows) + 1, MAX_SECTIONS + 1))
        self.rows = [*rows, *spare]
        self.errors: dict[str, list[str]] = {}

    @classmethod
    def from_format(cls, note_format: NoteFormat, *, name: str, version: int = 0) -> "NoteFormatForm":
        """Make the form from a format that is there."""
        number_by_key = {key: number for number, key in enumerate(note_format.keys, 1)}
        return cls(
            name,
            [
                SectionRow(number=number, key=section.key, heading=section.heading, hint=section.hint)
                for number, section in enumerate(note_format.sections, 1)
            ],
            {
                group: number_by_key.get(
                    note_format.section_by_source.get(sources[0], ""), len(number_by_key)
                )
                for group, _, sources in SOURCE_GROUPS
            },
            version,
        )

    @classmethod
    def from_request(cls, posted: Mapping[str, str]) -> "NoteFormatForm":
        """Make the form from posted fields."""
        rows = []
        for number in range(1, MAX_SECTIONS + 1):
            key = posted.get(f"key-{number}", "")
            rows.append(
                SectionRow(
                    number=number,
                    key=key if SECTION_KEY.fullmatch(key) else "",
                    heading=fields.clean_line(posted.get(f"heading-{number}")),
                    hint=fields.clean_line(posted.get(f"hint-{number}")),
                )
            )
        places = {
            group: fields.parse_whole_number(posted.get(f"place-{group}")) for group, _, _ in SOURCE_GROUPS
        }
        name = fields.clean_line(posted.get("name"))
        return cls(name, rows, places, fields.parse_whole_number(posted.get("version")))

    def validate(self) -> bool:
        """Check names, headings and places; the messages are in `errors`."""
        errors: dict[str, str] = {}
        if not self.name:
            errors["name"] = "Give the format a name."
        filled = [row for row in self.rows if row.heading]
        if not filled:
            errors["heading-1"] = "Write at least one heading."
        seen: set[str] = set()
        for row in self.rows:
            if row.heading and row.heading.casefold() in seen:
                errors[f"heading-{row.number}"] = "There is a section with this heading already."
            seen.add(row.heading.casefold())
        for name, text, limit in [
            ("name", self.name, 60),
            *((f"heading-{row.number}", row.heading, 60) for row in self.rows),
            *((f"hint-{row.number}", row.hint, 200) for row in self.rows),
        ]:
            if len(text) > limit:
                errors[name] = fields.too_long_message(len(text) - limit, limit)
        numbers = {row.number for row in filled}
        for group, label, _ in SOURCE_GROUPS:
            if filled and self.places[group] not in numbers:
                errors[f"place-{group}"] = f"“{label}” needs a section that has a heading."
        self.errors = {name: [message] for name, message in errors.items()}
        return not self.errors

    def payload(self) -> OwnNoteFormat:
        """The format as typed; a new section gets a key of its own."""
        used: set[str] = set()
        sections = []
        for row in self.rows:
            if row.heading:
                key = row.key if row.key and row.key not in used else new_section_key()
                used.add(key)
                takes = [
                    source.value
                    for group, _, sources in SOURCE_GROUPS
                    if self.places[group] == row.number
                    for source in sources
                ]
                sections.append(OwnSection(key=key, heading=row.heading, hint=row.hint, takes=tuple(takes)))
        return OwnNoteFormat(name=self.name, sections=tuple(sections))

    def has_same_words(self, stored: OwnNoteFormat) -> bool:
        """Whether this was saved like that already; keys of new sections differ each time."""
        typed = self.payload()
        return (typed.name, [_without_key(each) for each in typed.sections]) == (
            stored.name,
            [_without_key(each) for each in stored.sections],
        )

    @property
    def values(self) -> dict[str, Any]:
        """What stands in each field."""
        values: dict[str, Any] = {"name": self.name}
        for row in self.rows:
            values |= {f"heading-{row.number}": row.heading, f"hint-{row.number}": row.hint}
        return values | {f"place-{group}": number for group, number in self.places.items()}


def _without_key(section: OwnSection) -> tuple[str, str, tuple[str, ...]]:
    return section.heading, section.hint, section.takes
