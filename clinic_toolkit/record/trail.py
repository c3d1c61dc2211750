"""Reading the audit trail, for a person and for a check: each line is judged as it is read.

A line that does not fit is told as what it is, and the next ones are read as ever: whoever looks for
damage must see how far it reaches.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, select

from clinic_toolkit.crypto.encoding import enc
from clinic_toolkit.crypto.signature import verify
from clinic_toolkit.record import gaps, keyless
from clinic_toolkit.record.audit import ADOPTED, KEYLESS, SEALED, Body, Entry, audit_line, is_signed
from clinic_toolkit.store.statements import Prepared
from clinic_toolkit.store.types import from_us
from clinic_toolkit.vault import identity
from clinic_toolkit.vault.vault import SealBroken, Vault

PAGE = 50
# A search by client or kind opens so many lines before it asks whether to look further back.
MOST = 20_000
_AT_ONCE = 500
_KID = 16
_START = bytes(32)

# What can be wrong with a line.
MISSING, CHANGED, UNSIGNED, UNREADABLE = "missing", "changed", "signature", "unreadable"
# It has no key, and is none of the few that the program writes without one: its text is never shown.
NOT_OURS = "not ours"

_TIP = Prepared(select(func.max(audit_line.c.seq)))
_decode_body = msgspec.msgpack.Decoder(Body).decode


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line. Without a key to open it, only its number and what is wrong are known."""

    seq: int
    hash: bytes = b""
    event: str = ""
    at: datetime | None = None
    actor: UUID | None = None
    entries: tuple[Entry, ...] = ()
    signed: bool = False
    wrong: str = ""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines, newest first; `older` is where the next page begins, or None at the beginning.

    `reached` is the oldest line that was looked at.
    """

    lines: tuple[Line, ...]
    older: int | None
    reached: int


def tip(db: Connection) -> int:
    """The number of the newest line; 0 if there is none."""
    row = _TIP.run(db, {}).fetchone()
    return row[0] or 0 if row else 0


def vouched(db: Connection) -> int:
    """The newest line that a clinician signed: its signature covers every line before it."""
    return db.scalar(select(func.max(audit_line.c.seq)).where(audit_line.c.signature.is_not(None))) or 0


def adopted(db: Connection, vault: Vault, seq: int) -> bool:
    """Whether the next signed line says that this one, written without a key, was checked and taken over."""
    after = select(func.min(audit_line.c.seq)).where(
        audit_line.c.seq > seq, audit_line.c.signature.is_not(None)
    )
    signed = db.scalar(after)
    for line in judged(db, vault, first=signed, last=signed) if signed else ():
        first, _, last = line.event.removeprefix(ADOPTED).partition("-")
        return line.event.startswith(ADOPTED) and not line.wrong and int(first) <= seq <= int(last)
    return False


def page(
    db: Connection,
    vault: Vault,
    *,
    before: int | None = None,
    wanted: Callable[[Line], bool] = lambda line: True,
    size: int = PAGE,
) -> Page:
    """The newest lines before this one that are wanted, newest first."""
    upper = min(tip(db), (before or MOST**3) - 1)
    oldest = max(1, upper - MOST + 1)
    found: list[Line] = []
    while upper >= oldest:
        lower = max(oldest, upper - _AT_ONCE + 1)
        for line in reversed(list(judged(db, vault, first=lower, last=upper))):
            if wanted(line):
                found.append(line)
                if len(found) == size:
                    older = line.seq if line.seq > 1 else None
                    return Page(lines=tuple(found), older=older, reached=line.seq)
        upper = lower - 1
    return Page(lines=tuple(found), older=oldest if oldest > 1 else None, reached=oldest)


def judged(db: Connection, vault: Vault | None, *, first: int = 1, last: int | None = None) -> Iterator[Line]:
    """These lines, oldest first, each with its place in the chain and its signature checked.

    Args:
        vault: without it nothing is opened and no signature checked; the chain needs no key.
    """
    incarnation = vault.incarnation if vault else identity.head(db)[1]
    before = db.scalar(select(audit_line.c.hash).where(audit_line.c.seq == first - 1)) or _START
    expected = first
    rows = select(audit_line).where(audit_line.c.seq >= first).order_by(audit_line.c.seq)
    for row in db.execute(rows if last is None else rows.where(audit_line.c.seq <= last)):
        for lost in gaps.absent(expected, row.seq):
            yield Line(seq=lost, wrong=MISSING)
        chained = _chained(incarnation, row.seq, before, row.body)
        yield _line(vault, row, wrong="" if chained == row.hash else CHANGED)
        before, expected = row.hash, row.seq + 1


def fits(db: Connection, incarnation: UUID) -> bool:
    """Whether the newest line was written under this incarnation."""
    newest = db.execute(select(audit_line).order_by(audit_line.c.seq.desc()).limit(2)).all()
    if not newest:
        return True
    before = newest[1].hash if newest[1:] else _START
    return bool(newest[0].hash == _chained(incarnation, newest[0].seq, before, newest[0].body))


def is_signed_under(db: Connection, vault: Vault, *, first: bool = False) -> bool:
    """Whether the newest line with a signature, or the first one, was signed under this vault's incarnation.

    A line without a key proves nothing here: it follows whatever the store held when it was written.
    """
    signed, seq = select(audit_line).where(audit_line.c.signature.is_not(None)), audit_line.c.seq
    row = db.execute(signed.order_by(seq if first else seq.desc()).limit(1)).first()
    return row is None or is_signed(vault, row)


def _chained(incarnation: UUID, seq: int, before: bytes, body: bytes) -> bytes:
    return hashlib.sha256(enc("hash/audit", incarnation, seq, before, body)).digest()


def _line(vault: Vault | None, row: Any, *, wrong: str) -> Line:
    signed = row.signature is not None
    said = {"seq": row.seq, "hash": row.hash, "signed": signed}
    try:
        text = _text(vault, row)
        at = from_us(text.at) if text else None
    except keyless.NotOurs:
        return Line(**said, wrong=wrong or NOT_OURS)
    except (SealBroken, msgspec.DecodeError, OverflowError, ValueError):
        return Line(**said, wrong=wrong or UNREADABLE)
    if row.body[:1] == SEALED and not signed:
        # Who holds the keys signs each line.
        wrong = wrong or UNSIGNED
    if vault and signed and not wrong:
        tail = (vault.incarnation, row.seq, row.hash)
        wrong = "" if verify(vault.public_key, "sig/audit", *tail, signature=row.signature) else UNSIGNED
    if text is None:
        return Line(**said, wrong=wrong)
    actor = UUID(bytes=text.actor) if text.actor else None
    entries = text.entries
    return Line(**said, event=text.event, at=at, actor=actor, entries=entries, wrong=wrong)


def _text(vault: Vault | None, row: Any) -> Body | None:
    kind, rest = row.body[:1], row.body[1:]
    if kind == KEYLESS:
        event, at = keyless.read(rest)
        return Body(event, at, b"")
    if kind != SEALED:
        raise msgspec.DecodeError("a line of an unknown kind")
    if vault is None:
        return None
    opened = vault.open(
        table="audit_line",
        record=vault.incarnation,
        version=row.seq,
        ring=vault.practice_ring,
        kid=rest[:_KID],
        blob=rest[_KID:],
    )
    return _decode_body(opened.body)
