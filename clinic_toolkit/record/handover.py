"""A form in the client's hands: one key for one form, and nothing else of the record.

This file is all that the process of a handed-over device uses of the record. It holds no vault: what it
writes can be opened by the clinician's worker, because the key also lies sealed in the client's ring, and
what it can open is what was answered since the device was handed over.
"""

import secrets
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, select

from clinic_toolkit.crypto.seal import KEY_BYTES
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue, travelling
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record import audit, handover_rows
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.handover_rows import FINISHED, GIVEN_BACK, MOST, NO_ITEM, Line, handover_row
from clinic_toolkit.record.keyless import Keyless
from clinic_toolkit.record.watched import Watched
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.store.types import now_us

# What the clinician's side keeps of a hand-over, sealed in the client's ring; see `merging`.
handover = sealed_table("handover")

SAID_LIMIT = 1_000
# The last rows are kept free, so that whoever changed an answer very often can still finish.
MOST_ANSWERS = MOST - 10
_TOKEN = 32


class TakenBack(ClinicError):
    """It was finished, or the clinician has the answers already: nothing may be added."""

    def __init__(self) -> None:
        super().__init__("This form was taken back. Please give the laptop to your therapist.")


class TooOften(ClinicError):
    """More changes than a person makes."""

    def __init__(self) -> None:
        super().__init__(
            "The answers were changed too many times, so this change was not kept. The earlier answers "
            "are there. You can still finish, or give the laptop back."
        )


class Ticket(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What the clinician's worker hands to the next one: this form, and the key of this hand-over.

    `before` has one byte an item, and one more for an open line: 1 where there was an answer already. What
    it was is not here. `watched` is the question of the client's own in a check-in.
    `definition` is a practice's own questionnaire as the client meets it; ours lie in the program.
    `limits` is what does not stay between the two, empty where nothing asked here needs that said before.
    """

    handover: bytes
    vault: bytes
    incarnation: bytes
    instrument: str
    digest: str
    general: bool
    word: str
    before: bytes
    key: bytes
    token: str
    definition: bytes = b""
    watched: Watched | None = None
    limits: str = ""

    def __repr__(self) -> str:
        return "<Ticket>"

    @property
    def handover_id(self) -> UUID:
        """Which hand-over it is."""
        return UUID(bytes=self.handover)

    @property
    def vault_id(self) -> UUID:
        """Whose practice it is."""
        return UUID(bytes=self.vault)

    def packed(self) -> bytes:
        """The ticket as bytes."""
        return msgspec.msgpack.encode(self)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered in this hand-over so far: the newest answer by item, counted from 1.

    The open line of a check-in counts as one more, and has words alone.
    """

    answers: dict[int, Response]
    begun: bool
    finished: bool


# How the audit trail names an act of the whole form.
_EVENTS = {FINISHED: Keyless.HANDOVER_FINISHED, GIVEN_BACK: Keyless.HANDOVER_GIVEN_BACK}

_decode_ticket = msgspec.msgpack.Decoder(Ticket).decode


def new_key() -> bytes:
    """A key for one hand-over."""
    return secrets.token_bytes(KEY_BYTES)


def new_token() -> str:
    """What every form of one hand-over sends along, so that no other page can send one."""
    return secrets.token_urlsafe(_TOKEN)


def read_ticket(packed: bytes) -> Ticket:
    """The ticket that `Ticket.packed` made.

    Raises:
        ValueError: it is none.
    """
    ticket = _decode_ticket(packed)
    ids = (ticket.handover, ticket.vault, ticket.incarnation)
    if len(ticket.key) != KEY_BYTES or any(len(id) != 16 for id in ids) or len(ticket.token) < _TOKEN:
        raise ValueError("not a ticket")
    return ticket


def instrument_of(ticket: Ticket) -> Instrument:
    """The questionnaire that is out: from the shelf, or as it came on the ticket.

    Raises:
        ValueError: what came is no questionnaire.
    """
    if ticket.definition:
        return travelling.unpacked(ticket.definition)
    return catalogue.instrument(ticket.instrument, digest=ticket.digest)


def is_out(db: Connection, ticket: Ticket) -> bool:
    """Whether the form of this ticket is still in the client's hands."""
    versions = select(handover.c.version, handover.c.final).where(handover.c.record == ticket.handover_id)
    # Handing over writes the first version, and taking back the second.
    return [tuple(row) for row in db.execute(versions)] == [(1, 0)]


def form_of(db: Connection, ticket: Ticket) -> Form:
    """What the client has answered since the device was handed over."""
    lines = handover_rows.read(db, ticket.key, ticket.vault_id, ticket.handover_id).lines
    return Form(
        answers={line.item: _response(line) for line in lines if line.item != NO_ITEM},
        begun=bool(lines),
        finished=any(line.status == FINISHED for line in lines),
    )


def keep(db: Connection, ticket: Ticket, item: int, response: Response, *, now: datetime) -> None:
    """Keep one answer; `item` counts from 1.

    Raises:
        TakenBack: the form was finished, or the answers were brought into the record already.
        TooOften: there is no room for more changes.
    """
    line = Line(
        item=item,
        status=response.status,
        value=response.value,
        talk=response.talk,
        said=response.said,
        at=now_us(now),
    )
    _add(db, ticket, line, Keyless.HANDOVER_KEPT, most=MOST_ANSWERS, now=now)


def note_act(db: Connection, ticket: Ticket, act: str, *, now: datetime) -> None:
    """Keep that the client finished, or gave the device back."""
    line = Line(item=NO_ITEM, status=act, value=None, talk=False, said="", at=now_us(now))
    _add(db, ticket, line, _EVENTS[act], most=MOST, now=now)


def _add(db: Connection, ticket: Ticket, line: Line, event: Keyless, *, most: int, now: datetime) -> None:
    id = ticket.handover_id
    if not is_out(db, ticket) or FINISHED in handover_rows.acts(db, ticket.key, ticket.vault_id, id):
        raise TakenBack
    there = db.scalar(select(func.max(handover_row.c.seq)).where(handover_row.c.handover == id))
    if (there or 0) >= most:
        raise TooOften
    seq = handover_rows.add(db, ticket.key, ticket.vault_id, id, line)
    told = f"{event} {handover_rows.marked(id, seq)}"
    audit.note_keyless(db, UUID(bytes=ticket.incarnation), told, now=now)


def _response(line: Line) -> Response:
    return Response(status=line.status, value=line.value, talk=line.talk, said=line.said)
