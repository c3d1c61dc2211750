"""The mark under a signed note or an addition: what it belongs to, and whether that is as it was signed."""

from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import integrity, inventory_snapshot, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing import notes, signatures
from clinic_toolkit.record.writing.note_addition_record import (
    ADDITION_PURPOSE,
    NOTE_ADDITION,
    NoteAddition,
)
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote
from clinic_toolkit.vault.vault import Vault

_HEX_DIGITS = frozenset("0123456789ABCDEF")


class NotAMark(ClinicError):
    """What was typed is no mark."""

    def __init__(self) -> None:
        super().__init__(
            "A mark has 12 characters, 0 to 9 and A to F, in three groups, such as 1F0C 88A2 9B3D."
        )


class MarkState(StrEnum):
    """What a mark leads to.

    HOLDS: a signed text whose signature holds. CHANGED: one whose signature or bytes do not. SET_ASIDE: one
    that belongs to another client. UNKNOWN: nothing in this record has it.
    """

    HOLDS = "holds"
    CHANGED = "changed"
    SET_ASIDE = "set_aside"
    UNKNOWN = "unknown"


class MarkedText(Struct, frozen=True, kw_only=True):
    """What a mark leads to; `note` is the note itself, or that of the `addition` which has the mark."""

    state: MarkState
    note: RecordVersion[ClinicalNote] | None = None
    addition: RecordVersion[NoteAddition] | None = None


def read_mark(typed: str) -> str:
    """Return the 12 digits of a mark as it was typed, without what stands between them.

    Raises:
        NotAMark: it is none.
    """
    digits = "".join(ch for ch in typed.upper() if not ch.isspace() and ch not in "-.·_")
    if len(digits) != signatures.MARK_DIGITS or not _HEX_DIGITS.issuperset(digits):
        raise NotAMark
    return digits


def find_by_mark(db: Connection, vault: Vault, mark: str) -> MarkedText:
    """Find what was signed with this mark, by the audit log, and check it.

    Args:
        mark: its digits, as `read_mark` returns them.
    """
    begin = bytes.fromhex(mark)
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    for kind in (CLINICAL_NOTE, NOTE_ADDITION):
        for id in inventory.record_ids(kind.name, None):
            known = inventory.find_newest(id)
            if known is None or not known.content_id.startswith(begin):
                continue
            record_id = UUID(bytes=id)
            if records.is_set_aside(db, vault, kind, record_id):
                return MarkedText(state=MarkState.SET_ASIDE)
            return (
                _check_note(db, vault, record_id)
                if kind is CLINICAL_NOTE
                else _check_addition(db, vault, record_id)
            )
    return MarkedText(state=MarkState.UNKNOWN)


def _check_note(db: Connection, vault: Vault, id: UUID) -> MarkedText:
    try:
        note = notes.load_note(db, vault, id)
    except (integrity.UnreadableRecord, records.RecordNotFound):
        return MarkedText(state=MarkState.CHANGED)
    if not note.final:
        return MarkedText(state=MarkState.UNKNOWN)
    holds = notes.has_valid_signature(vault, note)
    return MarkedText(state=MarkState.HOLDS if holds else MarkState.CHANGED, note=note)


def _check_addition(db: Connection, vault: Vault, id: UUID) -> MarkedText:
    try:
        addition = records.load_record(db, vault, NOTE_ADDITION, id)
        note = notes.load_note(db, vault, addition.payload.note_id)
    except (integrity.UnreadableRecord, records.RecordNotFound):
        return MarkedText(state=MarkState.CHANGED)
    holds = (
        signatures.has_valid_signature(vault, addition, ADDITION_PURPOSE)
        and addition.payload.note_content_id == note.content_id
    )
    state = MarkState.HOLDS if holds else MarkState.CHANGED
    return MarkedText(state=state, note=note, addition=addition)
