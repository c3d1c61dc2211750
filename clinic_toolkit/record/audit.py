"""The audit trail: one hash chain over everything that was done.

`h_i = SHA-256(enc("hash/audit", incarnation, i, h_{i-1}, body))`. The chain needs no key, so that a
locked process can extend it; what an unlocked clinician does is sealed and ends in the clinician's
signature over the chain's tip. Who holds that signing key can still rewrite history up to the last
copy outside this machine: `docs/promises.md` says so.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, Row, Table, select

from clinic_toolkit.crypto.encoding import enc
from clinic_toolkit.crypto.signature import verify
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import gaps, keyless, ways_in
from clinic_toolkit.store import anchor
from clinic_toolkit.store.anchor_slot import LAST
from clinic_toolkit.store.base import forbid, metadata
from clinic_toolkit.store.engine import if_rolled_back
from clinic_toolkit.store.statements import Prepared
from clinic_toolkit.store.types import from_us, now_us
from clinic_toolkit.vault.vault import SealBroken, Vault

# The line of a page that was looked at, and of a paper that left as a file, which its kind follows. They
# name versions, and none of them is new.
SHOWN = READ, PAPER_SAVED = "records.read", "paper.saved"
# The line of an unlock that found the trail not to fit.
ADOPTED, NOT_ADOPTED = "audit.adopted ", "audit.not_adopted"
# The line of `adopt`, the one that says how the way in was opened, and that of a head that was put back.
_LINES_OF_AN_UNLOCK = 3

KEYLESS, SEALED = b"\x00", b"\x01"
_KID = 16
_START = bytes(32)

audit_line = Table(
    "audit_line",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=True),
    # Else one bit could make text of a hash, and the driver stumbles over it instead of SQLite's own check.
    sqlite_strict=True,
)
forbid(audit_line, "UPDATE", sentence="the audit trail is only added to")
forbid(audit_line, "DELETE", sentence="the audit trail is only added to")

_TIP = Prepared(select(audit_line.c.seq, audit_line.c.hash).order_by(audit_line.c.seq.desc()).limit(1))
_ADD = Prepared(audit_line.insert())


class ChainBroken(ClinicError):
    """A line of the audit trail is missing, changed or out of its place."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"The audit trail is broken at line {seq}. Nothing was changed; keep a copy of the data "
            "folder before you go on."
        )
        self.seq = seq


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """What was written or read: enough to notice later that it is missing."""

    table: str
    ring: bytes
    record: bytes
    version: int
    content_id: bytes


