"""A form in the client's hands: one key for one form, and no access to the rest of the record.

The process of a handed-over device uses only this module of the record, and what it imports. It never holds
a vault, and can open only what was answered since the device was handed over. The clinician's worker can open
what it writes, because the key is also sealed in the client's ring.
"""

import secrets
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, select

from clinic_toolkit.crypto.seal import KEY_BYTES
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue, client_copy
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.handovers import answer_log
from clinic_toolkit.record.handovers.answer_log import (
    MAX_ROWS,
    WHOLE_FORM,
    HandoverAct,
    HandoverKeylessEvent,
    HandoverRow,
    handover_row_table,
    response_of,
)
from clinic_toolkit.record.handovers.handover_record import handover_table
from clinic_toolkit.record.people.watched_questions import WatchedQuestion
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.store.types import to_microseconds

REMARK_LIMIT = 1_000
# The last rows are reserved, so that a client who changed answers very often can still finish.
MAX_ANSWER_ROWS = MAX_ROWS - 10
_TOKEN_BYTES = 32


class FormTakenBack(ClinicError):
    """The form was finished or its answers were already merged, so nothing may be added."""

    def __init__(self) -> None:
        super().__init__("This form was taken back. Please give the laptop to your therapist.")


class TooManyChanges(ClinicError):
    """The form has the largest allowed number of rows, which is more than any person needs."""

    def __init__(self) -> None:
        super().__init__(
            "The answers were changed too many times, so this change was not kept. The earlier answers "
            "are there. You can still finish, or give the laptop back."
        )


