"""The bytes of one slot of the anchor: where the audit chain stood, and what was saved last.

A slot needs no key to be read or written. It says that something is missing, never what it said.
"""

import hashlib
import struct
from uuid import UUID

from msgspec import Struct

SLOT_BYTES = 4096
MAX_RECORDS = 48

_MAGIC, _FORMAT = b"CtAnchor", 1
_HEADER = struct.Struct(">8sHQ16sQ32sH")
_SAVED_RECORD = struct.Struct(">QQ8s20s16s16s")
_CHECKSUM_BYTES = 32
_HASH_PREFIX_BYTES = 8
# The last number of a line or a slot. No practice comes near it; beyond it there is none for the next.
MAX_NUMBER = 1 << 62
_ZERO_ID = bytes(16)


class ChainEntry(Struct, frozen=True, kw_only=True):
    """One line added to the audit chain, with the records that it names as (table, ring, record)."""

    incarnation: UUID
    seq: int
    entry_hash: bytes
    at: int
    records: tuple[tuple[str, bytes, bytes], ...] = ()


class SavedRecord(Struct, frozen=True, kw_only=True):
    """One entry of a slot: a line of the chain, and a record that was saved with it.

    `table` is empty, and `ring` and `record` are zero, when the line saved none. `link` is the
    beginning of the line's hash.
    """

    seq: int
    at: int
    hash_prefix: bytes
    table: str
    ring: UUID
    record: UUID


class AnchorSlot(Struct, frozen=True, kw_only=True):
    """Where the chain stood after a commit. `count` orders slots: `seq` may go down after a loss.

    `raw` holds the entries as they lie on the disk: most are only carried over to the next slot.
    """

    write_count: int
    incarnation: UUID
    seq: int
    tip_hash: bytes
    raw_records: bytes = b""

    def saved_records(self) -> tuple[SavedRecord, ...]:
        """The last things that were saved, oldest first."""
        return tuple(
            SavedRecord(
                seq=seq,
                at=at,
                hash_prefix=link,
                table=table.rstrip(b"\0").decode("ascii", "replace"),
                ring=UUID(bytes=ring),
                record=UUID(bytes=record),
            )
            for seq, at, link, table, ring, record in _SAVED_RECORD.iter_unpack(self.raw_records)
        )


def hash_prefix(entry_hash: bytes) -> bytes:
    """As much of a line's hash as an entry keeps."""
    return entry_hash[:_HASH_PREFIX_BYTES]


def next_slot(slot: AnchorSlot | None, entries: list[ChainEntry]) -> AnchorSlot:
    """The slot that follows when these lines, one at least, were added to the chain."""
    last = entries[-1]
    raw = slot.raw_records if slot else b""
    for line in entries:
        for table, ring, record in line.records[-MAX_RECORDS:] or (("", _ZERO_ID, _ZERO_ID),):
            raw += _SAVED_RECORD.pack(
                line.seq, line.at, line.entry_hash[:_HASH_PREFIX_BYTES], table.encode("ascii"), ring, record
            )
    return AnchorSlot(
        write_count=slot.write_count + 1 if slot else 1,
        incarnation=last.incarnation,
        seq=last.seq,
        tip_hash=last.entry_hash,
        raw_records=raw[-MAX_RECORDS * _SAVED_RECORD.size :],
    )


def encode_slot(slot: AnchorSlot) -> bytes:
    """The 4,096 bytes of a slot."""
    number = len(slot.raw_records) // _SAVED_RECORD.size
    head = _HEADER.pack(
        _MAGIC, _FORMAT, slot.write_count, slot.incarnation.bytes, slot.seq, slot.tip_hash, number
    )
    body = (head + slot.raw_records).ljust(SLOT_BYTES - _CHECKSUM_BYTES, b"\0")
    return body + hashlib.sha256(body).digest()


def decode_slot(raw: bytes) -> AnchorSlot | None:
    """The slot in these bytes, or None if they are not one, to the last bit."""
    if len(raw) != SLOT_BYTES or hashlib.sha256(raw[:-_CHECKSUM_BYTES]).digest() != raw[-_CHECKSUM_BYTES:]:
        return None
    magic, form, count, incarnation, seq, head, number = _HEADER.unpack_from(raw)
    if magic != _MAGIC or form != _FORMAT or number > MAX_RECORDS or max(count, seq) > MAX_NUMBER:
        return None
    end = _HEADER.size + number * _SAVED_RECORD.size
    return AnchorSlot(
        write_count=count,
        incarnation=UUID(bytes=incarnation),
        seq=seq,
        tip_hash=head,
        raw_records=raw[_HEADER.size : end],
    )
