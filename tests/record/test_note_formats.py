"""Formats of notes: whatever a note may begin with has a section in each of them."""

import pytest

from clinic_toolkit.record.writing.note_formats import NOTE_FORMATS, NoteFormat
from clinic_toolkit.record.writing.note_record import PartSource

# A format without a section for goals shows them beside the note alone.
PREFILLED = set(PartSource) - {PartSource.CLINICIAN, PartSource.GOAL}


@pytest.mark.parametrize("note_format", NOTE_FORMATS, ids=lambda note_format: note_format.id)
def test_every_prefilled_part_has_a_section(note_format: NoteFormat) -> None:
    keys = [key for key, _ in note_format.sections]
    assert set(note_format.section_by_source) >= PREFILLED
    assert set(note_format.section_by_source.values()) <= set(keys)
    assert len(set(keys)) == len(keys) > 0


def test_no_two_formats_have_one_id() -> None:
    assert len({note_format.id for note_format in NOTE_FORMATS}) == len(NOTE_FORMATS)
