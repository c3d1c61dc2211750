"""Psychotherapy notes: kept apart from the record, under a key that an ordinary unlock leaves closed.

A note lies in a ring of its own class: that of the client, or of the couple whose case it is about. No other
part of the program reads this kind, so that no list, search, summary or export of the record can hold a word
of it. It is not signed. The law that sets these notes apart (`private_note_laws`) treats them as their
author's working notes and not as entries of the record; a signature is made to show a record to others. Every
saved version is kept all the same.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.writing.psychotherapy_note_record import (
    PSYCHOTHERAPY_NOTE,
    PsychotherapyNote,
    PsychotherapyNoteEvent,
    PsychotherapyNoteState,
)
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.ring_grants import PsychotherapyClosed
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault

# The name of the form in which one is written, for its draft.
NOTE_FORM = "psychotherapy_note"


class NoteIsEmpty(ClinicError):
    """A psychotherapy note without text is not kept."""

    def __init__(self) -> None:
        super().__init__("Nothing is written yet. Write at least one word, or leave the page.")


class CaseNotes(msgspec.Struct, frozen=True, kw_only=True):
    """The notes about one case, newest first."""

    case_id: UUID
    notes: tuple[RecordVersion[PsychotherapyNote], ...]


def check_open(vault: Vault) -> None:
    """Check that the key for psychotherapy notes is open.

    Raises:
        PsychotherapyClosed: it is not.
    """
    if not vault.rings.opens_psychotherapy_notes:
        raise PsychotherapyClosed


def find_ring(vault: Vault, case: RecordVersion[Case]) -> UUID | None:
    """The ring in which notes about this case are written; None before the first one."""
    try:
        return vault.rings.get_ring(_owner_of(case), RingClass.PSYCHOTHERAPY)
    except UnknownRing:
        return None


def ensure_ring(db: Connection, vault: Vault, case: RecordVersion[Case]) -> UUID:
    """The ring in which notes about this case are written, made if there is none.

    Raises:
        PsychotherapyClosed: the key for these notes is not open.
    """
    check_open(vault)
    ring = find_ring(vault, case)
    return ring or vault.rings.create_ring(db, owner=_owner_of(case), ring_class=RingClass.PSYCHOTHERAPY)


def write_note(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    *,
    text: str,
    note_date: date,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[PsychotherapyNote]:
    """Write a note about a case.

    Args:
        idempotency_key: the random number of the form; it becomes the note's id.

    Raises:
        PsychotherapyClosed: the key for these notes is not open.
        NoteIsEmpty: there is no text.
    """
    if not text.strip():
        raise NoteIsEmpty
    return records.create_record(
        db,
        vault,
        PSYCHOTHERAPY_NOTE,
        PsychotherapyNote(case=case.id.bytes, note_date=note_date, text=text),
        ring=ensure_ring(db, vault, case),
        state=PsychotherapyNoteState.WRITTEN,
        event=PsychotherapyNoteEvent.WRITTEN,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def change_note(
    db: Connection,
    vault: Vault,
    current: RecordVersion[PsychotherapyNote],
    *,
    text: str,
    note_date: date,
    expected_version: int,
    now: datetime,
) -> RecordVersion[PsychotherapyNote]:
    """Save a further version of a note; the earlier ones stay. The same words make no new version.

    Raises:
        NoteIsEmpty: there is no text.
        StaleVersion: it was changed elsewhere since the author read it.
    """
    if not text.strip():
        raise NoteIsEmpty
    changed = msgspec.structs.replace(current.payload, text=text, note_date=note_date)
    if changed == current.payload:
        return current
    if current.version != expected_version:
        raise records.StaleVersion
    return records.append_version(
        db,
        vault,
        PSYCHOTHERAPY_NOTE,
        current,
        changed,
        state=PsychotherapyNoteState.WRITTEN,
        event=PsychotherapyNoteEvent.CHANGED,
        now=now,
    )


def load_note(db: Connection, vault: Vault, note_id: UUID) -> RecordVersion[PsychotherapyNote]:
    """Load one note.

    Raises:
        PsychotherapyClosed: the key for these notes is not open.
        RecordNotFound: there is none that this clinician may see.
    """
    check_open(vault)
    return records.load_record(db, vault, PSYCHOTHERAPY_NOTE, note_id)


def is_closed_note(db: Connection, vault: Vault, note_id: UUID) -> bool:
    """Whether a note with this id is there, and closed for now."""
    row = transaction_of(db).find_newest_row(PSYCHOTHERAPY_NOTE.table, note_id)
    return row is not None and vault.is_closed(row.ring)


def list_earlier_versions(
    db: Connection, vault: Vault, note: RecordVersion[PsychotherapyNote]
) -> list[RecordVersion[PsychotherapyNote]]:
    """The versions of a note before this one, newest first."""
    return version_history.list_earlier_versions(db, vault, PSYCHOTHERAPY_NOTE, note)


def list_notes_of_case(
    db: Connection, vault: Vault, case: RecordVersion[Case]
) -> list[RecordVersion[PsychotherapyNote]]:
    """The notes about a case, newest first; for one person those of joined entries too.

    Raises:
        PsychotherapyClosed: the key for these notes is not open.
    """
    check_open(vault)
    client_id = case.payload.single_client_id
    owners = clients.list_joined_client_ids(db, vault, client_id) if client_id else (case.id,)
    return _newest_first(_list_of_owners(db, vault, owners))


def list_cases_with_notes(db: Connection, vault: Vault) -> list[CaseNotes]:
    """Every case about which there are notes, the one written about last first.

    Raises:
        PsychotherapyClosed: the key for these notes is not open.
    """
    check_open(vault)
    notes = _list_of_owners(db, vault, vault.rings.list_owners(RingClass.PSYCHOTHERAPY))
    shown_ids = {id: _shown_case_id(db, vault, id) for id in {note.payload.case_id for note in notes}}
    by_case: dict[UUID, list[RecordVersion[PsychotherapyNote]]] = {}
    for note in notes:
        by_case.setdefault(shown_ids[note.payload.case_id], []).append(note)
    found = [CaseNotes(case_id=id, notes=tuple(_newest_first(of_case))) for id, of_case in by_case.items()]
    return sorted(found, key=lambda each: each.notes[0].recorded_at, reverse=True)


def _owner_of(case: RecordVersion[Case]) -> UUID:
    # A single case's notes are erased with the client, a couple's with the couple's joint record.
    return case.payload.single_client_id or case.id


def _shown_case_id(db: Connection, vault: Vault, case_id: UUID) -> UUID:
    """The case under whose name a note is listed: for a joined entry that of the person."""
    client_id = cases.load_case(db, vault, case_id).payload.single_client_id
    if client_id is None:
        return case_id
    primary_id = clients.primary_client_id(db, vault, client_id)
    return case_id if primary_id == client_id else cases.load_single_case(db, vault, primary_id).id


def _list_of_owners(
    db: Connection, vault: Vault, owners: Sequence[UUID]
) -> list[RecordVersion[PsychotherapyNote]]:
    held = set(vault.rings.list_owners(RingClass.PSYCHOTHERAPY))
    rings = [vault.rings.get_ring(owner, RingClass.PSYCHOTHERAPY) for owner in owners if owner in held]
    return records.list_records_in_rings(db, vault, PSYCHOTHERAPY_NOTE, rings)


def _newest_first(
    notes: Sequence[RecordVersion[PsychotherapyNote]],
) -> list[RecordVersion[PsychotherapyNote]]:
    # Those of one day stay in the order in which they were written, latest first.
    in_order = sorted(notes, key=lambda note: note.payload.note_date)
    return in_order[::-1]
