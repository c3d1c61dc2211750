"""The audit log from before the keys were replaced, kept inside the lines that took its place.

A line that was sealed again holds what the old line was, byte for byte: so the old chain can be computed and
its signatures verified, although nothing of it lies in the file as it was. The line that ends it holds the
old public key, the keys by which the old lines open, and the signature of the old identity that hands over to
the new one. What the old identity signs after that line counts for nothing.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_entries, audit_log, key_slot_events
from clinic_toolkit.journal.audit_log import (
    KEY_ID_LENGTH,
    KEYLESS_PREFIX,
    SEALED_PREFIX,
    EntryPayload,
    chain_hash,
)
from clinic_toolkit.journal.incarnations import RESTORE_PREFIX
from clinic_toolkit.store.chain import CHAIN_TABLE, ChainRow
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.inventory import GENESIS_HASH
from clinic_toolkit.vault.resealing import open_with_past_key
from clinic_toolkit.vault.vault import SealBroken, Vault

REKEY_LABEL = "sig/rekey"
_LINES_PER_STEP = 500


class KeyChangeEvent(StrEnum):
    """What is said of a change of keys.

    The first is the line that ends the old log; the generation of the slot list follows. The second says that
    damage was carried over; how many versions do not open follows.
    """

    KEYS_REPLACED = "practice.keys_replaced"
    DAMAGE_KEPT = "practice.damage_kept"


class PastLine(msgspec.Struct, array_like=True, frozen=True):
    """What a line was before it was sealed again."""

    body: bytes
    signature: bytes | None


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


class PastLogBroken(ClinicError):
    """The old log is not as the old identity signed it."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"Line {seq} of the audit trail from before the keys were replaced is not as it was signed then."
        )


_decode_resealed = msgspec.msgpack.Decoder(ResealedPayload).decode
_decode_change = msgspec.msgpack.Decoder(KeyChangePayload).decode
_decode_entry = msgspec.msgpack.Decoder(EntryPayload).decode


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
        signature=old.sign(REKEY_LABEL, *_handed_over(vault, old.incarnation.bytes, seq, tip_hash)),
    )
    event = key_slot_events.with_slot_generation(KeyChangeEvent.KEYS_REPLACED, vault)
    content = (event, to_microseconds(now), vault.user_id.bytes, (reference,))
    audit_log.append_payload(db, vault, KeyChangePayload(*content, change))


def append_damage_kept(db: Connection, vault: Vault, count: int, *, now: datetime) -> None:
    """Append the line which says how many versions did not open when the keys were replaced."""
    audit_log.append_entry(db, vault, f"{KeyChangeEvent.DAMAGE_KEPT} {count}", now=now)


def find_key_change(
    db: Connection, vault: Vault, report_step: Callable[[], None] = lambda: None
) -> KeyChange | None:
    """Return the newest change of keys that the log tells of; None if there was none.

    Only a line counts that the present identity signed, in its place of the chain.
    """
    found: KeyChange | None = None
    signatures = audit_entries.SignatureCheck(db, vault)
    for row in audit_entries.iter_chained_rows(db, vault, 0, GENESIS_HASH):
        if row.seq % _LINES_PER_STEP == 0:
            report_step()
        change = _read_change(vault, row)
        if change is not None and signatures.is_signed_by(row, vault.user_id):
            found = change
    return found


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
    if change is None or not _decode_entry(raw).event.startswith(KeyChangeEvent.KEYS_REPLACED):
        raise msgspec.DecodeError("no change of keys")
    return change


def open_past_content(vault: Vault, change: KeyChange, seq: int, body: bytes) -> bytes:
    """Open the body that a sealed line had before this change of keys.

    Raises:
        LookupError: the change kept no key for it.
        SealBroken: it does not open.
    """
    kid, incarnation = body[1 : 1 + KEY_ID_LENGTH], UUID(bytes=_incarnation_of(change, seq))
    secret = dict(change.practice_keys)[kid]
    blob = body[1 + KEY_ID_LENGTH :]
    opened = open_with_past_key(vault, CHAIN_TABLE, incarnation, seq, kid=kid, secret=secret, blob=blob)
    return opened.content


def check_past_log(
    db: Connection, vault: Vault, change: KeyChange, report_step: Callable[[], None] = lambda: None
) -> int:
    """Verify the old log as far as the change of keys; returns how many lines it has.

    Raises:
        PastLogBroken: a line is not as the old identity signed it, or says something else now.
    """
    past_hash, seq = GENESIS_HASH, 0
    for row, body, signature in _iter_past_lines(db, vault, change):
        seq, incarnation = row.seq, UUID(bytes=_incarnation_of(change, row.seq))
        past_hash = chain_hash(incarnation, seq, past_hash, body)
        if body[:1] == KEYLESS_PREFIX:
            report_step()
            continue
        past_row = ChainRow(seq, body, past_hash, signature)
        is_signed = signature is not None and audit_entries.is_signed_with(
            vault, past_row, change.signing_key, incarnation
        )
        if not is_signed or not _says_the_same(vault, change, row, body):
            raise PastLogBroken(seq)
        report_step()
    handed_over = _handed_over(vault, change.incarnations[-1][1], change.seq, change.hash)
    if (seq, past_hash) != (change.seq, change.hash) or not verify_signature(
        change.signing_key, REKEY_LABEL, *handed_over, signature=change.signature
    ):
        raise PastLogBroken(change.seq)
    return seq


def _iter_past_lines(
    db: Connection, vault: Vault, change: KeyChange
) -> Iterator[tuple[ChainRow, bytes, bytes | None]]:
    """Yield each line up to the change, with the body and the signature that it had before."""
    for row in transaction_of(db).iter_entries(audit_log.audit_log_table, 1, change.seq):
        if row.body[:1] == KEYLESS_PREFIX:
            yield row, row.body, None
            continue
        try:
            past = _decode_resealed(audit_entries.open_body(vault, row.seq, row.body)).past
        except audit_entries.UNREADABLE_ERRORS:
            past = None
        if past is None:
            raise PastLogBroken(row.seq)
        yield row, past.body, past.signature


def _says_the_same(vault: Vault, change: KeyChange, row: ChainRow, body: bytes) -> bool:
    """Whether the old line, opened by its old key, says what the line says that took its place."""
    now_said = audit_entries.open_payload(vault, row.seq, row.body)
    if body[:1] == RESTORE_PREFIX:
        return audit_entries.open_payload(vault, row.seq, body) == now_said
    try:
        return bool(_decode_entry(open_past_content(vault, change, row.seq, body)) == now_said)
    except (SealBroken, msgspec.DecodeError, LookupError):
        return False


def _read_change(vault: Vault, row: ChainRow) -> KeyChange | None:
    if row.body[:1] != SEALED_PREFIX or row.signature is None:
        return None
    try:
        return decode_change(audit_entries.open_body(vault, row.seq, row.body))
    except audit_entries.UNREADABLE_ERRORS:
        return None


def _incarnation_of(change: KeyChange, seq: int) -> bytes:
    return next(incarnation for last, incarnation in change.incarnations if seq <= last)


def _handed_over(
    vault: Vault, incarnation: bytes, seq: int, tip_hash: bytes
) -> tuple[UUID, bytes, int, bytes, UUID, UUID, bytes]:
    """What the old identity signs: the end of the old log, and the identity that goes on."""
    return vault.vault_id, incarnation, seq, tip_hash, vault.incarnation, vault.user_id, vault.public_key
