"""The audit log: one hash chain over everything that was done.

`h_i = SHA-256(enc("hash/audit", incarnation, i, h_{i-1}, body))`. The chain needs no key, so that a
locked process can extend it. An entry made by an unlocked clinician is sealed, and the clinician signs
the chain's tip. Whoever holds that signing key can still rewrite history back to the last copy outside
this machine (`docs/promises.md`).
"""

import hashlib
import struct
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import key_slot_events, keyless_events
from clinic_toolkit.store.base import chain_table
from clinic_toolkit.store.chain import CHAIN_TABLE, MAX_NUMBER, ChainRow
from clinic_toolkit.store.transactions import on_rollback, transaction_of
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.inventory import GENESIS_HASH
from clinic_toolkit.vault.ring_tables import ring_grant_table
from clinic_toolkit.vault.vault import Vault


class JournalEvent(StrEnum):
    """The events that only name existing versions and record no new one: they were read, or left as a file.

    The code of an export is followed by the kind of document.
    """

    RECORDS_READ = "records.read"
    RECORDS_EXPORTED = "records.exported"


_READ_ONLY_EVENTS = frozenset(JournalEvent)

KEYLESS_PREFIX, SEALED_PREFIX = b"\x00", b"\x01"
KEY_ID_LENGTH = 16

_NUMBER_BYTES, _HASH_BYTES = 8, 32
# What follows the incarnation in the encoding of an entry, up to its body: each field after its length.
_CHAIN_FIELDS = struct.Struct(">IQI32sI")

# The table by which a reference names a grant of a ring, and no version of a record.
GRANT_TABLE = str(ring_grant_table.name)

audit_log_table = chain_table()


