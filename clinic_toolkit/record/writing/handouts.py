"""Handouts: which worksheet was given to which client, and when."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, joined_entries, therapy_sessions
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.client_scoped import list_in_therapy_session
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing.handout_record import (
    HANDOUT,
    OUT_STATES,
    Handout,
    HandoutEvent,
    HandoutState,
)
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets.model import Worksheet


def create_handout(
    db: Connection,
    vault: Vault,
    worksheet: Worksheet,
    *,
    client_id: UUID,
    therapy_session_id: UUID | None,
    client_sentence: str,
    now: datetime,
    relationship_id: UUID | None = None,
    is_room_only: bool = False,
    idempotency_key: UUID | None = None,
) -> RecordVersion[Handout]:
    """Record that a client was given this sheet.

    The caller checks first whether it may be given (`fear_holds.load_handout_permission`).

    Args:
        idempotency_key: the random number of the form; it becomes the handout's id.
    """
    payload = Handout(
        client=client_id.bytes,
        therapy_session=therapy_session_id.bytes if therapy_session_id else None,
        worksheet_slug=worksheet.slug,
        worksheet_version=worksheet.version,
        definition_digest=worksheet.digest,
        title=worksheet.title,
        client_sentence=client_sentence,
        given_at=now,
        relationship_id_bytes=relationship_id.bytes if relationship_id else None,
        is_room_only=is_room_only,
    )
    return records.create_record(
        db,
        vault,
        HANDOUT,
        payload,
        ring=record_ring(vault, client_id),
        state=HandoutState.GIVEN,
        event=HandoutEvent.GIVEN,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def load_handout(db: Connection, vault: Vault, handout_id: UUID) -> RecordVersion[Handout]:
    """Load one handout.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, HANDOUT, handout_id)


def list_handouts(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Handout]]:
    """The sheets a client was given, newest first; never to be saved (see `joined_entries`)."""
    handouts = records.list_records_in_rings(
        db, vault, HANDOUT, clients.list_record_rings(db, vault, client_id)
    )
    handouts = joined_entries.load_joined_entries(db, vault).under_primary(handouts)
    return sorted(handouts, key=lambda handout: handout.payload.given_at, reverse=True)


def list_handouts_in_session(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], therapy_session_id: UUID
) -> list[RecordVersion[Handout]]:
    """The sheets given to these clients in one session, oldest first."""
    return list_in_therapy_session(
        lambda client_id: list_handouts(db, vault, client_id), client_ids, therapy_session_id
    )


def list_handouts_out(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    session: RecordVersion[TherapySession] | None = None,
) -> list[RecordVersion[Handout]]:
    """The sheets of a case that are out, oldest first; never to be saved (see `joined_entries`).

    Of a couple these are the sheets that were given in their sessions; what a partner was given alone is no
    part of them, and the other way round.

    Args:
        session: leave out what was given in this session, or on a later day.
    """
    out = [
        handout
        for client_id in case.payload.client_ids
        for handout in reversed(list_handouts(db, vault, client_id))
        if handout.state in OUT_STATES and (session is None or _was_given_before(handout.payload, session))
    ]
    return [handout for handout in out if _is_readably_of_case(db, vault, handout, case)]


def _was_given_before(handout: Handout, session: RecordVersion[TherapySession]) -> bool:
    given_on = handout.given_at.astimezone().date()
    return handout.therapy_session_id != session.id and given_on <= session.payload.on


def _is_readably_of_case(
    db: Connection, vault: Vault, handout: RecordVersion[Handout], case: RecordVersion[Case]
) -> bool:
    # A list goes on without a sheet of which it cannot be read where it belongs.
    with suppress(UnreadableRecord, records.RecordNotFound):
        return is_of_case(db, vault, handout, case)
    return False


def list_handouts_reviewed_in(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], therapy_session_id: UUID
) -> list[RecordVersion[Handout]]:
    """The sheets of these clients that were looked at in one session, in the order of giving."""
    return [
        handout
        for client_id in client_ids
        for handout in reversed(list_handouts(db, vault, client_id))
        if any(review.therapy_session_id == therapy_session_id for review in handout.payload.reviews)
    ]


def is_of_case(
    db: Connection, vault: Vault, handout: RecordVersion[Handout], case: RecordVersion[Case]
) -> bool:
    """Whether a sheet belongs to this case: to the couple it was given to, or to the client alone."""
    own_case = load_case_of_handout(db, vault, handout)
    if case.payload.is_couple or own_case.payload.is_couple:
        return own_case.id == case.id
    primary_by_id = clients.load_client_joins(db, vault)
    client_id, other_id = handout.payload.client_id, case.payload.client_ids[0]
    return primary_by_id.get(client_id, client_id) == primary_by_id.get(other_id, other_id)


def load_case_of_handout(
    db: Connection, vault: Vault, handout: RecordVersion[Handout]
) -> RecordVersion[Case]:
    """The case of the session in which the sheet was given, else the client's own case."""
    if handout.payload.therapy_session_id:
        with suppress(UnreadableRecord, records.RecordNotFound):
            session = therapy_sessions.load_therapy_session(db, vault, handout.payload.therapy_session_id)
            return cases.load_case(db, vault, session.payload.case_id)
    return cases.load_single_case(db, vault, handout.payload.client_id)
