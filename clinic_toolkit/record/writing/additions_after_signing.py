"""Later arrivals: what came to an hour, or was changed there, after the note of the hour was signed.

The order is that of the audit trail, so that a clock which was set back or forward changes nothing.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import inventory_snapshot, records, version_history
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.therapy_sessions import TherapySession
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administrations import Administration, administration_table
from clinic_toolkit.record.safety.risk_entries import RiskEntry
from clinic_toolkit.record.writing import handouts, notes
from clinic_toolkit.record.writing.handouts import Handout
from clinic_toolkit.record.writing.notes import ClinicalNote
from clinic_toolkit.vault.vault import Vault

ADDED_AFTER_SIGNING = "after the note was signed"
CHANGED_AFTER_SIGNING = "changed after the note was signed"


class AdditionAfterSigning(Struct, frozen=True, kw_only=True):
    """One thing that belongs to an hour: `noun` names its table, `mark` says what came after the note."""

    id: UUID
    table_name: str
    title: str
    signing_mark: str


def list_additions_after_signing(
    db: Connection,
    vault: Vault,
    hour: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote] | None,
) -> tuple[AdditionAfterSigning, ...]:
    """What came to the hour after its note was signed; nothing as long as none is."""
    if note is None or not note.final:
        return ()
    # What one of a couple answered is that person's own; a sheet may be given to either of them.
    everyone = cases.load_case(db, vault, hour.payload.case_id).payload.client_ids
    sheets = handouts.list_handouts_in_session(db, vault, everyone, hour.id)
    return among(db, vault, note, answered_items.list_single_client_administrations(db, vault, hour), sheets)


def among(
    db: Connection,
    vault: Vault,
    note: RecordVersion[ClinicalNote] | None,
    given: Sequence[RecordVersion[Administration]],
    sheets: Sequence[RecordVersion[Handout]],
) -> tuple[AdditionAfterSigning, ...]:
    """`list_additions_after_signing`, for whoever has the questionnaires and the sheets of the hour
    already."""
    if note is None or not note.final:
        return ()
    found: list[tuple[str, RecordVersion[Any], str, str]] = [
        (
            "administration",
            kept,
            administrations.title_of(kept.payload),
            _form_signing_mark(db, vault, note, kept),
        )
        for kept in given
    ]
    found += [
        ("handout", kept, f"Worksheet “{kept.payload.title}”", _record_signing_mark(db, vault, note, kept))
        for kept in sheets
    ]
    return tuple(
        AdditionAfterSigning(id=kept.id, table_name=noun, title=title, signing_mark=mark)
        for noun, kept, title, mark in found
        if mark
    )


def risk_entry_signing_mark(db: Connection, vault: Vault, risk_entry: RecordVersion[RiskEntry]) -> str:
    """What to say beside a risk entry that was written after the note of its hour was signed, or "".

    It stands on the page of the entry alone. The client sees the pages of the hour and the note, where the
    name of such an entry would already say too much.
    """
    if risk_entry.payload.therapy_session_id is None:
        return ""
    with suppress(records.RecordNotFound, UnreadableRecord):
        hour = therapy_sessions.load_therapy_session(db, vault, risk_entry.payload.therapy_session_id)
        note = notes.find_note_of_session(db, vault, hour)
        return _record_signing_mark(db, vault, note, risk_entry) if note is not None and note.final else ""
    return ""


def _record_signing_mark(
    db: Connection, vault: Vault, note: RecordVersion[ClinicalNote], record: RecordVersion[Any]
) -> str:
    known = inventory_snapshot.load_inventory(db, vault)
    signed = known.find_newest(note.id.bytes)
    return ADDED_AFTER_SIGNING if signed is not None and known.first_seq(record.id.bytes) > signed.seq else ""


def _form_signing_mark(
    db: Connection,
    vault: Vault,
    note: RecordVersion[ClinicalNote],
    administration: RecordVersion[Administration],
) -> str:
    """A questionnaire that was there already may have been answered further, or corrected."""
    after = _record_signing_mark(db, vault, note, administration)
    then = (
        dict(note.payload.facts.versions.administrations).get(administration.id.bytes)
        if note.payload.facts
        else None
    )
    if after or then is None or then == administration.version:
        return after
    versions = version_history.list_versions(
        db, vault, administration_table, administration.id, Administration
    )
    # A draft is replaced by what follows it. Of a finished one every version is kept, and what was said when
    # it was looked at makes a version as well.
    as_signed = next((each.payload for each in versions if each.version == then), None)
    same = as_signed is not None and (as_signed.answers, as_signed.open_line_answer) == (
        administration.payload.answers,
        administration.payload.open_line_answer,
    )
    return "" if same else CHANGED_AFTER_SIGNING
