"""Reads entries of the audit log, and checks the signature of each against the clinician whom it names.

One's own entries are checked by one's own key, those of colleagues by their key in the directory. An entry
of somebody whom nobody knows, and one that its author did not sign, is not trusted.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.journal import incarnations, keyless_events, sequence_gaps
from clinic_toolkit.journal.audit_log import (
    KEY_ID_LENGTH,
    KEYLESS_PREFIX,
    SEALED_PREFIX,
    ChainBroken,
    EntryPayload,
    VersionReference,
    audit_log_table,
    chain_hash,
)
from clinic_toolkit.journal.incarnations import RESTORE_LABEL, RESTORE_PREFIX
from clinic_toolkit.store.chain import CHAIN_TABLE, ChainRow
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.store.types import cached_uuid, from_microseconds
from clinic_toolkit.vault.inventory import GENESIS_HASH
from clinic_toolkit.vault.vault import SealBroken, Vault

UNREADABLE_ERRORS = (SealBroken, msgspec.DecodeError, OverflowError, ValueError)
_decode_payload = msgspec.msgpack.Decoder(EntryPayload).decode


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One decrypted entry; `actor_id` is None for an entry written without a key."""

    seq: int
    event: str
    recorded_at: datetime
    references: tuple[VersionReference, ...]
    has_signature: bool
    actor_id: UUID | None = None

    @property
    def is_keyless(self) -> bool:
        """Whether it was written without a key."""
        return self.actor_id is None


