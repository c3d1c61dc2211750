"""The rows of a hand-over: an append-only log of sealed answers, under a key of its own.

Each row's seal is bound to its number, its item and the hash of the row before it, so no row can be moved,
copied or inserted. The audit log names the rows too, so losing the last ones is noticed.
"""

import re
from contextlib import suppress
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    select,
)

from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.seal import DecryptionError, SealingKey
from clinic_toolkit.journal import keyless_events
from clinic_toolkit.journal.audit_log import KEYLESS_PREFIX, audit_log_table
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.questionnaires.typed_values import TypedValue
from clinic_toolkit.store.base import RowOperation, belongs_to_record, metadata, refuse_operation
from clinic_toolkit.store.types import UuidType
from clinic_toolkit.vault.plain_content import padded_length

MAX_ROWS = 5_000
MAX_SEALED_BYTES = 64 * 1024
# The item number of an act on the whole form; items are counted from 1.
WHOLE_FORM = 0
# One row of a hand-over, as `row_reference` names it: at most `MAX_ROWS` rows.
_ROW_DETAIL = r" [0-9a-f]{8}-[1-9][0-9]{0,3}"
_GENESIS_HASH = bytes(32)
_LENGTH_BYTES = 4

handover_row_table = Table(
    "handover_row",
    metadata,
    Column("handover", UuidType, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("item", Integer, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("handover", "seq"),
    CheckConstraint(f"seq BETWEEN 1 AND {MAX_ROWS}", name="seq"),
    CheckConstraint(f"item >= {WHOLE_FORM}", name="item"),
    CheckConstraint("length(handover) = 16 AND length(previous) = 32", name="ids"),
    CheckConstraint(f"length(sealed) <= {MAX_SEALED_BYTES}", name="size"),
    info=belongs_to_record("handover"),
)
refuse_operation(
    handover_row_table, RowOperation.UPDATE, message="an answer that was handed in is only added to"
)


class HandoverAct(StrEnum):
    """What a client does with the form as a whole."""

    FINISHED = "finished"
    GIVEN_BACK = "given_back"


class HandoverKeylessEvent(StrEnum):
    """What the process of a handed-over device, which holds no key of the record, writes about a row."""

    KEPT = "handover.kept"
    FINISHED = "handover.finished"
    GIVEN_BACK = "handover.given_back"


keyless_events.register_keyless_events(HandoverKeylessEvent, _ROW_DETAIL)


class HandoverTrouble(StrEnum):
    """What is wrong with the rows of a hand-over."""

    MISSING = "missing"
    NOT_NAMED = "not_named"
    CHANGED = "changed"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    NOT_OF_THIS_FORM = "not_of_this_form"


class HandoverRow(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The sealed content of a row: one answer, or with item number 0 one act on the whole form.

    `status` is a value of `ResponseStatus`, or of `HandoverAct` in an act; a row from outside may hold any
    text, and `returned_answers.fits_form` sorts it out. `recorded_at` is in microseconds since 1970.
    """

    item_number: int
    status: str
    value: int | None
    wants_to_talk: bool
    remark: str
    recorded_at: int
    typed: TypedValue | None = None

    def __repr__(self) -> str:
        return "<HandoverRow>"


def response_of(row: HandoverRow) -> Response:
    """Return a row of one item as the answer it holds."""
    return Response(
        status=ResponseStatus(row.status),
        value=row.value,
        wants_to_talk=row.wants_to_talk,
        remark=row.remark,
        typed=row.typed,
    )


class VerifiedRows(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that verified, in order, the troubles of the others, and the number of the last row."""

    rows: tuple[HandoverRow, ...]
    troubles: tuple[HandoverTrouble, ...]
    last_row: int


_encode_row = msgspec.msgpack.Encoder().encode
_decode_row = msgspec.msgpack.Decoder(HandoverRow).decode


def append_answer_row(
    db: Connection, key: bytes, vault_id: UUID, handover_id: UUID, answer_row: HandoverRow
) -> int:
    """Append one row and return its number, counted from 1."""
    query = select(handover_row_table).where(handover_row_table.c.handover == handover_id)
    last_row = db.execute(query.order_by(handover_row_table.c.seq.desc()).limit(1)).first()
    seq, previous = (last_row.seq + 1, _row_hash(last_row)) if last_row else (1, _GENESIS_HASH)
    seal_context = _seal_context(vault_id, handover_id, seq, answer_row.item_number, previous)
    sealed = _sealing_key(key).seal(_pad(_encode_row(answer_row)), seal_context)
    row = {
        "handover": handover_id,
        "seq": seq,
        "item": answer_row.item_number,
        "previous": previous,
        "sealed": sealed,
    }
    db.execute(handover_row_table.insert(), row)
    return seq


def read_answer_rows(db: Connection, key: bytes, vault_id: UUID, handover_id: UUID) -> VerifiedRows:
    """Read the rows of a hand-over as untrusted input; a row that does not verify is never returned."""
    sealing_key = _sealing_key(key)
    answer_rows: list[HandoverRow] = []
    troubles: list[HandoverTrouble] = []
    expected_seq, previous = 1, _GENESIS_HASH
    query = (
        select(handover_row_table)
        .where(handover_row_table.c.handover == handover_id)
        .order_by(handover_row_table.c.seq)
    )
    for row in db.execute(query.limit(MAX_ROWS + 1)):
        # The table's CHECKs refuse these too, but whoever changed the file could have removed the CHECKs.
        if not 1 <= row.seq <= MAX_ROWS or row.item < WHOLE_FORM or len(row.sealed) > MAX_SEALED_BYTES:
            troubles.append(HandoverTrouble.TOO_LARGE)
            continue
        if row.seq != expected_seq:
            troubles.append(HandoverTrouble.MISSING)
        elif row.previous != previous:
            troubles.append(HandoverTrouble.CHANGED)
        answer_row = _open_row(sealing_key, vault_id, handover_id, row)
        if answer_row is None:
            troubles.append(HandoverTrouble.UNREADABLE)
        else:
            answer_rows.append(answer_row)
        expected_seq, previous = row.seq + 1, _row_hash(row)
    return VerifiedRows(
        rows=tuple(answer_rows), troubles=tuple(dict.fromkeys(troubles)), last_row=expected_seq - 1
    )


def list_acts(db: Connection, key: bytes, vault_id: UUID, handover_id: UUID) -> frozenset[HandoverAct]:
    """Return the acts on the whole form, without opening any answer."""
    query = select(handover_row_table).where(
        handover_row_table.c.handover == handover_id, handover_row_table.c.item == WHOLE_FORM
    )
    sealing_key = _sealing_key(key)
    answer_rows = [
        _open_row(sealing_key, vault_id, handover_id, row) for row in db.execute(query.limit(MAX_ROWS))
    ]
    statuses = {answer_row.status for answer_row in answer_rows if answer_row}
    return frozenset(act for act in HandoverAct if act in statuses)


def delete_answer_rows(db: Connection, handover_id: UUID) -> None:
    """Delete every row of a hand-over, once its answers are in the record."""
    db.execute(handover_row_table.delete().where(handover_row_table.c.handover == handover_id))


def row_reference(handover_id: UUID, seq: int) -> str:
    """Return how an audit event names a row."""
    return f"{handover_id.hex[:8]}-{seq}"


def highest_logged_row(db: Connection, handover_id: UUID, *, after_entry: int) -> int:
    """Return the highest row number that the audit log names after this entry; 0 if it names none.

    This reveals missing last rows, and rows from a copy of the folder, which has the same key.
    """
    pattern, highest = re.compile(rf"handover\.[a-z_]+ {handover_id.hex[:8]}-([0-9]{{1,5}})"), 0
    for entry_body in db.scalars(select(audit_log_table.c.body).where(audit_log_table.c.seq > after_entry)):
        if entry_body[:1] == KEYLESS_PREFIX:
            # Forged events name no row.
            with suppress(keyless_events.UnknownKeylessEvent):
                match = pattern.fullmatch(keyless_events.decode_event(entry_body[1:])[0])
                highest = max(highest, int(match[1]) if match else 0)
    return highest


def _row_hash(row: Any) -> bytes:
    position = (row.handover, row.seq, row.item, row.previous)
    return sha256(encode_fields("hash/handover", *position, row.sealed)).digest()


def _open_row(sealing_key: SealingKey, vault_id: UUID, handover_id: UUID, row: Any) -> HandoverRow | None:
    try:
        seal_context = _seal_context(vault_id, handover_id, row.seq, row.item, row.previous)
        answer_row = _decode_row(_unpad(sealing_key.open(row.sealed, seal_context)))
    except (DecryptionError, ValueError):
        return None
    return answer_row if answer_row.item_number == row.item else None


def _seal_context(vault_id: UUID, handover_id: UUID, seq: int, item: int, previous: bytes) -> bytes:
    return encode_fields("handover", vault_id, handover_id, seq, item, previous)


def _sealing_key(key: bytes) -> SealingKey:
    return SealingKey(key, hedge_label="handover-hedge", key_label="handover-key")


def _pad(body: bytes) -> bytes:
    framed = len(body).to_bytes(_LENGTH_BYTES, "big") + body
    return framed.ljust(padded_length(len(framed)), b"\0")


def _unpad(whole: bytes) -> bytes:
    length = int.from_bytes(whole[:_LENGTH_BYTES], "big")
    if len(whole) < _LENGTH_BYTES + length:
        raise ValueError("shorter than it says")
    return whole[_LENGTH_BYTES : _LENGTH_BYTES + length]
