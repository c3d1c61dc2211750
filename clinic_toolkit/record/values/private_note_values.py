"""Psychotherapy notes as a paper shows them, decrypted and ready to render."""

from datetime import date

from msgspec import Struct

from clinic_toolkit.record.values.page_values import Letterhead


class PrivateNote(Struct, frozen=True, kw_only=True):
    """One note: its day and its words."""

    note_date: date
    text: str


class PrivateNotesPage(Struct, frozen=True, kw_only=True):
    """The notes about one case, oldest first."""

    letterhead: Letterhead
    client_names: str
    notes: tuple[PrivateNote, ...]