class Body(msgspec.Struct, array_like=True, frozen=True):
    """The sealed text of a line."""

    event: str
    at: int
    actor: bytes
    entries: tuple[Entry, ...] = ()


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line, opened."""

    seq: int
    event: str
    at: datetime
    entries: tuple[Entry, ...]
    signed: bool
    keyless: bool = False


_encode = msgspec.msgpack.Encoder().encode
_decode_body = msgspec.msgpack.Decoder(Body).decode


def _tip(db: Connection) -> tuple[int, bytes]:
    row = _TIP.run(db, {}).fetchone()
    return (row[0], row[1]) if row else (0, _START)


def _next(db: Connection) -> tuple[int, bytes]:
    seq, before = _tip(db)
    if seq >= LAST:
        raise ChainBroken(seq)
    return seq + 1, before


def _link(incarnation: UUID, seq: int, before: bytes, body: bytes) -> bytes:
    return hashlib.sha256(enc("hash/audit", incarnation, seq, before, body)).digest()


def note(db: Connection, vault: Vault, event: str, entries: Sequence[Entry] = (), *, now: datetime) -> int:
    """Add one sealed, signed line to the trail and return its number.

    A store that is only looked at takes no line; then the number is 0.

    Args:
        event: what happened, as `noun.verb`; never client text.
        entries: the record versions that were written or read.
    """
    if anchor.frozen(db):
        return 0
    seq, before = _next(db)
    text = _encode(Body(event, now_us(now), vault.user_id.bytes, tuple(entries)))
    sealed = vault.seal(
        table="audit_line", record=vault.incarnation, version=seq, ring=vault.practice_ring, body=text
    )
    body = SEALED + sealed.kid + sealed.blob
    chained = _link(vault.incarnation, seq, before, body)
    signature = vault.sign("sig/audit", vault.incarnation, seq, chained)
    _ADD.run(db, {"seq": seq, "body": body, "hash": chained, "signature": signature})
    saved = () if only_shows(event) else entries
    anchor.pend(db, incarnation=vault.incarnation, seq=seq, head=chained, at=now_us(now), entries=saved)
    if vault.inventory is not None and vault.inventory.seq == seq - 1:
        if_rolled_back(db, vault.inventory.add(seq, chained, saved, ways_in.named(event)))
    else:
        # There are lines that this vault was not told of, from an unlock in another window for one.
        vault.inventory = None
    return seq


def only_shows(event: str) -> bool:
    """Whether a line of this event names versions that were there already, and writes none."""
    return event.partition(" ")[0] in SHOWN


def note_keyless(db: Connection, incarnation: UUID, event: str, *, now: datetime) -> int:
    """Add a line without any key: an event code and the time, unsigned until the next unlock.

    Args:
        event: one of `keyless.Keyless`, with its detail.

    Raises:
        keyless.NotOurs: it is none of them.
    """
    if anchor.frozen(db):
        return 0
    seq, before = _next(db)
    body = KEYLESS + keyless.packed(event, now_us(now))
    link = _link(incarnation, seq, before, body)
    _ADD.run(db, {"seq": seq, "body": body, "hash": link, "signature": None})
    anchor.pend(db, incarnation=incarnation, seq=seq, head=link, at=now_us(now))
    return seq


def adopt(db: Connection, vault: Vault, *, now: datetime) -> int | None:
    """Check the lines that were added since the last signature and vouch for them.

    The first act of every unlock. A line that does not fit is told in the trail, where nothing takes it
    away again, and none of them is vouched for. It does not keep the clinician from the record.

    Returns:
        How many lines were adopted; None if one of them does not fit.
    """
    try:
        first, last = unvouched(db, vault)
    except ChainBroken as broken:
        note(db, vault, f"{NOT_ADOPTED} {broken.seq}", now=now)
        return None
    note(db, vault, f"{ADOPTED}{first}-{last}" if last >= first else "audit.opened", now=now)
    return last - first + 1


def not_adopted(db: Connection, vault: Vault) -> int | None:
    """The line that this unlock found not to fit and did not vouch for, told by a sealed line; or None."""
    newest, _ = _tip(db)
    for told in since(db, vault, max(0, newest - _LINES_OF_AN_UNLOCK)):
        if told.line and not told.line.keyless and told.line.event.startswith(NOT_ADOPTED):
            return int(told.line.event.removeprefix(NOT_ADOPTED))
    return None


def unvouched(db: Connection, vault: Vault) -> tuple[int, int]:
    """The first and last line without a signature over it, each of them checked; or `ChainBroken`."""
    signed = select(audit_line).where(audit_line.c.signature.is_not(None))
    last = db.execute(signed.order_by(audit_line.c.seq.desc()).limit(1)).first()
    seq, before = (last.seq, last.hash) if last else (0, _START)
    if last and not is_signed(vault, last):
        raise ChainBroken(seq)
    first = seq + 1
    for row in _chained(db, vault, seq, before):
        seq = row.seq
        if not _is_ours(row.body):
            # Who holds the keys signs each line: a sealed one without a signature is nobody's. And
            # without a key the program writes nothing but the few events of `keyless`.
            raise ChainBroken(seq)
    return first, seq


def _chained(db: Connection, vault: Vault, seq: int, before: bytes) -> Iterator[Row[Any]]:
    """Every line after this one, as long as each follows the one before it."""
    for row in db.execute(select(audit_line).where(audit_line.c.seq > seq).order_by(audit_line.c.seq)):
        seq += 1
        if row.seq != seq or row.hash != _link(vault.incarnation, seq, before, row.body):
            raise ChainBroken(seq)
        before = row.hash
        yield row


def is_signed(vault: Vault, row: Any) -> bool:
    """Whether the signature under a line is this clinician's, over the line at its place."""
    place = (vault.incarnation, row.seq, row.hash)
    return verify(vault.public_key, "sig/audit", *place, signature=row.signature)


def _is_ours(body: bytes) -> bool:
    try:
        return body[:1] == KEYLESS and bool(keyless.read(body[1:]))
    except keyless.NotOurs:
        return False


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one line says; None if it does not open or does not follow the one before, or is gone."""

    seq: int
    hash: bytes
    line: AuditLine | None


def since(db: Connection, vault: Vault, seq: int) -> Iterator[Told]:
    """Every line after this one, oldest first; what cannot be believed is told as such.

    A line without a key opens for everyone: only the chain, whose end `adopt` checks, holds it.
    """
    before = hash_of(db, seq) if seq else _START
    for row in db.execute(select(audit_line).where(audit_line.c.seq > seq).order_by(audit_line.c.seq)):
        for lost in gaps.absent(seq + 1, row.seq):
            yield Told(seq=lost, hash=row.hash, line=None)
        follows = before and row.hash == _link(vault.incarnation, row.seq, before, row.body)
        seq, before, signed = row.seq, row.hash, row.signature is not None
        try:
            # A sealed line without a signature is nobody's, whatever it says.
            ours = follows and (signed or row.body[:1] == KEYLESS)
            line = _open(vault, seq, row.body, signed=signed) if ours else None
        except (SealBroken, msgspec.DecodeError, OverflowError, ValueError):
            line = None
        yield Told(seq=seq, hash=row.hash, line=line)


def hash_of(db: Connection, seq: int) -> bytes | None:
    """The hash of one line, or None if there is no such line."""
    found: bytes | None = db.scalar(select(audit_line.c.hash).where(audit_line.c.seq == seq))
    return found


def _open(vault: Vault, seq: int, body: bytes, *, signed: bool) -> AuditLine:
    if body[:1] == KEYLESS:
        event, at = keyless.read(body[1:])
        return AuditLine(seq=seq, event=event, at=from_us(at), entries=(), signed=signed, keyless=True)
    opened = vault.open(
        table="audit_line",
        record=vault.incarnation,
        version=seq,
        ring=vault.practice_ring,
        kid=body[1 : 1 + _KID],
        blob=body[1 + _KID :],
    )
    text = _decode_body(opened.body)
    return AuditLine(seq=seq, event=text.event, at=from_us(text.at), entries=text.entries, signed=signed)
