"""The format of one note: which sections it has, and where its parts go when the format is switched.

A clinician's text belongs to the section that it was written under, and never moves: where the new format
has no such section, it stays under its old heading, and a switch back finds it where it was. A prefilled part
has no place of its own; its source decides.
"""

from collections.abc import Sequence

import msgspec

from clinic_toolkit.note_formats import loader
from clinic_toolkit.note_formats.model import FormatSection, NoteFormat
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource

PREFILLED_SOURCES = frozenset(PartSource) - {PartSource.CLINICIAN}
# A format without a section for goals shows them beside the note alone.
OPTIONAL_SOURCES = frozenset({PartSource.GOAL})

NOTE_FORMATS = loader.list_shipped_formats(
    frozenset(map(str, PREFILLED_SOURCES)), frozenset(map(str, OPTIONAL_SOURCES))
)
_formats_by_id = {note_format.id: note_format for note_format in NOTE_FORMATS}
DEFAULT_FORMAT = _formats_by_id["DAP"]


def find_shipped_format(format_id: str) -> NoteFormat | None:
    """The format with this id that ships with the program; None if there is none."""
    return _formats_by_id.get(format_id)


def format_of(note: ClinicalNote | None) -> NoteFormat:
    """Return the format of a note; the usual one if there is no note yet.

    If this version of the program does not know it, the sections are those that the note has, each under the
    heading that it was saved with, or else under its key, so that every line of it can be read.
    """
    if note is None:
        return DEFAULT_FORMAT
    if known_format := find_shipped_format(note.format):
        return known_format
    headings = list_headings(note, ())
    first, rest = headings[:1], headings[1:]
    return NoteFormat(
        id=note.format,
        name=note.format,
        sections=(
            *(
                FormatSection(key=key, heading=heading, takes=tuple(map(str, PREFILLED_SOURCES)))
                for key, heading in first
            ),
            *(FormatSection(key=key, heading=heading) for key, heading in rest),
        ),
    )


def list_headings(
    note: ClinicalNote, known_headings: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """The key and heading of every section of a note, in their order: those it was saved with, or else these.

    A section that neither names stands at the end under its key.
    """
    headings = dict(note.headings or known_headings)
    for part in note.parts:
        if part.section:
            headings.setdefault(part.section, part.section.replace("_", " ").capitalize())
    return tuple(headings.items())


def write_note(
    note: ClinicalNote,
    parts: Sequence[NotePart],
    note_format: NoteFormat,
    known_headings: Sequence[tuple[str, str]] = (),
) -> ClinicalNote:
    """Return the note with these parts, in this format; what was written in another one stays in it.

    Args:
        known_headings: those of a section that the parts name and the note did not have.
    """
    sorted_parts = tuple(sort_parts(parts, note_format))
    # A draft of schema version 1 has no headings yet: those of its format.
    known = (*list_headings(note, format_of(note).headings), *known_headings)
    in_use = {part.section for part in sorted_parts if part.text.strip()} - set(note_format.keys)
    kept = {key: heading for key, heading in reversed(known) if key in in_use}
    return msgspec.structs.replace(
        note,
        format=note_format.id,
        parts=sorted_parts,
        headings=(*note_format.headings, *reversed(kept.items())),
    )


def sort_parts(parts: Sequence[NotePart], note_format: NoteFormat) -> list[NotePart]:
    """Return the parts as this format sorts them; the clinician's stay where they were written.

    What holds no text in a section that the format does not have is left out. A prefilled part that the
    format has no section for goes to the last one.
    """
    section_by_source = note_format.section_by_source
    sorted_parts = []
    for part in parts:
        if part.source != PartSource.CLINICIAN:
            section = section_by_source.get(part.source, note_format.keys[-1] if note_format.keys else "")
            sorted_parts.append(msgspec.structs.replace(part, section=section))
        elif part.text.strip() or part.section in note_format.keys:
            sorted_parts.append(part)
    return sorted_parts