class ChainBroken(ClinicError):
    """An entry of the audit log is missing, changed or out of order."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"The audit trail is broken at line {seq}. Nothing was changed; keep a copy of the data "
            "folder before you go on."
        )
        self.seq = seq


class VersionReference(msgspec.Struct, array_like=True, frozen=True):
    """The record version that an entry wrote or read, in enough detail to notice later that it is missing."""

    table: str
    ring: bytes
    record: bytes
    version: int
    content_id: bytes


class EntryPayload(msgspec.Struct, array_like=True, frozen=True):
    """The sealed content of an entry; `recorded_at` is in microseconds since 1970."""

    event: str
    recorded_at: int
    actor_id: bytes
    references: tuple[VersionReference, ...] = ()


_encode_payload = msgspec.msgpack.Encoder().encode


def last_position(db: Connection) -> tuple[int, bytes]:
    """Return the number and hash of the last entry; 0 and `GENESIS_HASH` if the log is empty."""
    return transaction_of(db).find_chain_tip(audit_log_table) or (0, GENESIS_HASH)


def _next_position(db: Connection) -> tuple[int, bytes]:
    seq, previous_hash = last_position(db)
    if seq >= MAX_NUMBER:
        raise ChainBroken(seq)
    return seq + 1, previous_hash


def chain_hash(incarnation: UUID, seq: int, previous_hash: bytes, body: bytes) -> bytes:
    """The hash of an entry, which the next entry of the chain is bound to."""
    return hashlib.sha256(encode_fields("hash/audit", incarnation, seq, previous_hash, body)).digest()


def build_chain_hasher(incarnation: UUID) -> Callable[[int, bytes, bytes], bytes]:
    """Return a function of (seq, previous hash, body) that gives what `chain_hash` gives, but quicker.

    For checks of a whole log: the fields before the number are encoded once.
    """
    start = encode_fields("hash/audit", incarnation, 0, GENESIS_HASH, b"")[: -_CHAIN_FIELDS.size]
    sha256, pack_fields = hashlib.sha256, _CHAIN_FIELDS.pack

    def hash_entry(seq: int, previous_hash: bytes, body: bytes) -> bytes:
        if len(previous_hash) != _HASH_BYTES:
            # Only in a damaged log; the form of the fields below would hide it.
            return chain_hash(incarnation, seq, previous_hash, body)
        fields = pack_fields(_NUMBER_BYTES, seq, _HASH_BYTES, previous_hash, len(body))
        return sha256(start + fields + body).digest()

    return hash_entry


def append_entry(
    db: Connection, vault: Vault, event: str, references: Sequence[VersionReference] = (), *, now: datetime
) -> int:
    """Append one sealed, signed entry to the audit log.

    Args:
        event: what happened, as `noun.verb`; never client text.
        references: the record versions that were written or read.

    Returns:
        The number of the entry; 0 if the store is open read-only, since then nothing is written.

    Raises:
        ChainBroken: the last entry has the highest possible number, so none can follow.
    """
    payload = EntryPayload(event, to_microseconds(now), vault.user_id.bytes, tuple(references))
    return append_payload(db, vault, payload)


def append_payload(db: Connection, vault: Vault, payload: EntryPayload) -> int:
    """Append one sealed, signed entry with this content; see `append_entry`."""
    if transaction_of(db).is_store_read_only:
        return 0
    saved_references = select_saved_versions(payload.event, payload.references)
    seq, entry_hash = append_content(
        db, vault, _encode_payload(payload), at=payload.recorded_at, references=saved_references
    )
    if vault.inventory is not None and vault.inventory.seq == seq - 1:
        on_rollback(
            db,
            vault.inventory.apply_entry(
                seq, entry_hash, saved_references, key_slot_events.slot_generation_of(payload.event)
            ),
        )
    elif vault.inventory is not None:
        # The log has entries that this inventory has not applied, such as those of a colleague. It reads
        # them, and this one, when it is next needed.
        on_rollback(db, vault.inventory.expect_entry(seq))
    return seq


def append_content(
    db: Connection, vault: Vault, content: bytes, *, at: int, references: Sequence[VersionReference] = ()
) -> tuple[int, bytes]:
    """Append one sealed, signed entry with these bytes inside, and tell no inventory of it.

    Args:
        at: its time, in microseconds since 1970.
        references: the versions that were written with it.

    Returns:
        The number and the hash of the entry.
    """
    seq, previous_hash = _next_position(db)
    sealed = vault.seal(
        table=CHAIN_TABLE,
        record=vault.incarnation,
        version=seq,
        ring=vault.practice_ring,
        content=content,
    )
    body = SEALED_PREFIX + sealed.key_id + sealed.blob
    entry_hash = chain_hash(vault.incarnation, seq, previous_hash, body)
    signature = vault.sign("sig/audit", vault.incarnation, seq, entry_hash)
    transaction_of(db).append_entry(
        audit_log_table,
        ChainRow(seq, body, entry_hash, signature),
        incarnation=vault.incarnation,
        at=at,
        references=list(references),
    )
    return seq, entry_hash


def select_saved_versions(event: str, references: Sequence[VersionReference]) -> list[VersionReference]:
    """Return the versions that an entry wrote: none if it only names existing ones; a grant is no version."""
    if is_read_only_event(event):
        return []
    return [reference for reference in references if reference.table != GRANT_TABLE]


def is_read_only_event(event: str) -> bool:
    """Return whether entries of this event only name existing versions and record no new one."""
    return event.partition(" ")[0] in _READ_ONLY_EVENTS


def append_keyless_entry(db: Connection, incarnation: UUID, event: str, *, now: datetime) -> int:
    """Append an entry without any key: an event code and the time, unsigned until the next unlock.

    Args:
        event: one of `keyless_events`, with its detail.

    Returns:
        The number of the entry; 0 if the store is open read-only.

    Raises:
        ChainBroken: the last entry has the highest possible number, so none can follow.
        UnknownKeylessEvent: `event` is not one of them.
    """
    if transaction_of(db).is_store_read_only:
        return 0
    seq, previous_hash = _next_position(db)
    body = KEYLESS_PREFIX + keyless_events.encode_event(event, to_microseconds(now))
    entry_hash = chain_hash(incarnation, seq, previous_hash, body)
    transaction_of(db).append_entry(
        audit_log_table,
        ChainRow(seq, body, entry_hash, None),
        incarnation=incarnation,
        at=to_microseconds(now),
    )
    return seq
