"""The marks of something that belongs to another client: made on both sides, and read beside what arrived."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.set_aside_record import (
    SET_ASIDE,
    SetAside,
    SetAsideEvent,
    SetAsideState,
    mark_id_of,
)
from clinic_toolkit.record.people import clinician
from clinic_toolkit.record.writing import signatures
from clinic_toolkit.vault.vault import Vault


class ReasonMissing(ClinicError):
    """It is said why something belongs to another client."""

    def __init__(self) -> None:
        super().__init__("Write what happened. It is signed with the move.")


class SameClient(ClinicError):
    """It is in the record of this client already."""

    def __init__(self) -> None:
        super().__init__("It is in the record of this client already. Choose another one.")


def check_move(record: RecordVersion[Any], target_ring: UUID, reason: str) -> None:
    """Check that a record can be moved to this ring, and that it is said why.

    Raises:
        ReasonMissing: it is not.
        SameClient: it lies in this ring.
    """
    if not reason.strip():
        raise ReasonMissing
    if record.ring == target_ring:
        raise SameClient


def set_aside(
    db: Connection,
    vault: Vault,
    kind: RecordKind[Any],
    record: RecordVersion[Any],
    reason: str,
    *,
    now: datetime,
) -> None:
    """Sign that a record belongs elsewhere; from then on no list and no page finds it."""
    mark = _build_mark(db, vault, kind, record, reason, now=now)
    _create_mark(db, vault, mark, record.ring, SetAsideState.SET_ASIDE, SetAsideEvent.SET_ASIDE, now=now)


def mark_both(
    db: Connection,
    vault: Vault,
    kind: RecordKind[Any],
    wrong: RecordVersion[Any],
    written: RecordVersion[Any],
    reason: str,
    origin_at: datetime,
    *,
    now: datetime,
) -> None:
    """Set a record aside, and mark what was written in its place.

    Args:
        origin_at: when the record that is set aside was first written.
    """
    set_aside(db, vault, kind, wrong, reason, now=now)
    arrival = msgspec.structs.replace(
        _build_mark(db, vault, kind, written, reason, now=now), origin=wrong.id.bytes, origin_at=origin_at
    )
    _create_mark(db, vault, arrival, written.ring, SetAsideState.ARRIVED, SetAsideEvent.ARRIVED, now=now)


def describe_arrival(db: Connection, vault: Vault, record: RecordVersion[Any]) -> str:
    """What is said beside a record that was first written for another client; "" for any other."""
    marks = records.list_records_in_rings(db, vault, SET_ASIDE, [record.ring])
    for mark in marks:
        if mark.state == SetAsideState.ARRIVED and mark.payload.record_id == record.id:
            origin_at = mark.payload.origin_at_local
            first = f"First written on {format_date(origin_at.date())} " if origin_at else "First written "
            return (
                f"{first}in the record of another client by mistake, and entered here on "
                f"{format_date(mark.payload.marked_at_local.date())} by {mark.payload.signer_name}. "
                f"What happened: {mark.payload.reason}"
            )
    return ""


def find_arrival(db: Connection, vault: Vault, origin_id: UUID) -> RecordVersion[SetAside] | None:
    """Return the mark of what was written in the place of a record that was set aside, or None."""
    marks = records.list_all_records(db, vault, SET_ASIDE)
    return next((mark for mark in marks if mark.payload.origin == origin_id.bytes), None)


def _build_mark(
    db: Connection,
    vault: Vault,
    kind: RecordKind[Any],
    record: RecordVersion[Any],
    reason: str,
    *,
    now: datetime,
) -> SetAside:
    return SetAside(
        table=kind.name,
        record=record.id.bytes,
        content_id=record.content_id,
        reason=reason.strip(),
        marked_at=now,
        utc_offset_minutes=signatures.local_offset_minutes(now),
        signer_name=clinician.load_clinician(db, vault).payload.name,
    )


def _create_mark(
    db: Connection,
    vault: Vault,
    mark: SetAside,
    ring: UUID,
    state: SetAsideState,
    event: SetAsideEvent,
    *,
    now: datetime,
) -> None:
    is_set_aside = state == SetAsideState.SET_ASIDE
    records.create_record(
        db,
        vault,
        SET_ASIDE,
        mark,
        ring=ring,
        state=state,
        event=event,
        now=now,
        final=True,
        record_id=mark_id_of(mark.record_id) if is_set_aside else None,
    )
