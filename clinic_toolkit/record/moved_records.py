"""*Belongs to another client*: a note, a questionnaire or a risk entry that was written for the wrong person.

The original stays sealed where it is, and a signed mark sets it aside there: no list, page, count or search
finds it any more. What it says is written anew in the ring of the right client, with its true dates, and a
second signed mark says there where it came from, by ids. Prompts and holds are worked out from what
a client's rings hold, so they go with it. Nothing of either client is written into the other's ring. Notes
are moved by `writing/moved_notes.py`.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.set_aside_record import SetAsideEvent
from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP, Relationship
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    ENDED_STATES,
    Administration,
)
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY, RiskEntry
from clinic_toolkit.record.writing import set_aside_marks
from clinic_toolkit.vault.vault import Vault


class StillOpen(ClinicError):
    """A questionnaire that is being answered cannot be moved."""

    def __init__(self) -> None:
        super().__init__(
            "This questionnaire is not finished, or a device with it is still out. Finish or stop it first."
        )


def move_administration(
    db: Connection,
    vault: Vault,
    administration: RecordVersion[Administration],
    client_id: UUID,
    *,
    reason: str,
    now: datetime,
) -> RecordVersion[Administration]:
    """Set a questionnaire aside, and enter it for another client with every answer and its true dates.

    It is about the relationship of that client with the same word and frame, which is added if there is
    none. It belongs to no session there.

    Raises:
        ReasonMissing, SameClient: as for a note.
        StillOpen: it is being answered.
    """
    payload = administration.payload
    ring = record_ring(vault, client_id)
    set_aside_marks.check_move(administration, ring, reason)
    is_out = any(
        handover.payload.administration == administration.id.bytes
        for handover in clinician_side.list_open_handovers(db, vault)
    )
    if is_out or administration.state not in ENDED_STATES:
        raise StillOpen
    relationship = (
        _find_relationship(db, vault, client_id, payload.relationship_word, payload.frame, now=now)
        if payload.relationship
        else None
    )
    written = records.create_record(
        db,
        vault,
        ADMINISTRATION,
        msgspec.structs.replace(
            payload, client=client_id.bytes, therapy_session=None, relationship=relationship
        ),
        ring=ring,
        state=administration.state,
        event=SetAsideEvent.WRITTEN,
        now=now,
        final=administration.final,
    )
    set_aside_marks.mark_both(
        db, vault, ADMINISTRATION, administration, written, reason, payload.begun_at, now=now
    )
    return written


def move_risk_entry(
    db: Connection,
    vault: Vault,
    entry: RecordVersion[RiskEntry],
    client_id: UUID,
    *,
    reason: str,
    now: datetime,
) -> RecordVersion[RiskEntry]:
    """Set a risk entry aside, and write it for another client with its true day.

    What it said of answers to a questionnaire is left out, since those are another person's: a prompt that it
    closed is open again.

    Raises:
        ReasonMissing, SameClient: as for a note.
    """
    payload = entry.payload
    ring = record_ring(vault, client_id)
    set_aside_marks.check_move(entry, ring, reason)
    about = (
        records.find_readable_record(db, vault, RELATIONSHIP, payload.relationship_id)
        if (payload.relationship_id)
        else None
    )
    relationship = (
        _find_relationship(db, vault, client_id, about.payload.word, about.payload.frame, now=now)
        if about
        else None
    )
    written = records.create_record(
        db,
        vault,
        RISK_ENTRY,
        msgspec.structs.replace(
            payload,
            client=client_id.bytes,
            therapy_session=None,
            relationship=relationship,
            administration=None,
            named_answers=(),
            follows_id_bytes=None,
        ),
        ring=ring,
        state=entry.state,
        event=SetAsideEvent.WRITTEN,
        now=now,
        final=True,
    )
    set_aside_marks.mark_both(db, vault, RISK_ENTRY, entry, written, reason, entry.recorded_at, now=now)
    return written


def _find_relationship(
    db: Connection, vault: Vault, client_id: UUID, word: str, frame: str, *, now: datetime
) -> bytes:
    found = (
        each
        for each in relationships.list_active_relationships(db, vault, client_id)
        if _is_same(each.payload, word, frame)
    )
    existing = next(found, None)
    return (
        existing or relationships.create_relationship(db, vault, client_id, word=word, frame=frame, now=now)
    ).id.bytes


def _is_same(relationship: Relationship, word: str, frame: str) -> bool:
    return relationship.frame == frame and fold_name(relationship.word) == fold_name(word)
