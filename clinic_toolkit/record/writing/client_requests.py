"""A client's request to amend the record or to see it: received, its time extended, answered, disagreed with.

Each act is a further version, and earlier ones stay. What the client asked and said is attached to a note and
never merged into it: a signed note stays as it is, and what is put right is an amendment.
"""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.writing.client_request_record import (
    CLIENT_REQUEST,
    ClientRequest,
    Decision,
    RequestEvent,
    RequestState,
)
from clinic_toolkit.record.writing.request_periods import find_period
from clinic_toolkit.vault.vault import Vault

REQUEST_FORM = "client_request"


class RequestIncomplete(ClinicError):
    """What was asked, or why something was denied, is missing."""


class AlreadyAnswered(ClinicError):
    """The request was answered before."""

    def __init__(self) -> None:
        super().__init__("This request is answered already. What was answered stays as it is.")


class AlreadyExtended(ClinicError):
    """The time was made longer before, or no longer time is known for this country."""

    def __init__(self) -> None:
        super().__init__(
            "The time for this answer was made longer already, or the law here knows no longer one."
        )


class NotDenied(ClinicError):
    """A client disagrees with what was denied."""

    def __init__(self) -> None:
        super().__init__(
            "A statement of disagreement belongs to a request that was denied, wholly or in part."
        )


def receive_request(
    db: Connection,
    vault: Vault,
    request: ClientRequest,
    *,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[ClientRequest]:
    """Record a request, in the ring of the client's record.

    Raises:
        RequestIncomplete: it does not say what is asked, or is due before it came.
    """
    if not request.words.strip():
        raise RequestIncomplete("Write what the client asks for, in the client’s words.")
    if request.due_on < request.received_on:
        raise RequestIncomplete("The answer cannot be due before the request came.")
    return records.create_record(
        db,
        vault,
        CLIENT_REQUEST,
        request,
        ring=record_ring(vault, request.client_id),
        state=RequestState.OPEN,
        event=RequestEvent.RECEIVED,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def extend_time(
    db: Connection,
    vault: Vault,
    current: RecordVersion[ClientRequest],
    *,
    country: str,
    reason: str,
    now: datetime,
) -> RecordVersion[ClientRequest]:
    """Make the time for the answer longer, once, as the law of the country allows it.

    Raises:
        AlreadyAnswered, AlreadyExtended: it is answered, or was extended.
        RequestIncomplete: no reason is given.
    """
    payload = current.payload
    if current.state == RequestState.ANSWERED:
        raise AlreadyAnswered
    period = find_period(country, payload.kind)
    if payload.extended_on or period is None or not (period.extra_days or period.extra_months):
        raise AlreadyExtended
    if not reason.strip():
        raise RequestIncomplete("Write why it takes longer, as the client is told.")
    extended = msgspec.structs.replace(
        payload,
        due_on=period.extended_due_on(payload.received_on),
        extended_on=now.astimezone().date(),
        extension_reason=reason,
    )
    return _append(db, vault, current, extended, RequestState.OPEN, RequestEvent.EXTENDED, now=now)


def answer_request(
    db: Connection,
    vault: Vault,
    current: RecordVersion[ClientRequest],
    *,
    decision: Decision,
    answer: str,
    answered_on: date,
    now: datetime,
) -> RecordVersion[ClientRequest]:
    """Record what was answered; a denial, also in part, says why.

    Raises:
        AlreadyAnswered: it was answered before.
        RequestIncomplete: something is denied without a reason.
    """
    if current.state == RequestState.ANSWERED:
        raise AlreadyAnswered
    if decision == Decision.NONE:
        raise RequestIncomplete("Choose what was answered.")
    if decision != Decision.ACCEPTED and not answer.strip():
        raise RequestIncomplete("Write why it is denied, as the client is told.")
    answered = msgspec.structs.replace(
        current.payload, decision=decision, answer=answer, answered_on=answered_on
    )
    return _append(db, vault, current, answered, RequestState.ANSWERED, RequestEvent.ANSWERED, now=now)


def record_disagreement(
    db: Connection,
    vault: Vault,
    current: RecordVersion[ClientRequest],
    *,
    disagreement: str,
    rebuttal: str,
    disagreed_on: date,
    now: datetime,
) -> RecordVersion[ClientRequest]:
    """Attach the client's statement of disagreement with a denial, and what is answered to it.

    Raises:
        NotDenied: nothing was denied.
        RequestIncomplete: the statement is empty.
    """
    if current.payload.decision not in (Decision.DENIED, Decision.PARTLY):
        raise NotDenied
    if not disagreement.strip():
        raise RequestIncomplete("Write the client’s statement, in the client’s words.")
    stated = msgspec.structs.replace(
        current.payload, disagreement=disagreement, rebuttal=rebuttal, disagreed_on=disagreed_on
    )
    return _append(db, vault, current, stated, RequestState.ANSWERED, RequestEvent.DISAGREED, now=now)


def _append(
    db: Connection,
    vault: Vault,
    current: RecordVersion[ClientRequest],
    payload: ClientRequest,
    state: RequestState,
    event: RequestEvent,
    *,
    now: datetime,
) -> RecordVersion[ClientRequest]:
    return records.append_version(
        db, vault, CLIENT_REQUEST, current, payload, state=state, event=event, now=now
    )


def load_request(db: Connection, vault: Vault, request_id: UUID) -> RecordVersion[ClientRequest]:
    """Load one request.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, CLIENT_REQUEST, request_id)


def list_requests(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[ClientRequest]]:
    """The requests of one client, newest first."""
    return records.list_records_in_rings(db, vault, CLIENT_REQUEST, [record_ring(vault, client_id)])[::-1]


def list_requests_about_note(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], note_id: UUID
) -> list[RecordVersion[ClientRequest]]:
    """The requests to amend one note, oldest first; those of a couple's partners each by their own record."""
    rings = [record_ring(vault, client_id) for client_id in client_ids]
    found = records.list_records_in_rings(db, vault, CLIENT_REQUEST, rings)
    return [request for request in found if request.payload.note_id == note_id]