class ReadResult(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as read; `entry` is None if it is missing, unreadable, forged or breaks the chain."""

    seq: int
    hash: bytes
    entry: AuditEntry | None


def find_entry_hash(db: Connection, seq: int) -> bytes | None:
    """Return the hash of one entry, or None if there is no such entry."""
    entry_hash: bytes | None = db.scalar(select(audit_log_table.c.hash).where(audit_log_table.c.seq == seq))
    return entry_hash


def iter_chained_rows(db: Connection, vault: Vault, seq: int, previous_hash: bytes) -> Iterator[ChainRow]:
    """Yield every row after entry `seq`, oldest first, checking that each one continues the chain.

    Args:
        previous_hash: the hash of entry `seq`.

    Raises:
        ChainBroken: a row is missing, or its hash does not continue the chain.
    """
    incarnations.load_past_incarnations(db, vault)
    for row in transaction_of(db).iter_entries(audit_log_table, seq + 1):
        seq += 1
        if row.seq != seq or row.hash != chain_hash(
            incarnations.incarnation_of(vault, seq), seq, previous_hash, row.body
        ):
            raise ChainBroken(seq)
        previous_hash = row.hash
        yield row


def is_signed_with(vault: Vault, row: Any, public_key: bytes, incarnation: UUID) -> bool:
    """Return whether a signature under a row was made with this key, in the way of its kind.

    Args:
        incarnation: that of the row; a row that begins one names it itself.
    """
    if row.body[:1] != RESTORE_PREFIX:
        signed = incarnation, row.seq, row.hash
        return verify_signature(public_key, "sig/audit", *signed, signature=row.signature)
    try:
        line = incarnations.decode_body(row.body)
    except incarnations.InvalidRestoreLine:
        return False
    restored = incarnations.signed_fields(vault, line, row.seq, row.hash)
    return verify_signature(public_key, RESTORE_LABEL, *restored, signature=row.signature)


class SignatureCheck:
    """Checks the signatures of entries, in one pass through the log."""

    def __init__(self, db: Connection, vault: Vault) -> None:
        incarnations.load_past_incarnations(db, vault)
        self._db = db
        self._vault = vault
        self._has_read_directory = False

    def is_signed_by(self, row: Any, actor_id: UUID) -> bool:
        """Return whether this clinician signed the row's hash at this position in the log.

        False for somebody who is not in the directory, or whose key there is refused.
        """
        directory = self._vault.key_directory
        key = directory.find_key(actor_id)
        if key is None and actor_id not in directory.faults and not self._has_read_directory:
            # A colleague may have been added since the unlock.
            directory.load_rows(self._db)
            self._has_read_directory = True
            key = directory.find_key(actor_id)
        incarnation = incarnations.incarnation_of(self._vault, row.seq)
        return key is not None and is_signed_with(self._vault, row, key.signing_key, incarnation)

    def is_signed_by_author(self, row: Any) -> bool:
        """Return whether the clinician whom the row names signed its hash at this position in the log.

        Where nobody else is a member of the practice's ring, this can only be the clinician of the vault,
        even for a row whose seal is damaged.
        """
        vault = self._vault
        if not vault.rings.is_shared(vault.practice_ring):
            return self.is_signed_by(row, vault.user_id)
        try:
            payload = open_payload(vault, row.seq, row.body)
        except UNREADABLE_ERRORS:
            return self.is_signed_by(row, vault.user_id)
        return self.is_signed_by(row, UUID(bytes=payload.actor_id) if payload.actor_id else vault.user_id)


def iter_entries_after(
    db: Connection, vault: Vault, seq: int, *, checked_seq: int = 0
) -> Iterator[ReadResult]:
    """Yield a result for every entry after this one, oldest first; untrusted entries have `entry=None`.

    Anyone can write a keyless entry, so only the chain protects it; `unsigned_entries` checks the end of
    the chain.

    Args:
        checked_seq: the clinician's own entries up to this one were verified before (`checked_entries`).
    """
    previous_hash = find_entry_hash(db, seq) if seq else GENESIS_HASH
    signatures = SignatureCheck(db, vault)
    incarnations.load_past_incarnations(db, vault)
    for row in transaction_of(db).iter_entries(audit_log_table, seq + 1):
        for missing_seq in sequence_gaps.missing_numbers(seq + 1, row.seq):
            yield ReadResult(seq=missing_seq, hash=row.hash, entry=None)
        continues_chain = previous_hash and row.hash == chain_hash(
            incarnations.incarnation_of(vault, row.seq), row.seq, previous_hash, row.body
        )
        seq, previous_hash = row.seq, row.hash
        entry = _trusted_entry(vault, signatures, row, checked_seq) if continues_chain else None
        yield ReadResult(seq=seq, hash=row.hash, entry=entry)


def _trusted_entry(vault: Vault, signatures: SignatureCheck, row: Any, checked_seq: int) -> AuditEntry | None:
    try:
        entry = open_entry(vault, row)
    except UNREADABLE_ERRORS:
        return None
    if entry.actor_id is None:
        return entry
    if not entry.has_signature:
        # Sealed entries are always signed, so one without a signature is not trusted.
        return None
    if row.seq <= checked_seq and entry.actor_id == vault.user_id:
        return entry
    # Also where nobody else seems to hold the key of the practice's ring: a colleague may have put back the
    # statements from before the key was shared.
    return entry if signatures.is_signed_by(row, entry.actor_id) else None


def open_entry(vault: Vault, row: Any) -> AuditEntry:
    """Open one row; neither its place in the chain nor its signature is checked.

    Raises:
        SealBroken, DecodeError, OverflowError, ValueError: it cannot be read.
    """
    payload = open_payload(vault, row.seq, row.body)
    return AuditEntry(
        seq=row.seq,
        event=payload.event,
        recorded_at=from_microseconds(payload.recorded_at),
        references=payload.references,
        has_signature=row.signature is not None,
        # By its kind, not by its content: whoever has the practice's ring could seal one without an author.
        actor_id=None if row.body[:1] == KEYLESS_PREFIX else cached_uuid(payload.actor_id),
    )


def open_payload(vault: Vault, seq: int, body: bytes) -> EntryPayload:
    """Open the body of an entry; `actor_id` is empty in one that was written without a key.

    Raises:
        SealBroken, DecodeError, OverflowError, ValueError: it cannot be read.
    """
    if body[:1] == SEALED_PREFIX:
        return _decode_payload(open_body(vault, seq, body))
    return decode_plain_body(body)


def decode_plain_body(body: bytes) -> EntryPayload:
    """Decode the body of an entry that is not sealed.

    Raises:
        DecodeError, OverflowError, ValueError: it cannot be read, or is of an unknown kind.
    """
    if body[:1] == KEYLESS_PREFIX:
        event, recorded_at = keyless_events.decode_event(body[1:])
        return EntryPayload(event, recorded_at, b"")
    if body[:1] == RESTORE_PREFIX:
        line = incarnations.decode_body(body)
        return EntryPayload(line.event, line.recorded_at, line.user)
    raise msgspec.DecodeError("a line of an unknown kind")


def open_body(vault: Vault, seq: int, body: bytes) -> bytes:
    """Open the body of a sealed entry; returns its encoded content.

    Raises:
        SealBroken, DecodeError: it cannot be read.
    """
    prefix, content = body[:1], body[1:]
    if prefix != SEALED_PREFIX:
        raise msgspec.DecodeError("a line of an unknown kind")
    plain = vault.open(
        table=CHAIN_TABLE,
        record=incarnations.incarnation_of(vault, seq),
        version=seq,
        ring=vault.practice_ring,
        key_id=content[:KEY_ID_LENGTH],
        blob=content[KEY_ID_LENGTH:],
    )
    return plain.content
