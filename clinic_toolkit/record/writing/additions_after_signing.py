"""Additions after signing: records added to a session, or changed, after the note of the session was signed.

The order of events is taken from the audit log and not from timestamps, because a clock may have been set
back or forward.
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
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry
from clinic_toolkit.record.writing import handouts, notes
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.vault.vault import Vault

ADDED_AFTER_SIGNING = "after the note was signed"
CHANGED_AFTER_SIGNING = "changed after the note was signed"


class AdditionAfterSigning(Struct, frozen=True, kw_only=True):
    """One record of a session; `after_signing_label`: added or changed after signing."""

    id: UUID
    table_name: str
    title: str
    after_signing_label: str


def list_additions_after_signing(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote] | None,
) -> tuple[AdditionAfterSigning, ...]:
    """The questionnaires and handouts added or changed after the note of the session was signed.

    Returns:
        Empty while there is no signed note.
    """
    if note is None or not note.final:
        return ()
    # In a couple's session no partner's answers are listed. A page for the clinician lists what was given to
    # either of them; the note and the printed summary, which both may get, do not (`note_prefill`).
    client_ids = cases.load_case(db, vault, session.payload.case_id).payload.client_ids
    sheets = handouts.list_handouts_in_session(db, vault, client_ids, session.id)
    return list_additions_among(
        db, vault, note, answered_items.list_single_client_administrations(db, vault, session), sheets
    )


def list_additions_among(
    db: Connection,
    vault: Vault,
    note: RecordVersion[ClinicalNote] | None,
    session_administrations: Sequence[RecordVersion[Administration]],
    sheets: Sequence[RecordVersion[Handout]],
) -> tuple[AdditionAfterSigning, ...]:
    """`list_additions_after_signing` for a caller that has already loaded what belongs to the session.

    Args:
        session_administrations: the questionnaires of the session.
        sheets: the handouts of the session.
    """
    if note is None or not note.final:
        return ()
    candidates: list[tuple[str, RecordVersion[Any], str, str]] = [
        (
            "administration",
            administration,
            administrations.title_of(administration.payload),
            _form_after_signing_label(db, vault, note, administration),
        )
        for administration in session_administrations
    ]
    candidates += [
        (
            "handout",
            sheet,
            f"Worksheet “{sheet.payload.title}”",
            _record_after_signing_label(db, vault, note, sheet),
        )
        for sheet in sheets
    ]
    return tuple(
        AdditionAfterSigning(id=record.id, table_name=table_name, title=title, after_signing_label=label)
        for table_name, record, title, label in candidates
        if label
    )


def risk_entry_after_signing_label(db: Connection, vault: Vault, risk_entry: RecordVersion[RiskEntry]) -> str:
    """The label of a risk entry that was written after the note of its session was signed, else "".

    It is shown on the entry's own page only. The client may see the pages of the session and of the note,
    where even mentioning a risk entry would reveal too much.
    """
    if risk_entry.payload.therapy_session_id is None:
        return ""
    with suppress(records.RecordNotFound, UnreadableRecord):
        session = therapy_sessions.load_therapy_session(db, vault, risk_entry.payload.therapy_session_id)
        note = notes.find_note_of_session(db, vault, session)
        return (
            _record_after_signing_label(db, vault, note, risk_entry)
            if note is not None and note.final
            else ""
        )
    return ""


def _record_after_signing_label(
    db: Connection, vault: Vault, note: RecordVersion[ClinicalNote], record: RecordVersion[Any]
) -> str:
    inventory = inventory_snapshot.load_inventory(db, vault)
    signed_version = inventory.find_newest(note.id.bytes)
    return (
        ADDED_AFTER_SIGNING
        if signed_version is not None and inventory.first_seq(record.id.bytes) > signed_version.seq
        else ""
    )


def _form_after_signing_label(
    db: Connection,
    vault: Vault,
    note: RecordVersion[ClinicalNote],
    administration: RecordVersion[Administration],
) -> str:
    """The label of a questionnaire that was added, or answered differently, after signing; else ""."""
    added_label = _record_after_signing_label(db, vault, note, administration)
    signed_version = (
        dict(note.payload.facts.versions.administrations).get(administration.id.bytes)
        if note.payload.facts
        else None
    )
    if added_label or signed_version is None or signed_version == administration.version:
        return added_label
    versions = version_history.list_versions(db, vault, ADMINISTRATION, administration.id)
    # A draft keeps only its newest version, so the signed one may be gone. A finished questionnaire keeps
    # every version, also those that only add what was said in the joint review, so answers are compared.
    signed_payload = next(
        (version.payload for version in versions if version.version == signed_version), None
    )
    is_unchanged = signed_payload is not None and (
        signed_payload.answers,
        signed_payload.open_line_answer,
    ) == (
        administration.payload.answers,
        administration.payload.open_line_answer,
    )
    return "" if is_unchanged else CHANGED_AFTER_SIGNING