class HandoverTicket(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What the clinician's worker passes to the client's worker: this form, and the key of this hand-over.

    `answered_before` has one byte for each item, and one more for an open line: 1 if there was an answer
    already; the answer itself is not included. `watched_question` is the client's own question in a check-in.
    `definition` is the client's copy of a practice's own questionnaire; empty if the questionnaire comes with
    the program. `confidentiality_text` are the limits of confidentiality to show first; empty if nothing
    asked here requires that.
    """

    handover_id_bytes: bytes
    vault_id_bytes: bytes
    incarnation: bytes
    instrument_id: str
    definition_digest: str
    is_general: bool
    relationship_word: str
    answered_before: bytes
    handover_key: bytes
    form_token: str
    definition: bytes = b""
    watched_question: WatchedQuestion | None = None
    confidentiality_text: str = ""

    def __repr__(self) -> str:
        return "<Ticket>"

    @property
    def handover_id(self) -> UUID:
        """The id of the hand-over."""
        return UUID(bytes=self.handover_id_bytes)

    @property
    def vault_id(self) -> UUID:
        """The id of the practice's vault."""
        return UUID(bytes=self.vault_id_bytes)

    def encode(self) -> bytes:
        """Return the ticket as bytes."""
        return msgspec.msgpack.encode(self)


class HandoverAnswersSoFar(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered in this hand-over so far: the newest answer by item, counted from 1.

    The open line of a check-in counts as one more item, whose answer has only a remark.
    """

    answers: dict[int, Response]
    is_begun: bool
    is_finished: bool


# The audit event of each act on the whole form.
_ACT_EVENTS = {
    HandoverAct.FINISHED: HandoverKeylessEvent.FINISHED,
    HandoverAct.GIVEN_BACK: HandoverKeylessEvent.GIVEN_BACK,
}

_decode_ticket = msgspec.msgpack.Decoder(HandoverTicket).decode


def generate_handover_key() -> bytes:
    """Return a random key for one hand-over."""
    return secrets.token_bytes(KEY_BYTES)


def generate_form_token() -> str:
    """Return a random token that every form of one hand-over includes, so that no other page can send one."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def decode_ticket(encoded: bytes) -> HandoverTicket:
    """Decode what `HandoverTicket.encode` returned.

    Raises:
        ValueError: the bytes are not a ticket.
    """
    ticket = _decode_ticket(encoded)
    ids = (ticket.handover_id_bytes, ticket.vault_id_bytes, ticket.incarnation)
    if (
        len(ticket.handover_key) != KEY_BYTES
        or any(len(id) != 16 for id in ids)
        or len(ticket.form_token) < _TOKEN_BYTES
    ):
        raise ValueError("not a ticket")
    return ticket


def instrument_of_ticket(ticket: HandoverTicket) -> Instrument:
    """Return the questionnaire of a ticket: from the catalogue, or the practice's own from the ticket.

    Raises:
        ValueError: the definition on the ticket is not a questionnaire.
    """
    if ticket.definition:
        return client_copy.decode_client_copy(ticket.definition)
    return catalogue.load_instrument(ticket.instrument_id, digest=ticket.definition_digest)


def is_out(db: Connection, ticket: HandoverTicket) -> bool:
    """Return whether the form of this ticket is still in the client's hands."""
    query = select(handover_table.c.version, handover_table.c.final).where(
        handover_table.c.record == ticket.handover_id
    )
    # Handing over writes the first version, and merging the answers the second.
    return [tuple(row) for row in db.execute(query)] == [(1, 0)]


def load_answers_so_far(db: Connection, ticket: HandoverTicket) -> HandoverAnswersSoFar:
    """Return what the client has answered since the device was handed over."""
    rows = answer_log.read_answer_rows(db, ticket.handover_key, ticket.vault_id, ticket.handover_id).rows
    return HandoverAnswersSoFar(
        answers={row.item_number: response_of(row) for row in rows if row.item_number != WHOLE_FORM},
        is_begun=bool(rows),
        is_finished=any(row.status == HandoverAct.FINISHED for row in rows),
    )


def record_answer(
    db: Connection, ticket: HandoverTicket, item_number: int, response: Response, *, now: datetime
) -> None:
    """Append one answer; `item_number` counts from 1.

    Raises:
        FormTakenBack: the form was finished, or its answers were already merged.
        TooManyChanges: the form has the largest allowed number of rows.
    """
    row = HandoverRow(
        item_number=item_number,
        status=response.status,
        value=response.value,
        wants_to_talk=response.wants_to_talk,
        remark=response.remark,
        recorded_at=to_microseconds(now),
        typed=response.typed,
    )
    _append_row(db, ticket, row, HandoverKeylessEvent.KEPT, max_rows=MAX_ANSWER_ROWS, now=now)


def record_act(db: Connection, ticket: HandoverTicket, act: HandoverAct, *, now: datetime) -> None:
    """Append that the client finished the form or gave the device back.

    Raises:
        FormTakenBack: the form was finished, or its answers were already merged.
        TooManyChanges: the form has the largest allowed number of rows.
    """
    row = HandoverRow(
        item_number=WHOLE_FORM,
        status=act,
        value=None,
        wants_to_talk=False,
        remark="",
        recorded_at=to_microseconds(now),
    )
    _append_row(db, ticket, row, _ACT_EVENTS[act], max_rows=MAX_ROWS, now=now)


def _append_row(
    db: Connection,
    ticket: HandoverTicket,
    row: HandoverRow,
    event: HandoverKeylessEvent,
    *,
    max_rows: int,
    now: datetime,
) -> None:
    id = ticket.handover_id
    if not is_out(db, ticket) or HandoverAct.FINISHED in answer_log.list_acts(
        db, ticket.handover_key, ticket.vault_id, id
    ):
        raise FormTakenBack
    last_seq = db.scalar(
        select(func.max(handover_row_table.c.seq)).where(handover_row_table.c.handover == id)
    )
    if (last_seq or 0) >= max_rows:
        raise TooManyChanges
    seq = answer_log.append_answer_row(db, ticket.handover_key, ticket.vault_id, id, row)
    event_and_row = f"{event} {answer_log.row_reference(id, seq)}"
    audit_log.append_keyless_entry(db, UUID(bytes=ticket.incarnation), event_and_row, now=now)
