"""Handouts: which worksheet was given to which client, and when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, joined_entries
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.client_scoped import list_in_therapy_session
from clinic_toolkit.record.writing.handout_record import HANDOUT, Handout, HandoutEvent, HandoutState
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
