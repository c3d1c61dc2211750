"""Risk entries: what was done about a safety prompt, or about a worry that no form raised. Dated and final.

An entry is never changed. Later knowledge goes into a new entry, which may follow an earlier one. A "not
today" entry closes no prompt: it gives the reason why the question was not asked yet, and the day of the
next check.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, joined_entries, therapy_session_timeline
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.client_scoped import list_in_therapy_session
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP
from clinic_toolkit.record.people.therapy_session_record import Attendance
from clinic_toolkit.record.safety.risk_entry_record import (
    RISK_ENTRY,
    SHEET_PLACE_LABELS,
    RiskEntry,
    RiskEntryEvent,
    RiskEntryState,
)
from clinic_toolkit.vault.vault import Vault

# A "not today" entry is checked in the client's next session, and after this many days at the latest.
MAX_DEFERRAL_DAYS = 7


class DeferralReasonMissing(ClinicError):
    """A "not today" entry gives no reason."""

    def __init__(self) -> None:
        super().__init__("Write in a few words why you did not ask today.")


class SheetPlaceWithoutAsking(ClinicError):
    """A "not today" entry says where sheets may be worked with, which only asking about fear decides."""

    def __init__(self) -> None:
        super().__init__(
            "“Not today” says that you have not asked yet. Only an entry that says you have asked "
            "can say where sheets may go. Choose one of the two; for both, write two entries."
        )


class CheckTooLate(ClinicError):
    """The next check of a "not today" entry is too far away."""

    def __init__(self) -> None:
        super().__init__(
            f"You have not asked today, so the next check must be within {MAX_DEFERRAL_DAYS} days."
        )


class EmptyRiskEntry(ClinicError):
    """An entry has no content."""

    def __init__(self) -> None:
        super().__init__("Choose one of these, or write at least one line.")


def render_risk_entry(risk_entry: RiskEntry) -> str:
    """Render the entry as plain sentences; they name neither the person nor the question."""
    lines = [risk_entry.action_label] if risk_entry.action_label else []
    lines += [f"{label}: {text}" for label, text in risk_entry.labelled_lines]
    sentences = [line if line.endswith((".", "?", "!")) else f"{line}." for line in lines]
    if risk_entry.says_fear_was_asked:
        sentences.append(f"Asked in private about fear; {SHEET_PLACE_LABELS[risk_entry.sheet_place]}.")
    return " ".join(sentences)


def create_risk_entry(
    db: Connection, vault: Vault, risk_entry: RiskEntry, *, now: datetime, idempotency_key: UUID | None = None
) -> RecordVersion[RiskEntry]:
    """Write a risk entry, final from the start, with the client's present word for the relationship.

    A "not today" entry without a day for the next check gets one from `next_check_date`.

    Args:
        idempotency_key: the random number of the form; it becomes the entry's id.

    Raises:
        SheetPlaceWithoutAsking: the entry says "not today", and where sheets may be worked with.
        DeferralReasonMissing: the entry says "not today" without a reason.
        CheckTooLate: the entry says "not today" and its next check is more than `MAX_DEFERRAL_DAYS` away.
        EmptyRiskEntry: the entry has no action, no line and no `sheet_place`.
    """
    if risk_entry.is_deferral:
        if risk_entry.sheet_place:
            raise SheetPlaceWithoutAsking
        if not risk_entry.deferral_reason.strip():
            raise DeferralReasonMissing
        check_date = risk_entry.next_check_date or next_check_date(
            db, vault, risk_entry.client_id, today=risk_entry.entry_date
        )
        if check_date > latest_check_date(risk_entry.entry_date):
            raise CheckTooLate
        risk_entry = msgspec.structs.replace(risk_entry, next_check_date=check_date)
    if not (risk_entry.action or risk_entry.labelled_lines or risk_entry.sheet_place):
        raise EmptyRiskEntry
    if risk_entry.relationship_id:
        relationship = records.find_readable_record(db, vault, RELATIONSHIP, risk_entry.relationship_id)
        if relationship:
            risk_entry = msgspec.structs.replace(risk_entry, relationship_word=relationship.payload.word)
    return records.create_record(
        db,
        vault,
        RISK_ENTRY,
        risk_entry,
        ring=record_ring(vault, risk_entry.client_id),
        state=RiskEntryState.WRITTEN,
        event=RiskEntryEvent.WRITTEN,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def load_risk_entry(db: Connection, vault: Vault, risk_entry_id: UUID) -> RecordVersion[RiskEntry]:
    """Load one risk entry.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, RISK_ENTRY, risk_entry_id)


def list_risk_entries_of_client(
    db: Connection, vault: Vault, client_id: UUID
) -> list[RecordVersion[RiskEntry]]:
    """The entries about a client, newest first; never to be saved (see `joined_entries`)."""
    rings = clients.list_record_rings(db, vault, client_id)
    return list_risk_entries_in_rings(db, vault, rings)[::-1]


def list_risk_entries_in_rings(
    db: Connection, vault: Vault, rings: Sequence[UUID]
) -> list[RecordVersion[RiskEntry]]:
    """The entries in these rings, oldest first; never to be saved (see `joined_entries`)."""
    entries = records.list_records_in_rings(db, vault, RISK_ENTRY, rings)
    return joined_entries.load_joined_entries(db, vault).under_primary(entries)


def list_risk_entries_in_session(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], therapy_session_id: UUID
) -> list[RecordVersion[RiskEntry]]:
    """The entries about these clients written for one session, oldest first."""
    return list_in_therapy_session(
        lambda client_id: list_risk_entries_of_client(db, vault, client_id), client_ids, therapy_session_id
    )


def latest_check_date(today: date) -> date:
    """The last day on which the next check of a "not today" entry may be."""
    return today + timedelta(days=MAX_DEFERRAL_DAYS)


def next_check_date(db: Connection, vault: Vault, client_id: UUID, *, today: date) -> date:
    """The day of the client's next planned session without a partner, at most `latest_check_date`.

    A couple's session does not count, because nothing can be asked in private there.
    """
    cases = joined_entries.list_single_cases(db, vault, client_id)
    days = [
        session.payload.on
        for session in therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, cases)
        if session.payload.on > today and session.payload.attendance == Attendance.PLANNED
    ]
    return min([*days, latest_check_date(today)])
