"""Formats of notes of a practice's own, in the ring of the practice; every version of them is kept.

A draft takes the newest version. A signed note needs none: it holds its headings itself.
"""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.note_formats.model import FormatSection, NoteFormat, list_problems
from clinic_toolkit.record.people import practice
from clinic_toolkit.record.writing.note_formats import (
    DEFAULT_FORMAT,
    NOTE_FORMATS,
    PREFILLED_SOURCES,
    find_shipped_format,
    format_of,
)
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.record.writing.own_note_format_record import (
    OWN_NOTE_FORMAT,
    OwnNoteFormat,
    OwnNoteFormatEvent,
    OwnNoteFormatState,
)
from clinic_toolkit.vault.vault import Vault

MAX_FORMATS = 20


class TooManyFormats(ClinicError):
    """The practice has as many formats as there can be."""

    def __init__(self) -> None:
        super().__init__(f"There are {MAX_FORMATS} formats of your own, and no more can be added.")


class FormatNotWhole(ClinicError):
    """A format lacks a section, or something that the program fills in has no place in it."""

    def __init__(self) -> None:
        super().__init__(
            "This format was not saved: every section needs a heading of its own, and everything that the "
            "program fills in needs a section."
        )


def new_section_key() -> str:
    """A key for a new section, like that of no other format."""
    return f"own-{uuid4().hex[:12]}"


def as_note_format(stored: RecordVersion[OwnNoteFormat]) -> NoteFormat:
    """The format as notes use it; its id is that of its record."""
    return NoteFormat(
        id=stored.id.hex,
        name=stored.payload.name,
        sections=tuple(
            FormatSection(key=section.key, heading=section.heading, hint=section.hint, takes=section.takes)
            for section in stored.payload.sections
        ),
    )


def create_format(
    db: Connection,
    vault: Vault,
    payload: OwnNoteFormat,
    *,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[OwnNoteFormat]:
    """Add a format; notes can be written in it from now on.

    Raises:
        FormatNotWhole: nothing was saved.
        TooManyFormats: nothing was saved.
    """
    _check_whole(payload)
    if len(list_own_formats(db, vault)) >= MAX_FORMATS:
        raise TooManyFormats
    return records.create_record(
        db,
        vault,
        OWN_NOTE_FORMAT,
        payload,
        ring=vault.practice_ring,
        state=OwnNoteFormatState.OFFERED,
        event=OwnNoteFormatEvent.ADDED,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def revise_format(
    db: Connection,
    vault: Vault,
    current: RecordVersion[OwnNoteFormat],
    payload: OwnNoteFormat,
    *,
    now: datetime,
) -> RecordVersion[OwnNoteFormat]:
    """Save another version; the same contents make none.

    Raises:
        FormatNotWhole: nothing was saved.
    """
    _check_whole(payload)
    if payload == current.payload:
        return current
    return records.append_version(
        db,
        vault,
        OWN_NOTE_FORMAT,
        current,
        payload,
        state=current.state,
        event=OwnNoteFormatEvent.REVISED,
        now=now,
    )


def offer_format(
    db: Connection, vault: Vault, current: RecordVersion[OwnNoteFormat], *, is_offered: bool, now: datetime
) -> RecordVersion[OwnNoteFormat]:
    """Offer a format for new notes, or no longer; a note that has it keeps it."""
    state = OwnNoteFormatState.OFFERED if is_offered else OwnNoteFormatState.RETIRED
    if current.state == state:
        return current
    event = OwnNoteFormatEvent.OFFERED if is_offered else OwnNoteFormatEvent.RETIRED
    return records.append_version(
        db, vault, OWN_NOTE_FORMAT, current, current.payload, state=state, event=event, now=now
    )


def _check_whole(payload: OwnNoteFormat) -> None:
    sections = tuple(
        FormatSection(key=section.key, heading=section.heading, takes=section.takes)
        for section in payload.sections
    )
    headings = [section.heading.casefold() for section in sections]
    whole = NoteFormat(id="", name=payload.name, sections=sections)
    if list_problems(whole, map(str, PREFILLED_SOURCES)) or len(set(headings)) < len(headings):
        raise FormatNotWhole


def list_own_formats(db: Connection, vault: Vault) -> list[RecordVersion[OwnNoteFormat]]:
    """Every format of the practice's own, offered or not, by name."""
    formats = records.list_records_in_rings(db, vault, OWN_NOTE_FORMAT, [vault.practice_ring])
    return sorted(formats, key=lambda each: (each.payload.name.casefold(), each.id))


def load_own_format(db: Connection, vault: Vault, format_id: UUID) -> RecordVersion[OwnNoteFormat]:
    """Load one format.

    Raises:
        RecordNotFound: there is none.
    """
    return records.load_record(db, vault, OWN_NOTE_FORMAT, format_id)


def list_offered_formats(db: Connection, vault: Vault) -> list[NoteFormat]:
    """The formats that a note can be written in: those that ship, and those of the practice."""
    own = [each for each in list_own_formats(db, vault) if each.state == OwnNoteFormatState.OFFERED]
    return [*NOTE_FORMATS, *map(as_note_format, own)]


def find_format(db: Connection, vault: Vault, format_id: str) -> NoteFormat | None:
    """The format with this id, offered or not; None if there is none that can be read."""
    if shipped := find_shipped_format(format_id):
        return shipped
    own = list_own_formats(db, vault)
    return next((as_note_format(each) for each in own if each.id.hex == format_id), None)


def find_format_of(db: Connection, vault: Vault, note: ClinicalNote | None) -> NoteFormat:
    """The format of a draft, or the practice's usual one if there is no note yet.

    A draft whose format cannot be read is shown under the headings that it was saved with.
    """
    if note is not None:
        return find_format(db, vault, note.format) or format_of(note)
    usual = practice.load_practice_settings(db, vault).payload.note_format
    return find_format(db, vault, usual) or DEFAULT_FORMAT


def choose_usual_format(db: Connection, vault: Vault, format_id: str, *, now: datetime) -> None:
    """Make a format the one that new notes begin with.

    Raises:
        RecordNotFound: there is no such format.
    """
    if find_format(db, vault, format_id) is None:
        raise records.RecordNotFound
    current = practice.load_practice_settings(db, vault)
    if (current.payload.note_format or DEFAULT_FORMAT.id) != format_id:
        settings = msgspec.structs.replace(current.payload, note_format=format_id)
        practice.revise_practice_settings(db, vault, current, settings, now=now)
