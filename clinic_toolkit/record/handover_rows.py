"""The rows of a hand-over: sealed answers that are only added to, under a key of their own.

Each row is sealed to its number, its item and the hash of the row before it, so none can be moved,
copied or put in between; and a lost last row is missed, because the audit trail counts them.
"""

import re
from contextlib import suppress
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

from clinic_toolkit.crypto.encoding import enc
from clinic_toolkit.crypto.seal import NotOpened, SealingKey
from clinic_toolkit.record import keyless
from clinic_toolkit.record.audit import KEYLESS, audit_line
from clinic_toolkit.store.base import forbid, metadata
from clinic_toolkit.store.types import Id
from clinic_toolkit.vault.envelope import padded_length

MOST = 5_000
LARGEST = 64 * 1024
# An act of the whole form is no item's answer; items are counted from 1.
NO_ITEM = 0
FINISHED, GIVEN_BACK = "finished", "given_back"
_START = bytes(32)
_LENGTH = 4

handover_row = Table(
    "handover_row",
    metadata,
    Column("handover", Id, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("item", Integer, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("handover", "seq"),
    CheckConstraint(f"seq BETWEEN 1 AND {MOST}", name="seq"),
    CheckConstraint(f"item >= {NO_ITEM}", name="item"),
    CheckConstraint("length(handover) = 16 AND length(previous) = 32", name="ids"),
    CheckConstraint(f"length(sealed) <= {LARGEST}", name="size"),
    sqlite_strict=True,
)
forbid(handover_row, "UPDATE", sentence="an answer that was handed in is only added to")


class Line(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One answer, or with item 0 one act of the whole form, as it lies under the seal."""

    item: int
    status: str
    value: int | None
    talk: bool
    said: str
    at: int

    def __repr__(self) -> str:
        return "<Line>"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that are as they were written, in order, and what is wrong with the others."""

    lines: tuple[Line, ...]
    troubles: tuple[str, ...]
    last: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Line).decode


def add(db: Connection, key: bytes, vault_id: UUID, id: UUID, line: Line) -> int:
    """Add one row after the last one and return its number."""
    rows = select(handover_row).where(handover_row.c.handover == id)
    last = db.execute(rows.order_by(handover_row.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, _link(last)) if last else (1, _START)
    place = _place(vault_id, id, seq, line.item, previous)
    sealed = _sealing_key(key).seal(_padded(_encode(line)), place)
    row = {"handover": id, "seq": seq, "item": line.item, "previous": previous, "sealed": sealed}
    db.execute(handover_row.insert(), row)
    return seq


def read(db: Connection, key: bytes, vault_id: UUID, id: UUID) -> Found:
    """Every row of a hand-over, as hostile input: one that is not what was written is never returned."""
    sealing_key = _sealing_key(key)
    lines: list[Line] = []
    troubles: list[str] = []
    expected, previous = 1, _START
    rows = select(handover_row).where(handover_row.c.handover == id).order_by(handover_row.c.seq)
    for row in db.execute(rows.limit(MOST + 1)):
        # The table refuses these itself; whoever changed the file could have changed the table.
        if not 1 <= row.seq <= MOST or row.item < NO_ITEM or len(row.sealed) > LARGEST:
            troubles.append("too large")
            continue
        if row.seq != expected:
            troubles.append("missing")
        elif row.previous != previous:
            troubles.append("changed")
        line = _opened(sealing_key, vault_id, id, row)
        if line is None:
            troubles.append("not readable")
        else:
            lines.append(line)
        expected, previous = row.seq + 1, _link(row)
    return Found(lines=tuple(lines), troubles=tuple(dict.fromkeys(troubles)), last=expected - 1)


def acts(db: Connection, key: bytes, vault_id: UUID, id: UUID) -> frozenset[str]:
    """The acts of the whole form, without opening an answer."""
    rows = select(handover_row).where(handover_row.c.handover == id, handover_row.c.item == NO_ITEM)
    sealing_key = _sealing_key(key)
    lines = [_opened(sealing_key, vault_id, id, row) for row in db.execute(rows.limit(MOST))]
    return frozenset(line.status for line in lines if line)


def remove(db: Connection, id: UUID) -> None:
    """Remove every row of a hand-over, once they are in the record."""
    db.execute(handover_row.delete().where(handover_row.c.handover == id))


def marked(id: UUID, seq: int) -> str:
    """How the audit trail names a row."""
    return f"{id.hex[:8]}-{seq}"


def counted(db: Connection, id: UUID, *, after: int) -> int:
    """The highest row that the audit trail names after this line.

    So lost last rows are missed, and rows of a copied folder, which has the same key, are not taken over.
    """
    named, highest = re.compile(rf"handover\.[a-z_]+ {id.hex[:8]}-([0-9]{{1,5}})"), 0
    for body in db.scalars(select(audit_line.c.body).where(audit_line.c.seq > after)):
        if body[:1] == KEYLESS:
            # What no process of ours writes names no row.
            with suppress(keyless.NotOurs):
                found = named.fullmatch(keyless.read(body[1:])[0])
                highest = max(highest, int(found[1]) if found else 0)
    return highest


def _link(row: Any) -> bytes:
    place = (row.handover, row.seq, row.item, row.previous)
    return sha256(enc("hash/handover", *place, row.sealed)).digest()


def _opened(sealing_key: SealingKey, vault_id: UUID, id: UUID, row: Any) -> Line | None:
    try:
        place = _place(vault_id, id, row.seq, row.item, row.previous)
        line = _decode(_unpadded(sealing_key.open(row.sealed, place)))
    except (NotOpened, ValueError):
        return None
    return line if line.item == row.item else None


def _place(vault_id: UUID, id: UUID, seq: int, item: int, previous: bytes) -> bytes:
    return enc("handover", vault_id, id, seq, item, previous)


def _sealing_key(key: bytes) -> SealingKey:
    return SealingKey(key, hedge_label="handover-hedge", key_label="handover-key")


def _padded(body: bytes) -> bytes:
    whole = len(body).to_bytes(_LENGTH, "big") + body
    return whole.ljust(padded_length(len(whole)), b"\0")


def _unpadded(whole: bytes) -> bytes:
    length = int.from_bytes(whole[:_LENGTH], "big")
    if len(whole) < _LENGTH + length:
        raise ValueError("shorter than it says")
    return whole[_LENGTH : _LENGTH + length]
