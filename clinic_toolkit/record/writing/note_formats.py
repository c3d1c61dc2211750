"""The formats of progress notes, as data: their sections, and where prefilled parts go.

A format listed in `NOTE_FORMATS` can be read; no page offers a choice yet, so a new note has the default one.
Its id and section keys are stored in notes, so they never change; headings may.
"""

from collections.abc import Mapping

import msgspec

from clinic_toolkit.record.writing.note_record import ClinicalNote, PartSource


class NoteFormat(msgspec.Struct, frozen=True, kw_only=True):
    """One format.

    `sections` are pairs of key and heading, in their order. `section_by_source` is the section that a
    prefilled part of each source goes to.
    """

    id: str
    sections: tuple[tuple[str, str], ...]
    section_by_source: Mapping[PartSource, str]


DAP = NoteFormat(
    id="DAP",
    sections=(("data", "Data"), ("assessment", "Assessment"), ("plan", "Plan")),
    section_by_source={
        PartSource.QUESTIONNAIRE: "data",
        PartSource.REMARK: "data",
        PartSource.RISK_ENTRY: "assessment",
        PartSource.WORKSHEET: "plan",
    },
)

NOTE_FORMATS = (DAP,)
DEFAULT_FORMAT = DAP

_formats_by_id = {note_format.id: note_format for note_format in NOTE_FORMATS}


def format_of(note: ClinicalNote | None) -> NoteFormat:
    """Return the format of a note; the usual one if there is no note yet.

    If this version of the program does not know it, the sections are those that the note has parts in, each
    under its key, so that every line of it can be read.
    """
    if note is None:
        return DEFAULT_FORMAT
    if known_format := _formats_by_id.get(note.format):
        return known_format
    keys = dict.fromkeys(part.section for part in note.parts)
    return NoteFormat(
        id=note.format,
        sections=tuple((key, key.replace("_", " ").capitalize()) for key in keys),
        section_by_source=dict.fromkeys(PartSource, next(iter(keys), "")),
    )
