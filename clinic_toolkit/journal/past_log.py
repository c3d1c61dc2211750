"""The audit log from before the keys were replaced, kept inside the lines that took its place.

A line that was sealed again holds what the old line was, byte for byte: so the old chain can be computed and
its signatures verified, although nothing of it lies in the file as it was. The line that ends it holds the
old public key, the keys by which the old lines open, and the signature of the old identity that hands over to
the new one. What the old identity signs after that line counts for nothing.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import audit_log, key_slot_events
from clinic_toolkit.journal.audit_log import (
    KEY_ID_LENGTH,
    KEYLESS_PREFIX,
    EntryPayload,
    chain_hash,
)
from clinic_toolkit.store.chain import CHAIN_TABLE, ChainRow
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.resealing import open_with_past_key
from clinic_toolkit.vault.vault import Vault

REKEY_LABEL = "sig/rekey"


class KeyChangeEvent(StrEnum):
    """What is said of a change of keys.

    The first is the line that ends the old log; the generation of the slot list follows. The second says that
    damage was carried over; of how many versions and lines follows.
    """

    KEYS_REPLACED = "practice.keys_replaced"
    DAMAGE_KEPT = "practice.damage_kept"


class PastLine(msgspec.Struct, array_like=True, frozen=True):
    """What a line was before it was sealed again."""

    body: bytes
    signature: bytes | None


class UnreadLine(msgspec.Struct, array_like=True, frozen=True):
    """What a line was that could not be read when the keys were replaced; all None if it was missing."""

    body: bytes | None = None
    hash: bytes | None = None
    signature: bytes | None = None


class ResealedPayload(EntryPayload, array_like=True, frozen=True):
    """The content of a line that was sealed again, and what the line was before."""

    past: PastLine | None = None


class KeyChange(msgspec.Struct, array_like=True, frozen=True):
    """Where the old log ended and how it is read.

    `incarnations` are those of the old lines, each with the number of its last line; `practice_keys` are the
    ids and secrets of the keys of the practice's ring.
    """

    incarnations: tuple[tuple[int, bytes], ...]
    hash: bytes
    signing_key: bytes
    practice_keys: tuple[tuple[bytes, bytes], ...]
    signature: bytes

    @property
    def seq(self) -> int:
        """The number of the last old line."""
        return self.incarnations[-1][0]


class KeyChangePayload(EntryPayload, array_like=True, frozen=True):
    """The content of the line that ends the old log."""

    change: KeyChange | None = None


# No msgpack begins with this byte, so no reader takes what follows for the content of a line.
_UNREAD_PREFIX = b"\xc1"

_decode_resealed = msgspec.msgpack.Decoder(ResealedPayload).decode
_decode_change = msgspec.msgpack.Decoder(KeyChangePayload).decode
_decode_unread = msgspec.msgpack.Decoder(UnreadLine).decode
decode_entry = msgspec.msgpack.Decoder(EntryPayload).decode


def reseal_line(db: Connection, vault: Vault, row: ChainRow, payload: EntryPayload) -> None:
    """Append a line of the old log to the new one, under the same number.

    Args:
        row: the old line, which was checked.
        payload: its content; unused for a line that was written without a key, which stays as it is.

    Raises:
        ChainBroken: it is not the next line.
    """
    seq, previous_hash = audit_log.last_position(db)
    if row.seq != seq + 1:
        raise audit_log.ChainBroken(row.seq)
    if row.body[:1] != KEYLESS_PREFIX:
        content = (payload.event, payload.recorded_at, payload.actor_id, payload.references)
        audit_log.append_payload(db, vault, ResealedPayload(*content, PastLine(row.body, row.signature)))
        return
    entry_hash = chain_hash(vault.incarnation, row.seq, previous_hash, row.body)
    transaction_of(db).append_entry(
        audit_log.audit_log_table,
        ChainRow(row.seq, row.body, entry_hash, None),
        incarnation=vault.incarnation,
        at=payload.recorded_at,
    )


def append_key_change(
    db: Connection,
    vault: Vault,
    old: Vault,
    tip: tuple[int, bytes],
    practice_keys: tuple[tuple[bytes, bytes], ...],
    reference: audit_log.VersionReference,
    *,
    now: datetime,
) -> None:
    """Append the line that ends the old log, signed by the old identity inside and by the new one outside.

    Args:
        tip: the number and the hash of the last old line.
        practice_keys: the ids and secrets by which the old lines open.
        reference: the record that keeps the old public key.
    """
    seq, tip_hash = tip
    past = old.past_incarnations or ()
    change = KeyChange(
        incarnations=(*((last, one.bytes) for last, one in past), (seq, old.incarnation.bytes)),
        hash=tip_hash,
        signing_key=old.public_key,
        practice_keys=practice_keys,
        signature=old.sign(REKEY_LABEL, *handed_over(vault, old.incarnation.bytes, seq, tip_hash)),
    )
    event = key_slot_events.with_slot_generation(KeyChangeEvent.KEYS_REPLACED, vault)
    content = (event, to_microseconds(now), vault.user_id.bytes, (reference,))
    audit_log.append_payload(db, vault, KeyChangePayload(*content, change))


def keep_unread_line(db: Connection, vault: Vault, line: UnreadLine, *, at: int) -> None:
    """Append a line that cannot be read, as the bytes that it was; it stays one that cannot be read.

    Args:
        at: the time of a line near it, in microseconds since 1970.
    """
    audit_log.append_content(db, vault, _UNREAD_PREFIX + msgspec.msgpack.encode(line), at=at)


def decode_unread_line(raw: bytes) -> UnreadLine | None:
    """What a line was that could not be read, from its opened body; None for any other line.

    Raises:
        DecodeError: it is neither.
    """
    return _decode_unread(raw[1:]) if raw.startswith(_UNREAD_PREFIX) else None


def append_damage_kept(db: Connection, vault: Vault, count: int, *, now: datetime) -> None:
    """Append the line which says of how many versions and lines damage was carried over."""
    audit_log.append_entry(db, vault, f"{KeyChangeEvent.DAMAGE_KEPT} {count}", now=now)


def decode_past_line(raw: bytes) -> PastLine:
    """What a line was before it was sealed again, from its opened body.

    Raises:
        DecodeError: it was not sealed again.
    """
    past = _decode_resealed(raw).past
    if past is None:
        raise msgspec.DecodeError("a line of the present log")
    return past


def decode_change(raw: bytes) -> KeyChange:
    """The change of keys that an opened body tells of.

    Raises:
        DecodeError: it tells of none.
    """
    change = _decode_change(raw).change
    if change is None or not decode_entry(raw).event.startswith(KeyChangeEvent.KEYS_REPLACED):
        raise msgspec.DecodeError("no change of keys")
    return change


def open_past_content(vault: Vault, change: KeyChange, seq: int, body: bytes) -> bytes:
    """Open the body that a sealed line had before this change of keys.

    Raises:
        LookupError: the change kept no key for it.
        SealBroken: it does not open.
    """
    key_id, incarnation = body[1 : 1 + KEY_ID_LENGTH], UUID(bytes=incarnation_of(change, seq))
    secret = dict(change.practice_keys)[key_id]
    blob = body[1 + KEY_ID_LENGTH :]
    opened = open_with_past_key(vault, CHAIN_TABLE, incarnation, seq, key_id=key_id, secret=secret, blob=blob)
    return opened.content


def incarnation_of(change: KeyChange, seq: int) -> bytes:
    """The id of the incarnation that an old line was written in."""
    return next(incarnation for last, incarnation in change.incarnations if seq <= last)


def handed_over(
    vault: Vault, incarnation: bytes, seq: int, tip_hash: bytes
) -> tuple[UUID, bytes, int, bytes, UUID, UUID, bytes]:
    """What the old identity signs: the end of the old log, and the identity that goes on."""
    return vault.vault_id, incarnation, seq, tip_hash, vault.incarnation, vault.user_id, vault.public_key
